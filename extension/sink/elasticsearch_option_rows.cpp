// elasticsearch_option_rows.cpp: every option of Confluent's connector, and ours.
#include "elasticsearch_option_rows.h"

#include <cstdint>

namespace penstock::sink {
namespace {

constexpr OptionRow Row(const char* name, OptionType type, OptionSupport support,
                        const char* default_value, const char* help) {
  return {name, OptionScope::kElasticsearch, type, default_value, nullptr, 0, 0, support, help};
}
constexpr OptionRow Text(const char* name, const char* default_value, const char* help) {
  return Row(name, OptionType::kString, OptionSupport::kImplemented, default_value, help);
}
constexpr OptionRow List(const char* name, const char* help) {
  return Row(name, OptionType::kList, OptionSupport::kImplemented, nullptr, help);
}
constexpr OptionRow Secret(const char* name, const char* help) {
  return Row(name, OptionType::kSecret, OptionSupport::kImplemented, nullptr, help);
}
constexpr OptionRow Bool(const char* name, const char* default_value, const char* help) {
  return Row(name, OptionType::kBool, OptionSupport::kImplemented, default_value, help);
}
constexpr OptionRow Number(const char* name, const char* default_value, int64_t min, int64_t max,
                           const char* help) {
  return {name,
          OptionScope::kElasticsearch,
          OptionType::kInt,
          default_value,
          nullptr,
          min,
          max,
          OptionSupport::kImplemented,
          help};
}
constexpr OptionRow Choice(const char* name, const char* default_value, const char* allowed,
                           const char* help) {
  return {name,
          OptionScope::kElasticsearch,
          OptionType::kEnum,
          default_value,
          allowed,
          0,
          0,
          OptionSupport::kImplemented,
          help};
}
constexpr OptionRow Refused(const char* name, const char* default_value, const char* reason) {
  return Row(name, OptionType::kString, OptionSupport::kRefused, default_value, reason);
}
constexpr OptionRow NotApplicable(const char* name, const char* default_value, const char* reason) {
  return Row(name, OptionType::kString, OptionSupport::kNotApplicable, default_value, reason);
}

constexpr char kIds[] =
    "A document has the key of its row as its id, so that changes and deletes find it.";
constexpr char kDataStream[] =
    "Data streams take appended documents only; a row's changes and deletes need an index.";
constexpr char kResource[] =
    "Indexes are named by index.map or by the topic; an alias of that name is written to when it "
    "exists.";
constexpr char kKerberos[] =
    "Kerberos is not supported; use connection.username or connection.api.key.";
constexpr char kRunsCode[] = "It would load code into the server.";
constexpr char kNoFlush[] =
    "Nothing is flushed at intervals: the position follows what the index has acknowledged.";
constexpr char kNegotiated[] = "OpenSSL negotiates the version of TLS.";

constexpr OptionRow kPlainRows[] = {
    // Connection.
    List("connection.url",
         "URLs of the nodes, separated by commas; a path is kept, https turns TLS on."),
    Text("connection.username", nullptr, "User of basic authentication."),
    Secret("connection.password", "Password of basic authentication."),
    Secret("connection.api.key",
           "API key in the encoded form, or as id:key; instead of user name and password."),
    Bool("connection.compression", "false", "Whether request bodies are compressed with gzip."),
    Number("connection.timeout.ms", "5000", 1, 600000,
           "How long a connection may take, name look-up and TLS included."),
    Number("read.timeout.ms", "30000", 1, 3600000,
           "How long nothing may come back, rounded up to seconds; the server answers a bulk only "
           "when "
           "all of it is done."),
    Number("max.connection.idle.time.ms", "60000", 1000, 86400000,
           "Connections that were idle for longer are not used again."),
    Text("proxy.host", nullptr, "HTTP proxy; proxies named in the environment are not used."),
    Number("proxy.port", "8080", 1, 65535, "Port of the HTTP proxy."),
    Text("proxy.username", nullptr, "User at the proxy."),
    Secret("proxy.password", "Password at the proxy."),
    Choice("elastic.security.protocol", "PLAINTEXT", "PLAINTEXT|SSL",
           "SSL demands that every URL begins with https; PLAINTEXT leaves it to the URLs."),
    // Requests.
    Number("batch.size", "2000", 1, 1000000, "Documents in one bulk request at most."),
    Number(
        "bulk.size.bytes", "5242880", 1024, 104857600,
        "Bytes of one bulk request at most; a larger document goes alone. It also bounds memory."),
    Number("max.in.flight.requests", "5", 1, 1000,
           "Bulk requests under way at most; fewer while the destination is overloaded."),
    Number("max.buffered.records", "20000", 1, 10000000,
           "Events taken and not yet acknowledged at most."),
    Number("linger.ms", "1", 0, 60000,
           "How long a document waits for others to fill a request, in milliseconds."),
    Number("retry.backoff.ms", "100", 1, 60000,
           "First pause before something is sent again; it doubles up to retry.backoff.max.ms."),
    Number("retry.backoff.max.ms", "10000", 1, 3600000, "Longest pause between attempts."),
    NotApplicable("max.retries", "5",
                  "Requests are tried until they succeed; giving up would lose documents."),
    NotApplicable("flush.timeout.ms", "180000", kNoFlush),
    NotApplicable("flush.synchronously", "false", kNoFlush),
    // Documents.
    Choice("behavior.on.null.values", "delete", "delete|ignore|fail",
           "What an event without a document, that is the delete of a row, does to the index."),
    Choice("behavior.on.malformed.documents", "fail", "fail|warn|ignore",
           "What happens when the index refuses a document, e.g. for a value that does not fit the "
           "mapping: the sink stops, or goes on without it."),
    Text("pipeline", nullptr, "Ingest pipeline that documents go through."),
    Refused("write.method", "insert",
            "Whole documents are written; partial updates could not carry a version."),
    Refused("drop.invalid.message", "false", "No row is left out silently."),
    Refused("external.version.header", "",
            "The version of a document is the position of its transaction in the WAL."),
    Refused("key.ignore", "false", kIds),
    Refused("topic.key.ignore", "", kIds),
    Refused("use.autogenerated.ids", "false", kIds),
    NotApplicable("compact.map.entries", "true", "hstore and json columns become objects."),
    NotApplicable("type.name", nullptr, "Elasticsearch 7 did away with mapping types."),
    // Indexes.
    Bool("index.create", "true", "Whether missing indexes are made; else the sink stops."),
    Text("index.settings", nullptr,
         "JSON object of settings for indexes that are made, e.g. {\"number_of_shards\": 3}."),
    Bool("schema.ignore", "false",
         "Whether mappings are left to the index; else they are made from the table."),
    List("topic.schema.ignore", "As schema.ignore=true, for these topics."),
    NotApplicable("auto.create.indices.at.start", nullptr,
                  "Indexes are made before their first document."),
    Refused("data.stream.dataset", "", kDataStream),
    Refused("data.stream.namespace", "${topic}", kDataStream),
    Refused("data.stream.timestamp.field", "", kDataStream),
    Refused("data.stream.type", "none", kDataStream),
    Refused("external.resource.usage", "disabled", kResource),
    Refused("topic.to.external.resource.mapping", "", kResource),
    NotApplicable("max.external.resource.mappings", "15", kResource),
    // Kerberos.
    Refused("kerberos.keytab.path", nullptr, kKerberos),
    Refused("kerberos.user.principal", nullptr, kKerberos),
};

constexpr OptionRow kTlsRows[] = {
    Bool("enable.ssl.certificate.verification", "true",
         "Whether the server's certificate is verified."),
    Text("ssl.ca.location", nullptr, "File of CA certificates (PEM)."),
    Text("ssl.ca.pem", nullptr, "CA certificates as PEM text."),
    Text("ssl.certificate.location", nullptr, "File of our certificate (PEM)."),
    Text("ssl.certificate.pem", nullptr, "Our certificate as PEM text."),
    Text("ssl.cipher.suites", nullptr, "Cipher suites in OpenSSL's notation."),
    Text("ssl.endpoint.identification.algorithm", "https",
         "https: the server's name must match its certificate; none or empty: not."),
    Secret("ssl.key.location", "File of our private key (PEM)."),
    Secret("ssl.key.password", "Password of our private key."),
    Secret("ssl.key.pem", "Our private key as PEM text."),
    Text("ssl.keystore.certificate.chain", nullptr, "Our certificate as PEM text."),
    Secret("ssl.keystore.key", "Our private key as PEM text."),
    Text("ssl.keystore.location", nullptr, "File of our certificate and key."),
    Secret("ssl.keystore.password", "Password of a PKCS12 key store."),
    Choice("ssl.keystore.type", "PKCS12", "PKCS12|PEM|JKS",
           "Format of the key store: PKCS12 or PEM; JKS cannot be read."),
    Text("ssl.truststore.certificates", nullptr, "CA certificates as PEM text."),
    Text("ssl.truststore.location", nullptr,
         "File of CA certificates; needs ssl.truststore.type=PEM."),
    Choice("ssl.truststore.type", nullptr, "PEM|PKCS12|JKS",
           "Format of the trust store: PEM; the others cannot be read."),
    NotApplicable("ssl.enabled.protocols", nullptr, kNegotiated),
    NotApplicable("ssl.protocol", nullptr, kNegotiated),
    NotApplicable("ssl.truststore.password", nullptr,
                  "Certificates in PEM files have no password."),
    Refused("ssl.engine.factory.class", nullptr, kRunsCode),
    Refused("ssl.keymanager.algorithm", nullptr, "It is a setting of Java."),
    Refused("ssl.provider", nullptr, kRunsCode),
    Refused("ssl.secure.random.implementation", nullptr, "It is a setting of Java."),
    Refused("ssl.trustmanager.algorithm", nullptr, "It is a setting of Java."),
};

}  // namespace

OptionTable ElasticsearchPlainRows() {
  return {kPlainRows, sizeof(kPlainRows) / sizeof(kPlainRows[0])};
}

OptionTable ElasticsearchTlsRows() { return {kTlsRows, sizeof(kTlsRows) / sizeof(kTlsRows[0])}; }

}  // namespace penstock::sink
