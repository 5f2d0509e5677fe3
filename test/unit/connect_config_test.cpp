// What is posted to Kafka Connect, as options of a sink.
#include "extension/core/connect_config.h"

#include <gtest/gtest.h>

#include <string>

namespace penstock {
namespace {

const char kClass[] = R"("connector.class": "io.debezium.connector.postgresql.PostgresConnector")";

std::string Config(const std::string& more) {
  return std::string(R"({"name": "c", "config": {)") + kClass + R"(, "topic.prefix": "p")" +
         (more.empty() ? "" : ", " + more) + "}}";
}

const char kWorker[] = R"({"bootstrap.servers": "k:9092",
  "key.converter": "org.apache.kafka.connect.json.JsonConverter",
  "value.converter": "org.apache.kafka.connect.json.JsonConverter",
  "value.converter.schemas.enable": "false"})";

std::string Errors(const ConnectConfig& config) {
  std::string text;
  for (const ConfigMessage& error : config.errors) text += error.status.message() + "\n";
  return text;
}

bool HasNotice(const ConnectConfig& config, const std::string& option) {
  for (const ConfigMessage& notice : config.notices) {
    if (notice.option == option) return true;
  }
  return false;
}

TEST(ConnectConfig, NestedAndFlatFormsAreTheSame) {
  const ConnectConfig nested = ReadConnectConfig(Config(""), kWorker, "d");
  const ConnectConfig flat = ReadConnectConfig(
      std::string(R"({"name": "c", "topic.prefix": "p", )") + kClass + "}", kWorker, "d");
  EXPECT_EQ(Errors(nested), "");
  EXPECT_EQ(nested.name, "c");
  EXPECT_EQ(nested.connector, "kafka");
  EXPECT_EQ(flat.name, "c");
  EXPECT_EQ(flat.options, nested.options);
  EXPECT_EQ(nested.options.at("bootstrap.servers"), "k:9092");
}

TEST(ConnectConfig, QuirksAreOnUnlessGiven) {
  EXPECT_EQ(ReadConnectConfig(Config(""), kWorker, "d").options.at("debezium.quirks"), "true");
  const ConnectConfig off = ReadConnectConfig(Config(R"("debezium.quirks": false)"), kWorker, "d");
  EXPECT_EQ(off.options.at("debezium.quirks"), "false");
}

TEST(ConnectConfig, FormerNames) {
  const ConnectConfig config = ReadConnectConfig(
      std::string(R"({"name": "c", "config": {)") + kClass +
          R"(, "database.server.name": "srv", "table.whitelist": "public.a", "snapshot.mode": "never",
             "schema.blacklist": "x"}})",
      kWorker, "d");
  EXPECT_EQ(Errors(config), "");
  EXPECT_EQ(config.options.at("topic.prefix"), "srv");
  EXPECT_EQ(config.options.at("table.include.list"), "public.a");
  EXPECT_EQ(config.options.at("schema.exclude.list"), "x");
  EXPECT_EQ(config.options.at("snapshot.mode"), "no_data");
  EXPECT_TRUE(HasNotice(config, "database.server.name"));
}

TEST(ConnectConfig, FormerAndCurrentNameMustAgree) {
  const ConnectConfig same =
      ReadConnectConfig(Config(R"("database.server.name": "p")"), kWorker, "d");
  EXPECT_EQ(Errors(same), "");
  const ConnectConfig other =
      ReadConnectConfig(Config(R"("database.server.name": "q")"), kWorker, "d");
  EXPECT_NE(Errors(other).find("more than once"), std::string::npos);
}

TEST(ConnectConfig, ConnectionIsNotStored) {
  const ConnectConfig config = ReadConnectConfig(
      Config(R"("database.hostname": "db", "database.port": 5432, "database.user": "u",
                "database.password": "hunter2", "database.dbname": "d", "plugin.name": "pgoutput")"),
      kWorker, "d");
  EXPECT_EQ(Errors(config), "");
  for (const auto& [name, value] : config.options) {
    EXPECT_EQ(name.find("database."), std::string::npos) << name;
    EXPECT_EQ(value.find("hunter2"), std::string::npos) << name;
  }
  for (const ConfigMessage& notice : config.notices) {
    EXPECT_EQ(notice.text.find("hunter2"), std::string::npos);
  }
  EXPECT_TRUE(HasNotice(config, "database.password"));
}

