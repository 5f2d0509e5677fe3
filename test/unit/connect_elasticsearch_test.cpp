// What is posted to Kafka Connect for an Elasticsearch sink connector, as options of a sink.
#include "extension/core/connect_elasticsearch.h"

#include <gtest/gtest.h>

#include <string>

namespace penstock {
namespace {

ConnectConfig Read(const std::string& properties, const std::string& worker = "") {
  return ReadConnectConfig(
      R"({"name": "es", "config": {
        "connector.class": "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector",
        "connection.url": "http://elastic:9200", )" +
          properties + "}}",
      worker, "d");
}

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

const char kUnwrapAndKey[] = R"("transforms": "unwrap,key",
  "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
  "transforms.key.type": "org.apache.kafka.connect.transforms.ExtractField$Key",
  "transforms.key.field": "id")";

TEST(ConnectElasticsearch, TopicOfOneTable) {
  const ConnectConfig config =
      Read(std::string(R"("tasks.max": "1", "topics": "dbserver1.inventory.customers",
        "key.ignore": "false", "type.name": "customer", )") +
           kUnwrapAndKey);
  EXPECT_EQ(Errors(config), "");
  EXPECT_EQ(config.connector, "elasticsearch");
  EXPECT_EQ(config.options, (OptionMap{{"connection.url", "http://elastic:9200"},
                                       {"document.id.columns", ".*:id"},
                                       {"format", "flat"},
                                       {"key.ignore", "false"},
                                       {"table.include.list", "inventory\\.customers"},
                                       {"topic.prefix", "dbserver1"}}));
  EXPECT_TRUE(HasNotice(config, "type.name"));
  EXPECT_TRUE(HasNotice(config, "tasks.max"));
  EXPECT_TRUE(HasNotice(config, "topics"));
}

// Prefix of two parts, several topics, a router that names the indexes, converters, a login.
TEST(ConnectElasticsearch, RouterAndConverters) {
  const ConnectConfig config = Read(R"json(
    "topics": "brew.cdc.public.drinks, brew.cdc.public.articles",
    "connection.username": "elastic", "connection.password": "changeme",
    "key.converter": "org.apache.kafka.connect.json.JsonConverter",
    "value.converter": "io.confluent.connect.avro.AvroConverter",
    "value.converter.schema.registry.url": "http://registry:8081",
    "consumer.override.auto.offset.reset": "earliest",
    "behavior.on.null.values": "delete", "schema.ignore": "true", "write.method": "insert",
    "transforms": "unwrap,key,route",
    "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
    "transforms.unwrap.drop.tombstones": "false",
    "transforms.unwrap.delete.handling.mode": "none",
    "transforms.unwrap.add.fields": "op,source.ts_ms",
    "transforms.key.type": "org.apache.kafka.connect.transforms.ExtractField$Key",
    "transforms.key.field": "id",
    "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
    "transforms.route.regex": "brew\\.cdc\\.public\\.(.*)",
    "transforms.route.replacement": "$1_v1")json");
  EXPECT_EQ(Errors(config), "");
  EXPECT_EQ(config.options.at("topic.prefix"), "brew.cdc");
  EXPECT_EQ(config.options.at("table.include.list"), "public\\.drinks,public\\.articles");
  EXPECT_EQ(config.options.at("transforms"), "route");
  EXPECT_EQ(config.options.at("transforms.route.replacement"), "$1_v1");
  EXPECT_EQ(config.options.at("add.fields"), "op,source.ts_ms");
  EXPECT_EQ(config.options.count("value.converter"), 0u);
  EXPECT_EQ(config.options.count("transforms.unwrap.type"), 0u);
  EXPECT_EQ(config.options.count("debezium.quirks"), 0u);
  EXPECT_TRUE(HasNotice(config, "value.converter.schema.registry.url"));
  EXPECT_TRUE(HasNotice(config, "consumer.override.auto.offset.reset"));
  EXPECT_TRUE(HasNotice(config, "transforms.unwrap.drop.tombstones"));
}

// A router beside Debezium dropped prefix and schema; UnwrapFromEnvelope is the former name.
TEST(ConnectElasticsearch, TopicWithoutSchema) {
  const ConnectConfig config = Read(R"("topics": "test_table", "transforms": "unwrap",
    "transforms.unwrap.type": "io.debezium.transforms.UnwrapFromEnvelope")");
  EXPECT_EQ(Errors(config), "");
  EXPECT_EQ(config.options.at("table.include.list"), ".*\\.test_table");
  EXPECT_EQ(config.options.count("topic.prefix"), 0u);
  EXPECT_EQ(config.options.at("transforms"), "penstock_table");
  EXPECT_EQ(config.options.at("transforms.penstock_table.replacement"), "$1");
}

