#include "output_plugin/event/event_options.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace penstock::event {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Result<EventOptions> Parse(Pairs pairs) {
  pairs.emplace_back("topic.prefix", "srv");
  return ParseEventOptions(pairs);
}

std::string ErrorOf(Pairs pairs) { return Parse(std::move(pairs)).status().message(); }

TEST(EventOptions, RowsAreSortedAndUnique) {
  const OptionTable table = EventOptionTable();
  for (size_t i = 1; i < table.count; ++i) {
    EXPECT_LT(std::string(table.rows[i - 1].name), table.rows[i].name);
  }
}

TEST(EventOptions, DefaultsOfTheTableHold) {
  const EventOptions options = Parse({}).value();
  EXPECT_TRUE(options.key_schemas);
  EXPECT_TRUE(options.tombstones_on_delete);
  EXPECT_TRUE(options.skip_truncate);
  EXPECT_FALSE(options.quirks);
  EXPECT_EQ(options.topic_delimiter, ".");
}

TEST(EventOptions, BadOnesAreErrors) {
  EXPECT_FALSE(ParseEventOptions({}).ok()) << "topic.prefix is required";
  EXPECT_NE(ErrorOf({{"topic.prefx", "x"}}).find("topic.prefx"), std::string::npos);
  EXPECT_FALSE(Parse({{"decimal.handling.mode", "exact"}}).ok());
  EXPECT_FALSE(Parse({{"tombstones.on.delete", "perhaps"}}).ok());
  EXPECT_FALSE(Parse({{"money.fraction.digits", "11"}}).ok());
  EXPECT_FALSE(Parse({{"table.include.list", "a(b"}}).ok());
  EXPECT_FALSE(Parse({{"skipped.operations", "x"}}).ok());
  EXPECT_FALSE(Parse({{"skipped.operations", "none,t"}}).ok());
  EXPECT_FALSE(Parse({{"add.fields", "op"}}).ok()) << "needs format=flat";
  EXPECT_FALSE(Parse({{"row.filter", "id > 1"}}).ok());
  EXPECT_FALSE(Parse({{"row.filter", R"({"public.t": 1})"}}).ok());
  EXPECT_FALSE(Parse({{"row.filter", R"({"public.t": "a", "public.t": "b"})"}}).ok());
  EXPECT_FALSE(Parse({{"publication.autocreate.mode", "disabled"}, {"publication.name", ""}}).ok());
  EXPECT_FALSE(Parse({{"converters", "x"}}).ok());
  EXPECT_FALSE(Parse({{"quirks", "x"}, {"debezium.quirks", "true"}}).ok());
  EXPECT_FALSE(Parse({{"format", "flat"}, {"format", "flat"}}).ok());
}

TEST(EventOptions, IncludeAndExcludeListsExcludeEachOther) {
  EXPECT_NE(ErrorOf({{"table.include.list", "a"}, {"table.exclude.list", "b"}}), "");
  EXPECT_NE(ErrorOf({{"table.whitelist", "a"}, {"table.include.list", "b"}}), "");
}

TEST(EventOptions, FormerNames) {
  const EventOptions options = Parse({{"table.whitelist", "public.a"}}).value();
  EXPECT_TRUE(options.table_include.Matches("PUBLIC.A"));
  EXPECT_FALSE(options.table_include.Matches("public.ab"));
}

TEST(EventOptions, Unwrap) {
  const EventOptions options =
      Parse({{"transforms", "unwrap"},
             {"transforms.unwrap.type", "io.debezium.transforms.ExtractNewRecordState"},
             {"transforms.unwrap.delete.tombstone.handling.mode", "rewrite"},
             {"transforms.unwrap.add.fields", "op,source.ts_ms,lsn,source.db:dbname"}})
          .value();
  EXPECT_EQ(options.format, Format::kFlat);
  EXPECT_EQ(options.flat.delete_handling, DeleteHandling::kRewrite);
  ASSERT_EQ(options.flat.add_fields.size(), 4u);
  EXPECT_EQ(options.flat.add_fields[1].name, "__source_ts_ms");
  EXPECT_EQ(options.flat.add_fields[2].path, "source.lsn");
  EXPECT_EQ(options.flat.add_fields[2].name, "__lsn");
  EXPECT_EQ(options.flat.add_fields[3].name, "__dbname");
}

