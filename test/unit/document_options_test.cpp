#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "output_plugin/event/plan.h"

namespace penstock::event {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// As sink_config gives them to a sink of type elasticsearch.
Result<EventOptions> Parse(Pairs pairs) {
  pairs.emplace_back("document.addressing", "true");
  return ParseEventOptions(pairs);
}

std::string ErrorOf(Pairs pairs) { return Parse(std::move(pairs)).status().message(); }

TEST(DocumentOptions, Defaults) {
  const EventOptions options = Parse({}).value();
  EXPECT_EQ(options.format, Format::kDocument);
  EXPECT_TRUE(options.document.addressing);
  EXPECT_FALSE(options.key_schemas);
  EXPECT_FALSE(options.value_schemas);
  EXPECT_FALSE(options.extended_headers);
  EXPECT_EQ(options.identity_missing, IdentityMissing::kFail);
  EXPECT_EQ(options.document.json_mapping, JsonMapping::kDynamic);
  EXPECT_EQ(options.document.toast_missing, ToastMissing::kReselect);
  EXPECT_EQ(Parse({{"identity.missing", "skip"}}).value().identity_missing, IdentityMissing::kSkip);
  const EventOptions others = ParseEventOptions({{"topic.prefix", "srv"}}).value();
  EXPECT_FALSE(others.document.addressing);
  EXPECT_EQ(others.identity_missing, IdentityMissing::kSkip);
}

TEST(DocumentOptions, FormatIsDocumentUnlessAnotherIsAskedFor) {
  EXPECT_TRUE(ParseEventOptions({{"format", "document"}}).value().document.addressing);
  EXPECT_EQ(Parse({{"format", "flat"}}).value().format, Format::kFlat);
  EXPECT_EQ(Parse({{"format", "debezium"}}).value().format, Format::kFlat);
  const Pairs unwrap = {{"transforms", "u"},
                        {"transforms.u.type", "io.debezium.transforms.ExtractNewRecordState"}};
  EXPECT_EQ(Parse(unwrap).value().format, Format::kFlat);
  Pairs both = unwrap;
  both.emplace_back("format", "document");
  EXPECT_NE(ErrorOf(both).find("exclude each other"), std::string::npos);
  EXPECT_FALSE(ParseEventOptions({{"format", "document"}, {"document.addressing", "false"}}).ok());
}

TEST(DocumentOptions, AddedFieldsAreThoseOfEveryDocument) {
  EXPECT_TRUE(Parse({{"format", "flat"}, {"add.fields", "op,source.ts_ms,lsn,txId"}}).ok());
  for (const char* field : {"sequence", "source.origin", "origin_lsn"}) {
    EXPECT_NE(ErrorOf({{"format", "flat"}, {"add.fields", field}}).find("cannot add source."),
              std::string::npos)
        << field;
    EXPECT_TRUE(Parse({{"format", "flat"}, {"add.fields", field}, {"toast.missing", "fail"}}).ok())
        << field;
  }
}

TEST(DocumentOptions, NeedDocuments) {
  for (const char* name :
       {"index.map", "document.id.columns", "routing", "json.mapping", "toast.missing"}) {
    const std::string value = name == std::string("json.mapping")    ? "flattened"
                              : name == std::string("toast.missing") ? "fail"
                                                                     : "a:b";
    const Status status = ParseEventOptions({{"topic.prefix", "srv"}, {name, value}}).status();
    EXPECT_NE(status.message().find("needs a destination of documents"), std::string::npos) << name;
  }
}

TEST(DocumentOptions, OthersThatHaveNoMeaning) {
  const Pairs misplaced = {{"schemas.enable", "true"},
                           {"key.converter.schemas.enable", "true"},
                           {"value.converter.schemas.enable", "true"},
                           {"tombstones.on.delete", "true"},
                           {"extended.headers.enabled", "true"},
                           {"message.key.columns", "a:b"},
                           {"message.prefix.include.list", "x"},
                           {"message.prefix.exclude.list", "x"},
                           {"debezium.quirks", "true"},
                           {"unavailable.value.placeholder", "x"}};
  for (const auto& pair : misplaced) {
    EXPECT_NE(ErrorOf({pair}).find("does not apply to documents"), std::string::npos) << pair.first;
    EXPECT_NE(ErrorOf({pair, {"format", "flat"}}), "") << pair.first;
  }
  EXPECT_NE(ErrorOf({{"format", "flat"}, {"add.headers", "op"}}), "");
  EXPECT_EQ(ErrorOf({{"schemas.enable", "false"}, {"debezium.quirks", "false"}}), "");
}

TEST(DocumentOptions, EncodingsBelongToFlat) {
  const Pairs encodings = {{"binary.handling.mode", "hex"},
                           {"decimal.handling.mode", "string"},
                           {"event.converting.failure.handling.mode", "fail"},
                           {"hstore.handling.mode", "map"},
                           {"include.unknown.datatypes", "true"},
                           {"interval.handling.mode", "string"},
                           {"money.fraction.digits", "3"},
                           {"time.precision.mode", "connect"},
                           {"value.converter.replace.null.with.default", "false"}};
  for (const auto& pair : encodings) {
    EXPECT_NE(ErrorOf({pair}).find("belongs to format=flat"), std::string::npos) << pair.first;
    EXPECT_EQ(ErrorOf({pair, {"format", "flat"}}), "") << pair.first;
  }
}

TEST(DocumentOptions, TruncatesDoNotPass) {
  EXPECT_NE(ErrorOf({{"skipped.operations", "none"}}).find("skipped.operations"),
            std::string::npos);
  EXPECT_NE(ErrorOf({{"skipped.operations", "d"}}), "");
  EXPECT_EQ(ErrorOf({{"skipped.operations", "t,d"}}), "");
}

TEST(DocumentOptions, IndexMap) {
  const EventOptions options =
      Parse({{"index.map", "{\"s.t\": \"one\", \"s.\\u00e4\": \"zw\\u00f6i\"}"}}).value();
  ASSERT_EQ(options.document.index_map.size(), 2u);
  EXPECT_EQ(options.document.index_map[1].first, "s.ä");
  EXPECT_EQ(options.document.index_map[1].second, "zwöi");
  for (const char* bad : {"", "x", "[]", "{\"a\":1}", "{\"a\":\"\"}", "{\"a\":\"b\"", "{} x"}) {
    EXPECT_NE(ErrorOf({{"index.map", bad}}), "") << bad;
  }
}

TEST(DocumentOptions, Routing) {
  const EventOptions all = Parse({{"routing", " tenant "}}).value();
  ASSERT_EQ(all.document.routing.size(), 1u);
  EXPECT_TRUE(all.document.routing[0].all_tables);
  EXPECT_EQ(all.document.routing[0].column, "tenant");
  const EventOptions some = Parse({{"routing", "s.a:x;s.b.*:y"}}).value();
  ASSERT_EQ(some.document.routing.size(), 2u);
  EXPECT_TRUE(some.document.routing[1].table.Matches("s.bc"));
  EXPECT_FALSE(some.document.routing[1].all_tables);
  EXPECT_EQ(some.document.routing[1].column, "y");
  for (const char* bad : {"", "s.a:x,y", "s.a:", "x;y"}) {
    EXPECT_NE(ErrorOf({{"routing", bad}}), "") << bad;
  }
}

TEST(DocumentOptions, TopicsNeedNoPrefix) {
  auto topic = [](Pairs pairs, const char* schema, const char* table) {
    const EventOptions options = Parse(std::move(pairs)).value();
    RelationPlan plan;
    plan.schema = schema;
    plan.table = table;
    EXPECT_TRUE(FinishPlan(&plan, options).ok());
    return plan.topic;
  };
  EXPECT_EQ(topic({}, "s", "t"), "s.t");
  EXPECT_EQ(topic({{"topic.prefix", "p"}}, "s", "t"), "p.s.t");
  EXPECT_EQ(topic({}, "s", "größe"), "s.größe") << "two such names must stay two";
  EXPECT_EQ(topic({{"index.map", "{\"s.t\":\"idx\"}"}, {"topic.map", "s.t:top,s.u:up"}}, "s", "t"),
            "idx");
  EXPECT_EQ(topic({{"index.map", "{\"s.t\":\"idx\"}"}, {"topic.map", "s.t:top,s.u:up"}}, "s", "u"),
            "up");
  EXPECT_EQ(topic({{"transforms", "r"},
                   {"transforms.r.type", "org.apache.kafka.connect.transforms.RegexRouter"},
                   {"transforms.r.regex", "s[.](.*)"},
                   {"transforms.r.replacement", "$1"}},
                  "s", "t"),
            "t");
  EXPECT_EQ(ParseEventOptions({}, "db").value().topic_prefix, "db");
  EXPECT_EQ(ParseEventOptions({{"format", "document"}}, "db").value().topic_prefix, "");
}

}  // namespace
}  // namespace penstock::event
