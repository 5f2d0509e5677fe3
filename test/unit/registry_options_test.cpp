// The options of a schema registry.
#include "extension/sink/registry_options.h"

#include <gtest/gtest.h>

#include "extension/core/placeholder.h"
#include "extension/core/sink_config.h"

namespace penstock::sink {
namespace {

std::string Trouble(const Options& options) {
  const Result<RegistryOptions> parsed = ParseRegistryOptions(options);
  return parsed.ok() ? "" : parsed.status().message();
}

TEST(RegistryOptions, NoneIsNoRegistry) {
  const Result<RegistryOptions> parsed = ParseRegistryOptions({{"bootstrap.servers", "k:1"}});
  ASSERT_TRUE(parsed.ok());
  EXPECT_TRUE(parsed.value().http.nodes.empty());
}

TEST(RegistryOptions, TheUrlKeepsItsPath) {
  const Result<RegistryOptions> parsed =
      ParseRegistryOptions({{"schema.registry.url", "http://a:1/x/, https://b"}});
  EXPECT_EQ(parsed.value().http.nodes, (std::vector<std::string>{"http://a:1/x", "https://b"}));
  EXPECT_TRUE(parsed.value().auto_register);
  EXPECT_EQ(parsed.value().key_strategy, SubjectStrategy::kTopic);
  for (const char* bad : {"a:8081", "ftp://a", "http://", "http:// a", "http://u:p@a", ""}) {
    EXPECT_NE(Trouble({{"schema.registry.url", bad}}), "") << bad;
    EXPECT_EQ(Trouble({{"schema.registry.url", bad}}).find("u:p"), std::string::npos);
  }
}

TEST(RegistryOptions, PrefixesOfConverters) {
  const Result<RegistryOptions> parsed =
      ParseRegistryOptions({{"key.converter.schema.registry.url", "http://a:1"},
                            {"value.converter.schema.registry.url", "http://a:1"},
                            {"value.converter.auto.register.schemas", "false"},
                            {"value.converter.value.subject.name.strategy",
                             "io.confluent.kafka.serializers.subject.TopicRecordNameStrategy"},
                            {"key.subject.name.strategy", "recordnamestrategy"}});
  ASSERT_TRUE(parsed.ok()) << parsed.status().message();
  EXPECT_FALSE(parsed.value().auto_register);
  EXPECT_EQ(parsed.value().value_strategy, SubjectStrategy::kTopicRecord);
  EXPECT_EQ(parsed.value().key_strategy, SubjectStrategy::kRecord);
  EXPECT_EQ(Trouble({{"key.converter.schema.registry.url", "http://a:1"},
                     {"value.converter.schema.registry.url", "http://b:1"}}),
            "options \"key.converter.schema.registry.url\" and "
            "\"value.converter.schema.registry.url\" have different values");
}

TEST(RegistryOptions, Login) {
  const Options url = {{"schema.registry.url", "http://a"}};
  const auto with = [&](Options more) {
    more.insert(url.begin(), url.end());
    return more;
  };
  const Result<RegistryOptions> basic = ParseRegistryOptions(
      with({{"basic.auth.credentials.source", "USER_INFO"}, {"basic.auth.user.info", "me:a:b"}}));
  EXPECT_EQ(basic.value().http.user, "me");
  EXPECT_EQ(basic.value().http.password, "a:b");
  const Result<RegistryOptions> bearer = ParseRegistryOptions(
      with({{"bearer.auth.credentials.source", "STATIC_TOKEN"}, {"bearer.auth.token", "t"}}));
  EXPECT_EQ(bearer.value().http.bearer_token, "t");
  for (const Options& bad :
       {Options{{"basic.auth.user.info", "me:x"}}, Options{{"bearer.auth.token", "t"}},
        Options{{"basic.auth.credentials.source", "USER_INFO"}},
        Options{{"basic.auth.credentials.source", "USER_INFO"}, {"basic.auth.user.info", "me"}},
        Options{{"basic.auth.credentials.source", "SASL_INHERIT"}},
        Options{{"use.latest.version", "true"}},
        Options{{"schema.registry.ssl.truststore.location", "/a.jks"}}}) {
    EXPECT_NE(Trouble(with(bad)), "") << bad.begin()->first;
  }
  EXPECT_EQ(Trouble({{"basic.auth.user.info", "me:secret"}}),
            "option \"schema.registry.url\" is missing");
}

TEST(RegistryOptions, FilesAndSecrets) {
  EXPECT_EQ(ServerFileOf("value.converter.schema.registry.ssl.truststore.location", "/etc/a"),
            "/etc/a");
  EXPECT_EQ(ServerFileOf("schema.registry.ssl.keystore.location", "/etc/a"), "/etc/a");
  EXPECT_TRUE(IsSecretOption("kafka", "key.converter.bearer.auth.token"));
  EXPECT_TRUE(IsSecretOption("kafka", "basic.auth.user.info"));
}

TEST(RegistryOptions, GoTogetherWithAvro) {
  const OptionMap base = {{"bootstrap.servers", "k:1"}, {"topic.prefix", "p"}};
  const auto trouble = [&](const std::string& connector, OptionMap more) {
    more.insert(base.begin(), base.end());
    if (connector != "kafka") more.erase("bootstrap.servers");
    const Result<SinkConfig> config = SplitSinkConfig(connector, more);
    return config.ok() ? "" : config.status().message();
  };
  EXPECT_EQ(trouble("kafka", {{"value.converter", "avro"}, {"schema.registry.url", "http://a"}}),
            "");
  EXPECT_EQ(trouble("kafka", {{"value.converter", "avro"}}),
            "option \"schema.registry.url\" is missing");
  EXPECT_EQ(trouble("kafka", {{"schema.registry.url", "http://a"}}),
            "option \"schema.registry.url\" needs key.converter=avro or value.converter=avro");
  EXPECT_EQ(trouble("null", {{"key.converter", "avro"}}), "sink type \"null\" does not take Avro");
  EXPECT_EQ(trouble("kafka", {{"value.converter", "avro"},
                              {"value.converter.schemas.enable", "false"},
                              {"schema.registry.url", "http://a"}}),
            "option \"value.converter.schemas.enable\" needs value.converter=json");
}

TEST(RegistryOptions, TextOutputShowsJson) {
  const Result<SinkConfig> config =
      SplitSinkConfig("kafka", {{"bootstrap.servers", "k:1"},
                                {"topic.prefix", "p"},
                                {"value.converter", "avro"},
                                {"value.converter.connect.meta.data", "false"},
                                {"key.converter.schemas.enable", "true"},
                                {"schema.registry.url", "http://a"}});
  ASSERT_TRUE(config.ok()) << config.status().message();
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"key.converter.schemas.enable", "true"},
      {"topic.prefix", "p"},
      {"value.converter.schemas.enable", "false"}};
  EXPECT_EQ(config.value().event_as_text, expected);
}

}  // namespace
}  // namespace penstock::sink