TEST(ConnectConfig, AnotherDatabaseIsAnError) {
  const ConnectConfig config =
      ReadConnectConfig(Config(R"("database.dbname": "other")"), kWorker, "d");
  ASSERT_EQ(config.errors.size(), 1u);
  EXPECT_EQ(config.errors[0].option, "database.dbname");
}

TEST(ConnectConfig, Class) {
  const ConnectConfig mysql = ReadConnectConfig(
      R"({"name": "c", "config": {"connector.class": "io.debezium.connector.mysql.MySqlConnector",
          "topic.prefix": "p"}})",
      kWorker, "d");
  ASSERT_EQ(mysql.errors.size(), 1u);
  EXPECT_EQ(mysql.errors[0].status.code(), StatusCode::kNotSupported);
  const ConnectConfig none =
      ReadConnectConfig(R"({"name": "c", "config": {"topic.prefix": "p"}})", kWorker, "d");
  EXPECT_EQ(Errors(none), "option \"connector.class\" is missing\n");
}

TEST(ConnectConfig, ConvertersComeFromTheWorkerUnlessTheConnectorNamesItsOwn) {
  const ConnectConfig inherited =
      ReadConnectConfig(Config(R"("value.converter.schemas.enable": "true")"), kWorker, "d");
  EXPECT_EQ(Errors(inherited), "");
  EXPECT_EQ(inherited.options.at("value.converter.schemas.enable"), "false");
  EXPECT_EQ(inherited.options.at("key.converter.schemas.enable"), "true");
  EXPECT_TRUE(HasNotice(inherited, "value.converter.schemas.enable"));
  const ConnectConfig own = ReadConnectConfig(
      Config(R"("value.converter": "org.apache.kafka.connect.json.JsonConverter")"), kWorker, "d");
  EXPECT_EQ(own.options.at("value.converter.schemas.enable"), "true");
}

TEST(ConnectConfig, WithoutWorkerTheConnectorsFlagsCount) {
  const ConnectConfig config = ReadConnectConfig(
      Config(R"("bootstrap.servers": "k:1", "key.converter.schemas.enable": false)"), "", "d");
  EXPECT_EQ(Errors(config), "");
  EXPECT_EQ(config.options.at("key.converter.schemas.enable"), "false");
  EXPECT_TRUE(HasNotice(config, "key.converter"));
}

TEST(ConnectConfig, OtherConverters) {
  const ConnectConfig config =
      ReadConnectConfig(Config(R"("value.converter": "io.confluent.connect.avro.AvroConverter",
                "value.converter.schema.registry.url": "http://r:8081")"),
                        kWorker, "d");
  EXPECT_EQ(Errors(config), "");
  EXPECT_EQ(config.options.at("value.converter"), "io.confluent.connect.avro.AvroConverter");
  EXPECT_EQ(config.options.at("value.converter.schema.registry.url"), "http://r:8081");
  EXPECT_EQ(config.options.count("value.converter.schemas.enable"), 0u);
  EXPECT_EQ(config.options.at("key.converter.schemas.enable"), "true");

  const ConnectConfig strange =
      ReadConnectConfig(Config(R"("value.converter": "com.example.Converter")"), kWorker, "d");
  ASSERT_EQ(strange.errors.size(), 1u);
  EXPECT_EQ(strange.errors[0].option, "value.converter");
  EXPECT_NE(Errors(strange).find("not supported yet"), std::string::npos);
}

TEST(ConnectConfig, AvroOfTheWorker) {
  const std::string worker =
      R"({"bootstrap.servers": "k:1",
          "key.converter": "io.confluent.connect.avro.AvroConverter",
          "key.converter.schema.registry.url": "http://r:8081/x",
          "value.converter": "io.confluent.connect.avro.AvroConverter",
          "value.converter.schema.registry.url": "http://r:8081/x",
          "value.converter.basic.auth.credentials.source": "USER_INFO",
          "value.converter.basic.auth.user.info": "me:secret",
          "value.converter.schemas.enable": "true"})";
  const ConnectConfig config = ReadConnectConfig(Config(""), worker, "d");
  EXPECT_EQ(Errors(config), "");
  EXPECT_EQ(config.options.at("key.converter"), "io.confluent.connect.avro.AvroConverter");
  EXPECT_EQ(config.options.at("value.converter.basic.auth.user.info"), "me:secret");
  EXPECT_TRUE(HasNotice(config, "value.converter.schemas.enable"));
  EXPECT_TRUE(IsSecretOption("kafka", "value.converter.basic.auth.user.info"));

  const ConnectConfig without = ReadConnectConfig(
      Config(R"("value.converter": "io.confluent.connect.avro.AvroConverter")"), worker, "d");
  EXPECT_EQ(Errors(without), "");  // the key's registry is the sink's
  const ConnectConfig none = ReadConnectConfig(
      Config(R"("value.converter": "io.confluent.connect.avro.AvroConverter")"), "", "d");
  EXPECT_NE(Errors(none).find("schema.registry.url"), std::string::npos);
}

