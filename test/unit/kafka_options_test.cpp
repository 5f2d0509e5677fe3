// Names and values of the kafka sink, and their translation to librdkafka.
#include "extension/sink/kafka_options.h"

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <map>

#include "extension/sink/kafka_jaas.h"

namespace penstock::sink {
namespace {

std::map<std::string, std::string> Properties(Options options) {
  options.emplace("bootstrap.servers", "localhost:9092");
  const Result<KafkaOptions> parsed = ParseKafkaOptions(options);
  EXPECT_TRUE(parsed.ok()) << parsed.status().message();
  std::map<std::string, std::string> properties;
  for (const auto& [name, value] : parsed.value().properties) {
    EXPECT_TRUE(properties.emplace(name, value).second) << name << " is set twice";
  }
  return properties;
}

Status Refusal(Options options) {
  options.emplace("bootstrap.servers", "localhost:9092");
  return ParseKafkaOptions(options).status();
}

TEST(KafkaOptions, GuaranteesAreSet) {
  auto properties = Properties({});
  EXPECT_EQ(properties["enable.idempotence"], "true");
  EXPECT_EQ(properties["acks"], "all");
  EXPECT_EQ(properties["message.timeout.ms"], "0");
  EXPECT_EQ(properties["partitioner"], "murmur2_random");
  EXPECT_EQ(properties["allow.auto.create.topics"], "false");
  EXPECT_EQ(properties["ssl.endpoint.identification.algorithm"], "https");
}

TEST(KafkaOptions, BatchesFitIntoRequestAndBuffer) {
  EXPECT_EQ(Properties({})["batch.size"], "1000000");
  EXPECT_EQ(Properties({{"buffer.memory", "1000000"}})["batch.size"], "250000");
  EXPECT_EQ(Properties({{"batch.size", "9000000"}, {"max.request.size", "2000000"}})["batch.size"],
            "2000000");
}

TEST(KafkaOptions, LingersAtLeastAMillisecond) {
  EXPECT_EQ(Properties({{"linger.ms", "0"}})["linger.ms"], "1");
  EXPECT_EQ(Properties({{"queue.buffering.max.ms", "00"}})["linger.ms"], "1");
  EXPECT_EQ(Properties({{"linger.ms", "20"}})["linger.ms"], "20");
}

TEST(KafkaOptions, JavaNamesAreTranslated) {
  auto properties = Properties({{"producer.override.compression.type", "ZSTD"},
                                {"producer.override.max.request.size", "2000000"},
                                {"metadata.max.age.ms", "60000"},
                                {"producer.override.security.protocol", "SASL_SSL"},
                                {"producer.override.sasl.mechanism", "SCRAM-SHA-512"},
                                {"producer.override.ssl.endpoint.identification.algorithm", ""}});
  EXPECT_EQ(properties["compression.codec"], "zstd");
  EXPECT_EQ(properties["message.max.bytes"], "2000000");
  EXPECT_EQ(properties["topic.metadata.refresh.interval.ms"], "60000");
  EXPECT_EQ(properties["security.protocol"], "sasl_ssl");
  EXPECT_EQ(properties["sasl.mechanisms"], "SCRAM-SHA-512");
  EXPECT_EQ(properties["ssl.endpoint.identification.algorithm"], "none");
}

TEST(KafkaOptions, BufferIsOurs) {
  EXPECT_EQ(ParseKafkaOptions({{"bootstrap.servers", "x:1"}}).value().buffer_bytes, 16u << 20);
  EXPECT_EQ(ParseKafkaOptions(
                {{"bootstrap.servers", "x:1"}, {"producer.override.buffer.memory", "33554432"}})
                .value()
                .buffer_bytes,
            32u << 20);
  EXPECT_EQ(
      ParseKafkaOptions({{"bootstrap.servers", "x:1"}, {"queue.buffering.max.kbytes", "1024"}})
          .value()
          .buffer_bytes,
      1u << 20);
}

TEST(KafkaOptions, BootstrapServersAreRequired) {
  const Status status = ParseKafkaOptions({}).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidOption);
  EXPECT_EQ(status.message(), "option \"bootstrap.servers\" is missing");
}

TEST(KafkaOptions, DoorsAndLostGuaranteesAreRefused) {
  for (const char* name :
       {"message.timeout.ms", "delivery.timeout.ms", "retries", "transactional.id",
        "plugin.library.paths", "sasl.kerberos.kinit.cmd", "sasl.oauthbearer.token.endpoint.url",
        "ssl.engine.location", "ssl.providers", "partitioner.class", "request.required.acks"}) {
    for (const std::string& prefix : {std::string(), std::string("producer.override.")}) {
      const Status status = Refusal({{prefix + name, "1"}});
      EXPECT_EQ(status.code(), StatusCode::kNotSupported) << prefix << name;
      EXPECT_FALSE(status.hint().empty()) << prefix << name;
    }
  }
  EXPECT_EQ(Refusal({{"acks", "1"}}).code(), StatusCode::kInvalidOption);
  EXPECT_TRUE(Refusal({{"producer.override.acks", "all"}}).ok());
  EXPECT_EQ(Refusal({{"enable.idempotence", "false"}}).code(), StatusCode::kInvalidOption);
  EXPECT_EQ(Refusal({{"max.in.flight.requests.per.connection", "6"}}).code(),
            StatusCode::kInvalidOption);
  EXPECT_EQ(Refusal({{"sasl.mechanism", "GSSAPI"}}).code(), StatusCode::kInvalidOption);
  EXPECT_EQ(Refusal({{"debug", "all"}}).code(), StatusCode::kInvalidOption);
  EXPECT_EQ(Refusal({{"topic.creation.groups", "a"}}).code(), StatusCode::kNotSupported);
}

TEST(KafkaOptions, TwoNamesOfOneSettingMustAgree) {
  EXPECT_TRUE(Refusal({{"linger.ms", "7"}, {"queue.buffering.max.ms", "7"}}).ok());
  EXPECT_EQ(Refusal({{"linger.ms", "7"}, {"producer.override.linger.ms", "8"}}).code(),
            StatusCode::kInvalidOption);
}

TEST(KafkaOptions, TopicCreation) {
  const Result<KafkaOptions> parsed =
      ParseKafkaOptions({{"bootstrap.servers", "x:1"},
                         {"topic.creation.default.partitions", "6"},
                         {"topic.creation.default.replication.factor", "3"},
                         {"topic.creation.default.cleanup.policy", "compact"}});
  const TopicCreation& creation = parsed.value().topic_creation;
  EXPECT_TRUE(creation.enable);
  EXPECT_EQ(creation.partitions, 6);
  EXPECT_EQ(creation.replication_factor, 3);
  ASSERT_EQ(creation.configs.size(), 1u);
  EXPECT_EQ(creation.configs[0].first, "cleanup.policy");
  EXPECT_FALSE(Refusal({{"topic.creation.default.partitions", "0"}}).ok());
}

TEST(KafkaOptions, StoresOfJava) {
  auto properties = Properties({{"ssl.truststore.location", "/ca.pem"},
                                {"ssl.truststore.type", "PEM"},
                                {"ssl.keystore.location", "/me.pem"},
                                {"ssl.keystore.type", "PEM"}});
  EXPECT_EQ(properties["ssl.ca.location"], "/ca.pem");
  EXPECT_EQ(properties["ssl.certificate.location"], "/me.pem");
  EXPECT_EQ(properties["ssl.key.location"], "/me.pem");
  EXPECT_EQ(Refusal({{"ssl.truststore.location", "/ca.jks"}}).code(), StatusCode::kNotSupported);
}

TEST(KafkaOptions, JaasLogin) {
  const char kLogin[] =
      "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" "
      "password=\"p\";";
  auto properties =
      Properties({{"sasl.mechanism", "PLAIN"}, {"producer.override.sasl.jaas.config", kLogin}});
  EXPECT_EQ(properties["sasl.username"], "u");
  EXPECT_EQ(properties["sasl.password"], "p");
  EXPECT_EQ(Refusal({{"sasl.jaas.config", kLogin}}).code(), StatusCode::kInvalidOption);
  EXPECT_EQ(Refusal({{"sasl.mechanism", "SCRAM-SHA-256"}, {"sasl.jaas.config", kLogin}}).code(),
            StatusCode::kInvalidOption);
  // Before the worker resolves it.
  EXPECT_TRUE(Refusal({{"sasl.mechanism", "PLAIN"}, {"sasl.jaas.config", "${file:/s:jaas}"}}).ok());
}

TEST(KafkaJaas, Forms) {
  const Result<JaasLogin> plain = ParseJaas(
      "org.apache.kafka.common.security.plain.PlainLoginModule required "
      "username=\"al\\\"ice\" password='s e;c';");
  ASSERT_TRUE(plain.ok()) << plain.status().message();
  EXPECT_FALSE(plain.value().scram);
  EXPECT_EQ(plain.value().username, "al\"ice");
  EXPECT_EQ(plain.value().password, "s e;c");
  const Result<JaasLogin> scram = ParseJaas(
      "org.apache.kafka.common.security.scram.ScramLoginModule required password=x username=y ;");
  ASSERT_TRUE(scram.ok());
  EXPECT_TRUE(scram.value().scram);
  EXPECT_EQ(scram.value().password, "x");
}

TEST(KafkaJaas, RefusalsKeepTheSecret) {
  for (const char* text :
       {"", "com.example.Evil required username=\"u\" password=\"hunter2\";",
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" "
        "password=\"hunter2\"",
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" "
        "password=\"hunter2",
        "org.apache.kafka.common.security.plain.PlainLoginModule required password=\"hunter2\";",
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=u "
        "password=hunter2 tokenauth=true;"}) {
    const Status status = ParseJaas(text).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidOption) << text;
    EXPECT_EQ((status.message() + status.hint()).find("hunter2"), std::string::npos);
  }
}

