// kafka_option_rows.cpp: the allow-list itself. Anything that is not here is an unknown option, so
// a new librdkafka brings no new doors: some of its properties load code or run a shell.
#include "kafka_option_rows.h"

#include <cstdint>

namespace penstock::sink {
namespace {

constexpr int64_t kMaxInt = 2147483647;

constexpr ProducerRow Text(const char* name, const char* target, const char* help) {
  return {{name, OptionScope::kKafka, OptionType::kString, nullptr, nullptr, 0, 0,
           OptionSupport::kImplemented, help},
          target};
}
constexpr ProducerRow Secret(const char* name, const char* target, const char* help) {
  return {{name, OptionScope::kKafka, OptionType::kSecret, nullptr, nullptr, 0, 0,
           OptionSupport::kImplemented, help},
          target};
}
constexpr ProducerRow Number(const char* name, const char* target, const char* default_value,
                             int64_t min, int64_t max, const char* help) {
  return {{name, OptionScope::kKafka, OptionType::kInt, default_value, nullptr, min, max,
           OptionSupport::kImplemented, help},
          target};
}
constexpr ProducerRow Bool(const char* name, const char* target, const char* default_value,
                           const char* help) {
  return {{name, OptionScope::kKafka, OptionType::kBool, default_value, nullptr, 0, 0,
           OptionSupport::kImplemented, help},
          target};
}
constexpr ProducerRow Choice(const char* name, const char* target, const char* default_value,
                             const char* allowed, const char* help) {
  return {{name, OptionScope::kKafka, OptionType::kEnum, default_value, allowed, 0, 0,
           OptionSupport::kImplemented, help},
          target};
}
constexpr ProducerRow Refused(const char* name, const char* reason) {
  return {{name, OptionScope::kKafka, OptionType::kString, nullptr, nullptr, 0, 0,
           OptionSupport::kRefused, reason},
          kTargetNone};
}
constexpr ProducerRow NotApplicable(const char* name, const char* reason) {
  return {{name, OptionScope::kKafka, OptionType::kString, nullptr, nullptr, 0, 0,
           OptionSupport::kNotApplicable, reason},
          kTargetNone};
}

constexpr char kForEver[] =
    "Events are tried until they are delivered; giving up on one would lose it.";
constexpr char kTransactions[] = "Transactional delivery to Kafka is not supported yet.";
constexpr char kRunsCode[] = "It would load code into the server or run a program.";
constexpr char kKerberos[] =
    "Kerberos is not supported: librdkafka would run a shell command in the server.";
constexpr char kOauth[] = "OAUTHBEARER is not supported: it needs callbacks or outgoing requests.";
constexpr char kPartitions[] =
    "Partitions are chosen as Java clients do (murmur2 of the key, random without one).";
constexpr char kCodecs[] = "none|gzip|snappy|lz4|zstd";

constexpr ProducerRow kRows[] = {
    // Batching and memory.
    Choice("acks", kTargetNone, "all", "all|-1",
           "Only acks=all makes an acknowledged event durable."),
    Number("batch.num.messages", "batch.num.messages", "10000", 1, 1000000,
           "Events in one batch at most."),
    Number("batch.size", "batch.size", "1000000", 1, kMaxInt,
           "Bytes of one batch at most; no more than max.request.size and a quarter of "
           "buffer.memory."),
    Number("buffer.memory", kTargetBuffer, "16777216", 65536, 1099511627776,
           "Bytes of events sent and not yet acknowledged, at most; and no more than four batches "
           "for each partition."),
    Choice("compression.codec", "compression.codec", "none", kCodecs, "Compression of batches."),
    Number("compression.level", "compression.level", "-1", -1, 12,
           "Level of the compression; -1: the codec's own default."),
    Choice("compression.type", "compression.codec", "none", kCodecs, "Compression of batches."),
    Choice("enable.idempotence", kTargetNone, "true", "true",
           "Without idempotence a retry could change the order of a key's events."),
    Number(
        "linger.ms", "linger.ms", "5", 0, 900000,
        "How long a batch waits for more events, in milliseconds, even if the buffer is full; 0 is "
        "as 1."),
    Number("max.in.flight", "max.in.flight", "5", 1, 5,
           "Requests on one connection; more than 5 would void idempotence."),
    Number("max.in.flight.requests.per.connection", "max.in.flight", "5", 1, 5,
           "Requests on one connection; more than 5 would void idempotence."),
    Number("max.request.size", "message.max.bytes", "1048576", 1000, 1000000000,
           "Bytes of one request and so of one event at most."),
    Number("message.max.bytes", "message.max.bytes", "1048576", 1000, 1000000000,
           "Bytes of one request and so of one event at most."),
    Number("queue.buffering.max.kbytes", kTargetBufferKb, "16384", 64, 1073741824,
           "As buffer.memory, in KiB."),
    Number("queue.buffering.max.messages", "queue.buffering.max.messages", "1000000", 1, kMaxInt,
           "Events sent and not yet acknowledged, at most."),
    Number("queue.buffering.max.ms", "linger.ms", "5", 0, 900000, "As linger.ms."),
    // Connections.
    Text("bootstrap.servers", "bootstrap.servers", "Kafka brokers to start from, host:port, …"),
    Choice("broker.address.family", "broker.address.family", "any", "any|v4|v6",
           "Address family of the brokers."),
    Number("broker.address.ttl", "broker.address.ttl", "1000", 0, 86400000,
           "How long resolved addresses are kept, in milliseconds."),
    Text("client.id", "client.id", "Name of this client in the broker's logs and quotas."),
    Number("connections.max.idle.ms", "connections.max.idle.ms", "0", 0, kMaxInt,
           "Idle connections are closed after this time; 0: never."),
    Number("metadata.max.age.ms", "topic.metadata.refresh.interval.ms", "300000", 10, 3600000,
           "How often topics are looked at again, in milliseconds."),
    Number("receive.buffer.bytes", "socket.receive.buffer.bytes", "0", 0, 100000000,
           "Receive buffer of the sockets; 0: the system's default."),
    Number("reconnect.backoff.max.ms", "reconnect.backoff.max.ms", "10000", 0, 3600000,
           "Longest pause between attempts to connect."),
    Number("reconnect.backoff.ms", "reconnect.backoff.ms", "100", 0, 3600000,
           "First pause between attempts to connect."),
    Number("request.timeout.ms", "request.timeout.ms", "30000", 1, 900000,
           "How long the broker may take to replicate a batch."),
    Number("retry.backoff.ms", "retry.backoff.ms", "100", 1, 300000,
           "Pause before a request is sent again."),
    Number("send.buffer.bytes", "socket.send.buffer.bytes", "0", 0, 100000000,
           "Send buffer of the sockets; 0: the system's default."),
    Number("socket.connection.setup.timeout.ms", "socket.connection.setup.timeout.ms", "30000",
           1000, kMaxInt, "How long a connection may take, authentication included."),
    Bool("socket.keepalive.enable", "socket.keepalive.enable", "false", "TCP keep-alives."),
    Bool("socket.nagle.disable", "socket.nagle.disable", "true", "TCP_NODELAY."),
    Number("socket.receive.buffer.bytes", "socket.receive.buffer.bytes", "0", 0, 100000000,
           "Receive buffer of the sockets; 0: the system's default."),
    Number("socket.send.buffer.bytes", "socket.send.buffer.bytes", "0", 0, 100000000,
           "Send buffer of the sockets; 0: the system's default."),
    Number("socket.timeout.ms", "socket.timeout.ms", "60000", 10, 300000,
           "How long an answer may take, in milliseconds."),
    Number("topic.metadata.refresh.interval.ms", "topic.metadata.refresh.interval.ms", "300000", 10,
           3600000, "How often topics are looked at again, in milliseconds."),
    // Security.
    Bool("enable.ssl.certificate.verification", "enable.ssl.certificate.verification", "true",
         "Whether the broker's certificate is verified."),
    Secret("sasl.jaas.config", kTargetJaas,
           "User and password as Java clients take them: PlainLoginModule or ScramLoginModule."),
    Choice("sasl.mechanism", "sasl.mechanisms", nullptr, "PLAIN|SCRAM-SHA-256|SCRAM-SHA-512",
           "SASL mechanism."),
    Choice("sasl.mechanisms", "sasl.mechanisms", nullptr, "PLAIN|SCRAM-SHA-256|SCRAM-SHA-512",
           "SASL mechanism."),
    Secret("sasl.password", "sasl.password", "SASL password."),
    Text("sasl.username", "sasl.username", "SASL user name."),
    Choice("security.protocol", "security.protocol", "plaintext",
           "plaintext|ssl|sasl_plaintext|sasl_ssl", "Protocol to talk to the brokers."),
    Text("ssl.ca.location", "ssl.ca.location", "File or folder of CA certificates (PEM)."),
    Text("ssl.ca.pem", "ssl.ca.pem", "CA certificates as PEM text."),
    Text("ssl.certificate.location", "ssl.certificate.location", "File of our certificate (PEM)."),
    Text("ssl.certificate.pem", "ssl.certificate.pem", "Our certificate as PEM text."),
    Text("ssl.cipher.suites", "ssl.cipher.suites", "Cipher suites in OpenSSL's notation."),
    Text("ssl.crl.location", "ssl.crl.location", "File of the revocation list."),
    Text("ssl.curves.list", "ssl.curves.list", "Curves in OpenSSL's notation."),
    Text("ssl.endpoint.identification.algorithm", "ssl.endpoint.identification.algorithm",
         "https (default): the broker's name must match its certificate; none or empty: not."),
    Secret("ssl.key.location", "ssl.key.location", "File of our private key (PEM)."),
    Secret("ssl.key.password", "ssl.key.password", "Password of our private key."),
    Secret("ssl.key.pem", "ssl.key.pem", "Our private key as PEM text."),
    Text("ssl.keystore.certificate.chain", "ssl.certificate.pem", "Our certificate as PEM text."),
    Secret("ssl.keystore.key", "ssl.key.pem", "Our private key as PEM text."),
    Text("ssl.keystore.location", kTargetKeyStore, "File of our certificate and key."),
    Secret("ssl.keystore.password", "ssl.keystore.password", "Password of a PKCS12 key store."),
    Choice("ssl.keystore.type", kTargetNone, "PKCS12", "PKCS12|PEM", "Format of the key store."),
    Text("ssl.sigalgs.list", "ssl.sigalgs.list", "Signature algorithms in OpenSSL's notation."),
    Text("ssl.truststore.certificates", "ssl.ca.pem", "CA certificates as PEM text."),
    Text("ssl.truststore.location", kTargetTrustStore,
         "File of CA certificates; needs ssl.truststore.type=PEM."),
    Choice("ssl.truststore.type", kTargetNone, nullptr, "PEM", "Format of the trust store."),
    NotApplicable("ssl.enabled.protocols", "OpenSSL negotiates the version of TLS."),
    NotApplicable("ssl.protocol", "OpenSSL negotiates the version of TLS."),
    // What would void a guarantee or open a door.
    Refused("delivery.timeout.ms", kForEver),
    Refused("enable.gapless.guarantee", "Gaps are closed by reading again from the slot."),
    Refused("enable.sasl.oauthbearer.unsecure.jwt", kOauth),
    Refused("message.send.max.retries", kForEver),
    Refused("message.timeout.ms", kForEver),
    Refused("partitioner", kPartitions),
    Refused("partitioner.class", kPartitions),
    Refused("plugin.library.paths", kRunsCode),
    Refused("request.required.acks", "Only acks=all makes an acknowledged event durable."),
    Refused("retries", kForEver),
    Refused("sasl.client.callback.handler.class", kRunsCode),
    Refused("sasl.kerberos.keytab", kKerberos),
    Refused("sasl.kerberos.kinit.cmd", kKerberos),
    Refused("sasl.kerberos.min.time.before.relogin", kKerberos),
    Refused("sasl.kerberos.principal", kKerberos),
    Refused("sasl.kerberos.service.name", kKerberos),
    Refused("sasl.login.callback.handler.class", kRunsCode),
    Refused("sasl.oauthbearer.*", kOauth),
    Refused("ssl.engine.factory.class", kRunsCode),
    Refused("ssl.engine.id", kRunsCode),
    Refused("ssl.engine.location", kRunsCode),
    Refused("ssl.provider", kRunsCode),
    Refused("ssl.providers", kRunsCode),
    Refused("transaction.timeout.ms", kTransactions),
    Refused("transactional.id", kTransactions),
};

}  // namespace

ProducerRows AllProducerRows() { return {kRows, sizeof(kRows) / sizeof(kRows[0])}; }

}  // namespace penstock::sink
