#include "output_plugin/event/column_mask.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "field_values.h"

namespace penstock::event {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Result<EventOptions> Parse(Pairs pairs) {
  pairs.emplace_back("topic.prefix", "srv");
  return ParseEventOptions(pairs);
}

// Column public.t.c of a kind under one rule.
class ColumnMaskTest : public testing::Test {
 protected:
  void Make(const std::string& option, Kind kind = Kind::kText, int length = -1,
            bool quirks = true) {
    column_.name = "c";
    column_.kind = kind;
    options_ =
        Parse({{option, "public.t.c"}, {"debezium.quirks", quirks ? "true" : "false"}}).value();
    const ColumnRule* rule =
        FindColumnRules(options_.column_rules, "public.t", "c", "text", quirks).value;
    ASSERT_NE(rule, nullptr);
    MaskedType type;
    type.is_text = kind == Kind::kText || kind == Kind::kName;
    type.length = length;
    MaskColumn(*rule, type, options_, &column_);
    FinishColumn(&column_, options_);
  }
  std::string Write(const FieldValue& value, const WriteMode& mode = {true, false}) {
    Buffer out;
    out.Append("x:");
    EXPECT_TRUE(WriteField(out, column_, value, mode));
    return std::string(out.view().substr(2));
  }

  Column column_;
  EventOptions options_;
};

TEST_F(ColumnMaskTest, ReplacesWhateverThereIs) {
  Make("column.mask.with.3.chars");
  EXPECT_EQ(Write(Bytes("secret")), "\"***\"");
  for (const FieldState state :
       {FieldState::kNull, FieldState::kUnavailable, FieldState::kAbsent}) {
    EXPECT_EQ(Write(State(state)), "\"***\"");
  }
  EXPECT_EQ(column_.schema,
            R"({"type":"string","optional":true,"parameters":{"masked":"true"},"field":"c"})");
}

TEST_F(ColumnMaskTest, ReplacesWithNothing) {
  Make("column.mask.with.0.chars");
  EXPECT_EQ(Write(Bytes("secret")), "\"\"");
}

// Debezium says that it is masked and sends the value; without quirks it does not get out.
TEST_F(ColumnMaskTest, OtherTypesThanText) {
  Make("column.mask.with.3.chars", Kind::kInt32);
  EXPECT_EQ(Write(Number(42)), "42");
  EXPECT_NE(column_.schema.find("\"masked\":\"true\""), std::string::npos);
  column_ = Column();
  Make("column.mask.with.3.chars", Kind::kInt32, -1, false);
  EXPECT_EQ(Write(Number(42)), "null");
  EXPECT_NE(column_.schema.find("\"type\":\"int32\""), std::string::npos);
  column_ = Column();
  column_.optional = false;
  Make("column.mask.hash.v2.MD5.with.salt.s", Kind::kInt32, -1, false);
  EXPECT_EQ(Write(Number(42)), "0");
}

TEST_F(ColumnMaskTest, HashesSaltAndText) {
  Make("column.mask.hash.v2.MD5.with.salt.a.b");
  EXPECT_EQ(Write(Bytes("c")), "\"dff024477893ecd18ec7f928c1f7c0a7\"");
  EXPECT_EQ(Write(State(FieldState::kNull)), "null");
  EXPECT_EQ(Write(State(FieldState::kAbsent)), "null");
}

TEST_F(ColumnMaskTest, HashesAreCutToTheLengthOfTheColumn) {
  Make("column.mask.hash.v2.MD5.with.salt.a.b", Kind::kText, 5);
  EXPECT_EQ(Write(Bytes("c")), "\"dff02\"");
}

// What stands in for an unknown value of a NOT NULL column is hashed like one.
TEST_F(ColumnMaskTest, HashesTheFallback) {
  column_.optional = false;
  Make("column.mask.hash.v2.SHA-1.with.salt.s");
  EXPECT_EQ(Write(State(FieldState::kAbsent)), "\"a0f1490a20d0211c997b44bc357e1972deab8ae3\"");
}

// Of Java's serialised String; beyond the BMP it has surrogates, beyond 65535 bytes another head.
TEST_F(ColumnMaskTest, HashOfTheFirstVersion) {
  Make("column.mask.hash.MD5.with.salt.s");
  EXPECT_EQ(Write(Bytes("é😀")), "\"f90b0919c2c4b1813abb2f0df530fe48\"");
  EXPECT_EQ(Write(Bytes(std::string(70000, 'x'))), "\"f8551e707da84572eed91b623d5c4c5f\"");
}

TEST_F(ColumnMaskTest, TruncatesUtf16Units) {
  Make("column.truncate.to.3.chars");
  EXPECT_EQ(Write(Bytes("abc")), "\"abc\"");
  EXPECT_EQ(Write(Bytes("abcd")), "\"abc\"");
  EXPECT_EQ(Write(Bytes("日本語x")), "\"日本語\"");
  EXPECT_EQ(Write(Bytes("a\"\n\"")), "\"a\\\"\\n\"");
  EXPECT_EQ(Write(Bytes("ab\x01z")), "\"ab\\u0001\"");
  EXPECT_EQ(Write(Bytes("ab😀")), "\"ab\\uD83D\"");
  EXPECT_EQ(Write(Bytes("")), "\"\"");
  EXPECT_EQ(Write(State(FieldState::kUnavailable)), "\"__d\"");
  EXPECT_NE(column_.schema.find("\"parameters\":{\"truncateLength\":\"3\"}"), std::string::npos);
}

// Half of a character is no text: RapidJSON and jsonb refuse it.
TEST_F(ColumnMaskTest, WithoutQuirksNoCharacterIsCutInHalf) {
  Make("column.truncate.to.3.chars", Kind::kText, -1, false);
  EXPECT_EQ(Write(Bytes("ab😀"), {false, false}), "\"ab\"");
  EXPECT_EQ(Write(Bytes("a😀b"), {false, false}), "\"a\\uD83D\\uDE00\"");
  EXPECT_EQ(Write(Bytes("ab\x01z"), {false, false}), "\"ab\\u0001\"");
}

TEST_F(ColumnMaskTest, TruncatesBytes) {
  Make("column.truncate.to.3.chars", Kind::kBytes);
  EXPECT_EQ(Write(Bytes("abcd")), "\"YWJj\"");
  EXPECT_EQ(Write(State(FieldState::kUnavailable)), "\"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==\"")
      << "the placeholder stays whole";
}

TEST_F(ColumnMaskTest, TruncatesNothingThatIsShorterByType) {
  Make("column.truncate.to.3.chars", Kind::kText, 3);
  EXPECT_EQ(column_.kind, Kind::kText);
  EXPECT_EQ(column_.schema.find("truncateLength"), std::string::npos);
}

TEST_F(ColumnMaskTest, TruncatesStringsAlone) {
  Make("column.truncate.to.1.chars", Kind::kInt32, 10);
  EXPECT_EQ(Write(Number(42)), "42");
  EXPECT_NE(column_.schema.find("truncateLength"), std::string::npos);
}

class ColumnRuleTest : public testing::Test {
 protected:
  ColumnRules Find(const char* column, const char* type, bool quirks) {
    return FindColumnRules(options_.column_rules, "public.t", column, type, quirks);
  }
  const EventOptions options_ = Parse({{"column.mask.hash.v2.MD5.with.salt.s", "public.t.*"},
                                       {"column.mask.with.3.chars", "public.t.a"},
                                       {"column.truncate.to.3.chars", "PUBLIC.t.[ab]"},
                                       {"datatype.propagate.source.type", ".*.varchar"}})
                                    .value();
};

TEST_F(ColumnRuleTest, FirstOfDebeziumsOrderIsTheOnlyOneUnderQuirks) {
  EXPECT_EQ(Find("a", "varchar", true).value->action, ColumnAction::kTruncate);
  EXPECT_EQ(Find("a", "varchar", true).source, nullptr);
  EXPECT_EQ(Find("c", "varchar", true).source->action, ColumnAction::kSourceTypeOf);
  EXPECT_EQ(Find("c", "varchar", true).value, nullptr);
  EXPECT_EQ(Find("c", "text", true).value->action, ColumnAction::kHashText);
  const ColumnRules none = FindColumnRules(options_.column_rules, "public.u", "c", "text", true);
  EXPECT_TRUE(none.value == nullptr && none.source == nullptr);
}

TEST_F(ColumnRuleTest, AMaskHoldsBesideOtherRules) {
  EXPECT_EQ(Find("a", "varchar", false).value->action, ColumnAction::kReplace);
  EXPECT_EQ(Find("b", "text", false).value->action, ColumnAction::kHashText);
  EXPECT_EQ(Find("c", "varchar", false).value->action, ColumnAction::kHashText);
  EXPECT_EQ(Find("c", "varchar", false).source->action, ColumnAction::kSourceTypeOf);
  EXPECT_EQ(Find("c", "text", false).source, nullptr);
}

TEST(ColumnRule, BadOnesAreErrors) {
  for (const char* name :
       {"column.mask.with.chars", "column.mask.with.x.chars", "column.mask.with.-1.chars",
        "column.mask.with.65537.chars", "column.mask.with.3", "column.truncate.to.2147483648.chars",
        "column.truncate.to.3.bytes", "column.mask.hash.v2.MD5", "column.mask.hash.MD5.with.salt.",
        "column.mask.hash.v2.MD4.with.salt.s", "column.mask.other"}) {
    EXPECT_FALSE(Parse({{name, "a"}}).ok()) << name;
  }
  EXPECT_FALSE(Parse({{"column.mask.with.3.chars", "a(b"}}).ok());
  EXPECT_NE(Parse({{"column.mask.hash.MD4.with.salt.s", "a"}}).status().hint().find("SHA-256"),
            std::string::npos);
}

}  // namespace
}  // namespace penstock::event