TEST(ConnectConfig, WorkerSettings) {
  const ConnectConfig config = ReadConnectConfig(
      Config(""),
      R"({"bootstrap.servers": "k:1", "group.id": "g", "offset.storage.topic": "o",
          "config.storage.topic": "c", "plugin.path": "/p", "rest.port": "8083",
          "listeners": "http://:8083", "consumer.max.poll.records": "5"})",
      "d");
  EXPECT_EQ(Errors(config), "");
  EXPECT_TRUE(HasNotice(config, "group.id"));
  EXPECT_TRUE(HasNotice(config, "offset.storage.topic"));
  EXPECT_TRUE(HasNotice(config, "consumer.max.poll.records"));
  EXPECT_EQ(config.options.count("group.id"), 0u);
}

TEST(ConnectConfig, EveryErrorIsReported) {
  const ConnectConfig config = ReadConnectConfig(
      Config(
          R"("table.includelist": "x", "decimal.handling.mode": "exact", "slot.failover": true)"),
      kWorker, "d");
  EXPECT_EQ(config.errors.size(), 3u) << Errors(config);
}

TEST(ConnectConfig, BrokenInput) {
  for (const char* bad : {"", "{", "[]", "1", R"({"name": "c", "config": {"a": {"b": []}}})"}) {
    const ConnectConfig config = ReadConnectConfig(bad, "", "d");
    EXPECT_FALSE(config.errors.empty()) << bad;
  }
}

TEST(ConnectConfig, NameIsRequiredAndBounded) {
  const std::string properties = std::string("{") + kClass + R"(, "topic.prefix": "p"})";
  EXPECT_NE(Errors(ReadConnectConfig(properties, kWorker, "d")).find("no name"), std::string::npos);
  const std::string long_name(64, 'x');
  const ConnectConfig config = ReadConnectConfig(
      R"({"name": ")" + long_name + R"(", "topic.prefix": "p", )" + kClass + "}", kWorker, "d");
  EXPECT_NE(Errors(config).find("too long"), std::string::npos);
}

TEST(ReadOptionObject, Values) {
  OptionMap options;
  std::vector<std::string> nulls;
  const Status status = ReadOptionObject(
      R"({"a": "x", "b": 12.50, "c": true, "d": ["p", 1], "e": {"k": "v", "l": 2}, "f": null})",
      &options, &nulls);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(options,
            (OptionMap{{"a", "x"}, {"b", "12.50"}, {"c", "true"}, {"d", "p,1"}, {"e", "k:v,l:2"}}));
  EXPECT_EQ(nulls, std::vector<std::string>{"f"});
}

TEST(ReadOptionObject, IndexMapStaysJson) {
  OptionMap options;
  ASSERT_TRUE(ReadOptionObject(
                  R"({"index.map": {"s.a,b": "x"}, "index.settings": {"analysis": {"a": true}}})",
                  &options, nullptr)
                  .ok());
  EXPECT_EQ(options, (OptionMap{{"index.map", R"({"s.a,b":"x"})"},
                                {"index.settings", R"({"analysis":{"a":true}})"}}));
}

TEST(ReadOptionObject, Errors) {
  OptionMap options;
  EXPECT_EQ(ReadOptionObject("{\"a\": [[]]}", &options, nullptr).code(),
            StatusCode::kInvalidOption);
  EXPECT_EQ(ReadOptionObject("{\"a\": null}", &options, nullptr).code(),
            StatusCode::kInvalidOption);
  EXPECT_EQ(ReadOptionObject("nope", &options, nullptr).code(), StatusCode::kInvalidJson);
  EXPECT_EQ(ReadOptionObject(std::string(200000, '['), &options, nullptr).code(),
            StatusCode::kInvalidJson);
  const std::string deep = "{\"a\": " + std::string(200000, '[') + std::string(200000, ']') + "}";
  EXPECT_EQ(ReadOptionObject(deep, &options, nullptr).code(), StatusCode::kInvalidOption);
}

}  // namespace
}  // namespace penstock