TEST(ConnectElasticsearch, TopicsByRegex) {
  const struct {
    const char* regex;  // as JSON text
    const char* prefix;
    const char* tables;
  } kCases[] = {
      {R"(postgres\\.public\\.(?!(student$|lecture$)).*)", "postgres",
       "public\\.(?!(student$|lecture$)).*"},
      {R"(dbserver1.inventory.*)", "dbserver1", "inventory\\..*"},
      {R"(dbserver1.inventory.(orders|items))", "dbserver1", "inventory\\.(orders|items)"},
      {R"(a[.]b[.]c[.]t_[0-9]+)", "a.b", "c\\.t_[0-9]+"},
  };
  for (const auto& test : kCases) {
    const ConnectConfig config = Read(std::string("\"topics.regex\": \"") + test.regex + "\"");
    EXPECT_EQ(Errors(config), "") << test.regex;
    ASSERT_EQ(config.options.count("table.include.list"), 1u) << test.regex;
    EXPECT_EQ(config.options.at("topic.prefix"), test.prefix);
    EXPECT_EQ(config.options.at("table.include.list"), test.tables);
  }
}

TEST(ConnectElasticsearch, RegexesThatCannotBeTranslated) {
  for (const char* regex :
       {".*", "orders.*", "(a|b)\\\\.s\\\\.t", "a.b.c.*", "a\\\\.s\\\\.t{1,2}", "s\\\\.t"}) {
    const ConnectConfig config = Read(std::string("\"topics.regex\": \"") + regex + "\"");
    EXPECT_NE(Errors(config).find("cannot be turned into table.include.list"), std::string::npos)
        << regex;
  }
}

TEST(ConnectElasticsearch, IdFromTheValue) {
  const ConnectConfig config = Read(R"("topics": "p.s.t", "transforms": "copy,extract",
    "transforms.copy.type": "org.apache.kafka.connect.transforms.ValueToKey",
    "transforms.copy.fields": "code,region",
    "transforms.extract.type": "org.apache.kafka.connect.transforms.ExtractField$Key",
    "transforms.extract.field": "code")");
  EXPECT_EQ(Errors(config), "");
  EXPECT_EQ(config.options.at("document.id.columns"), ".*:code");
  EXPECT_EQ(config.options.count("transforms"), 0u);
}

TEST(ConnectElasticsearch, FormerIndexNames) {
  const ConnectConfig config = Read(R"("topics": "p.s.t", "topic.index.map": "p.s.t:customers")");
  EXPECT_EQ(Errors(config), "");
  EXPECT_EQ(config.options.at("index.map"), R"({"s.t":"customers"})");
}

TEST(ConnectElasticsearch, Refused) {
  const struct {
    const char* properties;
    const char* message;
  } kCases[] = {
      {R"("topics": "p.s.t", "key.ignore": "true")", "\"key.ignore\""},
      {R"("topics": "p.s.t", "write.method": "UPSERT")", "\"write.method\""},
      {R"("topics": "p.s.t", "use.autogenerated.ids": "true")", "\"use.autogenerated.ids\""},
      {R"("topics": "p.s.t", "errors.tolerance": "all")", "\"errors.tolerance\""},
      {R"("topics": "p.s.t", "index.name": "x")", "\"index.name\""},
      {R"("topics": "a.s.t,b.s.t")", "different prefixes"},
      {R"("topics": "a.s.t,t")", "different prefixes"},
      {R"("topics": ".")", "invalid value for option \"topics\""},
      {R"("tasks.max": "1")", "\"topics\" is missing"},
      {R"("topics": "p.s.t", "topics.regex": "x")", "exclude each other"},
      {R"("topics": "p.s.t", "transforms": "x",
          "transforms.x.type": "org.apache.kafka.connect.transforms.ReplaceField$Value")",
       "ReplaceField$Value\" is not supported"},
      {R"("topics": "p.s.t", "transforms": "x")", "\"transforms.x.type\" is missing"},
      {R"("topics": "p.s.t", "transforms": "unwrap",
          "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
          "transforms.unwrap.delete.handling.mode": "rewrite")",
       "a deleted row has no document"},
  };
  for (const auto& test : kCases) {
    EXPECT_NE(Errors(Read(test.properties)).find(test.message), std::string::npos)
        << test.properties << "\n"
        << Errors(Read(test.properties));
  }
}

TEST(ConnectElasticsearch, UrlIsRequired) {
  const ConnectConfig config = ReadConnectConfig(
      R"({"name": "es", "topics": "p.s.t",
          "connector.class": "io.aiven.kafka.connect.opensearch.OpensearchSinkConnector"})",
      R"({"bootstrap.servers": "k:9092"})", "d");
  EXPECT_EQ(Errors(config), "option \"connection.url\" is missing\n");
}

}  // namespace
}  // namespace penstock