TEST(EventOptions, FormerUnwrapOptions) {
  const EventOptions options =
      Parse({{"transforms", "u"},
             {"transforms.u.type", "io.debezium.transforms.ExtractNewRecordState"},
             {"transforms.u.drop.tombstones", "false"},
             {"transforms.u.delete.handling.mode", "rewrite"}})
          .value();
  EXPECT_EQ(options.flat.delete_handling, DeleteHandling::kRewriteWithTombstone);
}

TEST(EventOptions, TransformsAreChecked) {
  EXPECT_FALSE(Parse({{"transforms", "x"}}).ok());
  EXPECT_FALSE(Parse({{"transforms", "x"}, {"transforms.x.type", "com.example.Mine"}}).ok());
  EXPECT_FALSE(Parse({{"transforms.x.type", "com.example.Mine"}}).ok());
  EXPECT_FALSE(Parse({{"transforms", "r"},
                      {"transforms.r.type", "org.apache.kafka.connect.transforms.RegexRouter"},
                      {"transforms.r.regex", "a"},
                      {"transforms.r.replacement", "$1"}})
                   .ok());
  EXPECT_FALSE(Parse({{"transforms", "r"},
                      {"transforms.r.type", "org.apache.kafka.connect.transforms.RegexRouter"},
                      {"transforms.r.regex", "a"}})
                   .ok());
}

TEST(EventOptions, RegexRouter) {
  const EventOptions options =
      Parse({{"transforms", "r"},
             {"transforms.r.type", "org.apache.kafka.connect.transforms.RegexRouter"},
             {"transforms.r.regex", "([^.]+)\\.([^.]+)\\.([^.]+)"},
             {"transforms.r.replacement", "$3-$1"}})
          .value();
  ASSERT_EQ(options.chain.size(), 1u);
  std::string topic;
  EXPECT_TRUE(options.chain[0].route.regex.Replace("srv.public.t", "$3-$1", &topic));
  EXPECT_EQ(topic, "t-srv");
  EXPECT_FALSE(options.chain[0].route.regex.Replace("srv.t", "$3-$1", &topic));
}

TEST(Pattern, JavaReplacement) {
  const Pattern pattern = Pattern::Compile("(.*)-(.*)", false).value();
  std::string result;
  EXPECT_TRUE(pattern.Replace("a-b", "v_$12024", &result));
  EXPECT_EQ(result, "v_a2024") << "$1, since there is no group 12";
  EXPECT_TRUE(pattern.Replace("a-b", "\\$1$2", &result));
  EXPECT_EQ(result, "$1b");
  EXPECT_TRUE(pattern.AcceptsReplacement("$2"));
  EXPECT_FALSE(pattern.AcceptsReplacement("$3"));
  EXPECT_FALSE(pattern.AcceptsReplacement("$"));
}

TEST(Pattern, LongTextsAndLongPatterns) {
  EXPECT_TRUE(Pattern::Compile("a.*", true).value().Matches("a" + std::string(300000, 'b')));
  EXPECT_FALSE(Pattern::Compile("(a*)*b", true).value().Matches(std::string(100, 'a')));
  EXPECT_FALSE(Pattern::Compile(std::string(200000, 'a'), true).ok());
  EXPECT_FALSE(Pattern::Compile(std::string(200000, '('), true).ok());
}

TEST(Pattern, JavaSyntaxThatWouldMeanSomethingElseIsRefused) {
  EXPECT_FALSE(Pattern::Compile("\\Qa.b\\E", true).ok());
  EXPECT_FALSE(Pattern::Compile("[a-z&&[^b]]", true).ok());
  EXPECT_FALSE(Pattern::Compile("(a)\\1", true).ok());
  EXPECT_TRUE(Pattern::Compile("\\w+\\.\\d", true).ok());
}

TEST(Pattern, BackslashKeepsAComma) {
  const PatternList list = PatternList::Parse("x", "a\\,b, c.*").value();
  EXPECT_TRUE(list.Matches("a,b"));
  EXPECT_TRUE(list.Matches("cde"));
  EXPECT_FALSE(list.Matches("a"));
}

TEST(EventOptions, KeyColumnsAreColumns) {
  for (const char* bad : {"a", ":b", "a:", "a: , ", ":"}) {
    EXPECT_FALSE(ParseEventOptions({{"topic.prefix", "p"}, {"message.key.columns", bad}}).ok())
        << bad;
  }
  EXPECT_TRUE(ParseEventOptions({{"topic.prefix", "p"}, {"message.key.columns", "a:b,c"}}).ok());
}

}  // namespace
}  // namespace penstock::event
