// Options of one sink: who reads which, what is wrong, what is hidden.
#include "extension/core/sink_config.h"

#include <gtest/gtest.h>

#include <string>

#include "extension/core/name_list.h"
#include "extension/core/placeholder.h"

namespace penstock {
namespace {

TEST(SinkConfig, SplitsByReader) {
  const Result<SinkConfig> config =
      SplitSinkConfig("kafka", {{"topic.prefix", "p"},
                                {"bootstrap.servers", "localhost:9092"},
                                {"snapshot.mode", "no_data"},
                                {"decimal.handling.mode", "string"},
                                {"tasks.max", "1"}});
  ASSERT_TRUE(config.ok()) << config.status().message();
  ASSERT_EQ(config.value().event.size(), 2u);
  EXPECT_EQ(config.value().event[0].first, "decimal.handling.mode");
  EXPECT_EQ(config.value().event[1].first, "topic.prefix");
  EXPECT_EQ(config.value().source.snapshot_mode, SnapshotMode::kNoData);
  EXPECT_EQ(config.value().sink.count("bootstrap.servers"), 1u);
  EXPECT_EQ(config.value().sink.size(), 1u);
  ASSERT_EQ(config.value().notices.size(), 1u);
  EXPECT_NE(config.value().notices[0].find("tasks.max"), std::string::npos);
}

TEST(SinkConfig, UnknownConnector) {
  const Result<SinkConfig> config = SplitSinkConfig("kafak", {{"topic.prefix", "p"}});
  EXPECT_EQ(config.status().code(), StatusCode::kInvalidOption);
  EXPECT_EQ(config.status().message(), "unknown connector \"kafak\"");
}

TEST(SinkConfig, UnknownOptionNamesTheNearest) {
  const Result<SinkConfig> config =
      SplitSinkConfig("null", {{"topic.prefix", "p"}, {"table.includ.list", "x"}});
  EXPECT_EQ(config.status().message(), "unknown option \"table.includ.list\"");
  EXPECT_NE(config.status().hint().find("\"table.include.list\""), std::string::npos);
}

TEST(SinkConfig, OptionOfAnotherSinkType) {
  const Result<SinkConfig> config =
      SplitSinkConfig("null", {{"topic.prefix", "p"}, {"bootstrap.servers", "x:1"}});
  EXPECT_EQ(config.status().message(),
            "option \"bootstrap.servers\" is not known to sink type \"null\"");
  EXPECT_EQ(config.status().hint(), "It is an option of sink type \"kafka\".");
}

TEST(SinkConfig, MissingHost) {
  const Result<SinkConfig> config = SplitSinkConfig("kafka", {{"topic.prefix", "p"}});
  EXPECT_EQ(config.status().message(), "option \"bootstrap.servers\" is missing");
}

TEST(SinkConfig, MissingTopicPrefix) {
  EXPECT_EQ(SplitSinkConfig("null", {}).status().message(), "option \"topic.prefix\" is missing");
}

TEST(SinkConfig, BadValue) {
  const Result<SinkConfig> config =
      SplitSinkConfig("null", {{"topic.prefix", "p"}, {"time.precision.mode", "exact"}});
  EXPECT_EQ(config.status().code(), StatusCode::kInvalidOption);
  EXPECT_NE(config.status().message().find("time.precision.mode"), std::string::npos);
}

const OptionMap kElasticsearch = {{"connection.url", "http://e:9200"}};

OptionMap With(OptionMap options, const std::string& name, const std::string& value) {
  options[name] = value;
  return options;
}

TEST(SinkConfig, ElasticsearchGetsDocuments) {
  const Result<SinkConfig> config = SplitSinkConfig("elasticsearch", kElasticsearch);
  ASSERT_TRUE(config.ok()) << config.status().message();
  ASSERT_EQ(config.value().event.size(), 1u);
  EXPECT_EQ(config.value().event[0].first, "document.addressing");
  EXPECT_EQ(config.value().sink, kElasticsearch);
  EXPECT_TRUE(DeliversDocuments("elasticsearch", kElasticsearch));
}

TEST(SinkConfig, ElasticsearchNeedsUrl) {
  EXPECT_EQ(SplitSinkConfig("elasticsearch", {}).status().message(),
            "option \"connection.url\" is missing");
  EXPECT_FALSE(SplitSinkConfig("elasticsearch", {{"connection.url", "ftp://e"}}).ok());
}

TEST(SinkConfig, AddressingIsTheConnectorsAlone) {
  for (const char* connector : {"elasticsearch", "file", "kafka", "null"}) {
    std::string notice;
    EXPECT_FALSE(CheckOption(connector, "document.addressing", "true", &notice).ok()) << connector;
  }
}

TEST(SinkConfig, DocumentsOfOtherConnectors) {
  const OptionMap documents = {{"format", "Document"}};
  EXPECT_TRUE(SplitSinkConfig("null", documents).ok());
  EXPECT_TRUE(DeliversDocuments("file", documents));
  EXPECT_FALSE(DeliversDocuments("file", {{"format", "flat"}}));
  EXPECT_FALSE(DeliversDocuments("kafka", documents));
  EXPECT_EQ(
      SplitSinkConfig("kafka", With(documents, "bootstrap.servers", "k:1")).status().message(),
      "option \"format\" cannot be \"document\" for sink type \"kafka\"");
  EXPECT_FALSE(SplitSinkConfig("null", {{"topic.prefix", "p"}, {"index.map", "{}"}}).ok());
}

TEST(SinkConfig, EncodingsBelongToFlat) {
  const OptionMap options = With(kElasticsearch, "decimal.handling.mode", "string");
  EXPECT_FALSE(SplitSinkConfig("elasticsearch", options).ok());
  EXPECT_TRUE(SplitSinkConfig("elasticsearch", With(options, "format", "flat")).ok());
}

TEST(SinkConfig, PlaceholdersAreForTheDestinationOnly) {
  OptionMap options = {{"topic.prefix", "p"}, {"bootstrap.servers", "${env:BROKERS}"}};
  EXPECT_TRUE(SplitSinkConfig("kafka", options).ok());
  options["topic.prefix"] = "${env:PREFIX}";
  EXPECT_EQ(SplitSinkConfig("kafka", options).status().code(), StatusCode::kNotSupported);
}

TEST(SinkConfig, SecretsByRowAndByName) {
  EXPECT_TRUE(IsSecretOption("kafka", "database.password"));
  EXPECT_TRUE(IsSecretOption("kafka", "producer.override.sasl.jaas.config"));
  EXPECT_TRUE(IsSecretOption("kafka", "producer.override.sasl.password"));
  EXPECT_TRUE(IsSecretOption("kafka", "something.Secret.unknown"));
  EXPECT_FALSE(IsSecretOption("kafka", "bootstrap.servers"));
  EXPECT_FALSE(IsSecretOption("kafka", "topic.prefix"));
  EXPECT_TRUE(IsSecretOption("elasticsearch", "connection.password"));
  EXPECT_TRUE(IsSecretOption("elasticsearch", "connection.api.key"));
  EXPECT_TRUE(IsSecretOption("elasticsearch", "elastic.https.ssl.key.location"));
  EXPECT_FALSE(IsSecretOption("elasticsearch", "connection.url"));
}

// What was meant as a secret may stand in the place of where it is to be found.
TEST(SinkConfig, NoMessageRepeatsWhatMayBeASecret) {
  const Result<SinkConfig> config =
      SplitSinkConfig("kafka", {{"topic.prefix", "p"},
                                {"bootstrap.servers", "k:1"},
                                {"schema.registry.url", "http://r"},
                                {"basic.auth.credentials.source", "me:my-password"}});
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.status().message(),
            "invalid value for option \"basic.auth.credentials.source\"");
}

TEST(SinkConfig, TableNamesBecomeExactPatterns) {
  const Result<std::string> list =
      TableNamesToIncludeList({"public.a", "s.*", "*.b", "x.a,b", "s.a.b(1)"});
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(list.value(), "public\\.a,s\\..*,.*\\.b,x\\.a\\,b,s\\.a\\.b\\(1\\)");
}

TEST(SinkConfig, TableNamesNeedASchema) {
  for (const char* bad : {"orders", ".orders", "public."}) {
    EXPECT_EQ(TableNamesToIncludeList({bad}).status().code(), StatusCode::kInvalidOption) << bad;
  }
}

// An empty include list would stand for every table.
TEST(SinkConfig, NoTableNamesAreAnError) {
  EXPECT_EQ(TableNamesToIncludeList({}).status().code(), StatusCode::kInvalidOption);
}

TEST(SinkConfig, OptionsToJson) {
  EXPECT_EQ(OptionsToJson({}), "{}");
  EXPECT_EQ(OptionsToJson({{"b", "x\"\n"}, {"a", "1"}}), "{\"a\":\"1\",\"b\":\"x\\\"\\n\"}");
}

TEST(SinkConfig, ListNames) {
  EXPECT_TRUE(ListNames("pgoutput, test_decoding,penstock_output", "penstock_output"));
  EXPECT_TRUE(ListNames("\"penstock_output\"", "penstock_output"));
  EXPECT_FALSE(ListNames("pgoutput, penstock_output2", "penstock_output"));
  EXPECT_FALSE(ListNames("", "penstock_output"));
}

TEST(SinkConfig, ServerFiles) {
  EXPECT_EQ(ServerFileOf("ssl.ca.location", "/a/ca.pem"), "/a/ca.pem");
  EXPECT_EQ(ServerFileOf("producer.override.ssl.key.location", " /a/key "), "/a/key");
  EXPECT_EQ(ServerFileOf("ssl.keystore.location", "store"), "store");
  EXPECT_EQ(ServerFileOf("elastic.https.ssl.truststore.location", "/a/ca.pem"), "/a/ca.pem");
  EXPECT_EQ(ServerFileOf("ssl.ca.location", "probe"), "");
  EXPECT_EQ(ServerFileOf("ssl.key.location", "probe"), "probe");
  EXPECT_EQ(ServerFileOf("ssl.ca.pem", "/a/ca.pem"), "");
  EXPECT_EQ(ServerFileOf("client.location", "/a"), "");
}

TEST(SinkConfig, Placeholders) {
  const std::vector<Placeholder> found =
      FindPlaceholders("user=${file:/etc/x.properties:user};${env:PASSWORD};${other}${file:");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_TRUE(found[0].is_file);
  EXPECT_EQ(found[0].path_or_name, "/etc/x.properties");
  EXPECT_FALSE(found[1].is_file);
  EXPECT_EQ(found[1].path_or_name, "PASSWORD");
}

}  // namespace
}  // namespace penstock