// What the table says is what happens: a default is either ours to set or librdkafka's own.
TEST(KafkaOptions, DefaultsAreTrue) {
  auto set_by_us = Properties({});
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [name, value] : set_by_us) {
    rd_kafka_conf_set(conf, name.c_str(), value.c_str(), nullptr, 0);
  }
  const OptionTable table = KafkaOptionTable();
  for (size_t i = 0; i < table.count; ++i) {
    const OptionRow& row = table.rows[i];
    if (row.support != OptionSupport::kImplemented || row.default_value == nullptr) continue;
    auto set = Properties({{row.name, row.default_value}});
    for (const auto& [name, value] : set) {
      char actual[512];
      size_t size = sizeof(actual);
      // Spelled or set otherwise by librdkafka: all is -1, and idempotence lowers the other.
      if (name == "acks" || name == "max.in.flight" ||
          rd_kafka_conf_get(conf, name.c_str(), actual, &size) != RD_KAFKA_CONF_OK) {
        continue;
      }
      EXPECT_EQ(std::string(actual), value) << row.name;
    }
  }
  rd_kafka_conf_destroy(conf);
}

// Every property of the allow-list is one that this librdkafka knows, with a value of ours.
TEST(KafkaOptions, LibrdkafkaKnowsEveryDefault) {
  const OptionTable table = KafkaOptionTable();
  for (size_t i = 0; i < table.count; ++i) {
    const OptionRow& row = table.rows[i];
    if (row.support != OptionSupport::kImplemented || row.default_value == nullptr) continue;
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    for (const auto& [name, value] : Properties({{row.name, row.default_value}})) {
      char error[256];
      EXPECT_EQ(rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error, sizeof(error)),
                RD_KAFKA_CONF_OK)
          << error;
    }
    rd_kafka_conf_destroy(conf);
  }
}

}  // namespace
}  // namespace penstock::sink
