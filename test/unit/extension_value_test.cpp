#include "output_plugin/event/extension_value.h"

#include <gtest/gtest.h>

#include <string>

#include "field_values.h"

namespace penstock::event {
namespace {

std::string Write(Kind kind, std::string_view text) {
  Column column;
  column.kind = kind;
  Buffer out;
  out.Append("x");
  if (!WriteValue(out, column, Bytes(text), {})) return "refused" + std::string(out.view());
  return std::string(out.view().substr(1));
}

TEST(Geometry, SridIsReadFromEwkb) {
  EXPECT_EQ(Write(Kind::kGeometry, "0101000000000000000000F03F0000000000000040"),
            R"({"wkb":"AQEAAAAAAAAAAADwPwAAAAAAAABA","srid":null})");
  EXPECT_EQ(Write(Kind::kGeography, "0101000020E610000000000000000008400000000000001040"),
            R"({"wkb":"AQEAACDmEAAAAAAAAAAACEAAAAAAAAAQQA==","srid":4326})");
}

TEST(Geometry, OfBigEndianServers) {
  EXPECT_EQ(Write(Kind::kGeometry, "0020000001000010E63FF00000000000004000000000000000"),
            R"({"wkb":"ACAAAAEAABDmP/AAAAAAAABAAAAAAAAAAA==","srid":4326})");
}

TEST(Geometry, WhatIsNoEwkbIsRefused) {
  for (const char* text : {"", "01", "0101000000", "010100000000000000000g", "01010000000"}) {
    EXPECT_EQ(Write(Kind::kGeometry, text), "refusedx") << text;
  }
}

TEST(Vector, Numbers) {
  EXPECT_EQ(Write(Kind::kDoubleVector, "[1,2.5,-3,1e+10,0.1]"), "[1.0,2.5,-3.0,1.0E10,0.1]");
  EXPECT_EQ(Write(Kind::kFloatVector, "[65504,5.9604645e-08]"), "[65504.0,5.9604645E-8]");
  EXPECT_EQ(Write(Kind::kDoubleVector, "[]"), "[]");
  for (const char* text : {"", "[", "[1", "1]", "[1,", "[1,]", "[a]"}) {
    EXPECT_EQ(Write(Kind::kDoubleVector, text), "refusedx") << text;
  }
}

TEST(SparseVector, Pairs) {
  EXPECT_EQ(Write(Kind::kSparseVector, "{1:1.5,3:2}/5"),
            R"({"dimensions":5,"vector":[[1,1.5],[3,2.0]]})");
  EXPECT_EQ(Write(Kind::kSparseVector, "{}/32767"), R"({"dimensions":32767,"vector":[]})");
  for (const char* text : {"{}/32768", "", "{", "{1}/5", "{1:}/5", "{1:2/5", "{1:2,}/5", "{}"}) {
    EXPECT_EQ(Write(Kind::kSparseVector, text), "refusedx") << text;
  }
}

// Arrays of two dimensions as the row reader gives them with arrays.nested.
class NestedArray : public testing::Test {
 protected:
  void Make(int dimensions, bool any_depth) {
    Column* inner = &column_;
    for (int i = 0; i < dimensions; ++i) {
      inner->kind = Kind::kArray;
      inner->element = std::make_unique<Column>();
      inner = inner->element.get();
    }
    inner->kind = Kind::kInt32;
    column_.any_depth = any_depth;
  }
  std::string Write(const FieldValue& value) {
    Buffer out;
    out.Append("x");
    if (!WriteValue(out, column_, value, {})) return "refused" + std::string(out.view());
    return std::string(out.view().substr(1));
  }

  Column column_;
  const std::vector<FieldValue> first_ = {Number(1), State(FieldState::kNull)};
  const std::vector<FieldValue> second_ = {Number(3), Number(4)};
  const std::vector<FieldValue> rows_ = {Items(FieldState::kItems, first_),
                                         Items(FieldState::kItems, second_)};
};

TEST_F(NestedArray, OfTheDeclaredDimensions) {
  Make(2, false);
  EXPECT_EQ(Write(Items(FieldState::kValue, rows_)), "[[1,null],[3,4]]");
  EXPECT_EQ(Write(Items(FieldState::kValue, {})), "[]");
  EXPECT_EQ(Write(Items(FieldState::kValue, first_)), "refusedx");
  EXPECT_EQ(ColumnSchema(column_, "a"),
            R"({"type":"array","items":{"type":"array","items":{"type":"int32","optional":true},)"
            R"("optional":true},"optional":true,"field":"a"})");
}

TEST_F(NestedArray, WithASchemaOfOneDimensionTwoAreRefused) {
  Make(1, false);
  EXPECT_EQ(Write(Items(FieldState::kValue, rows_)), "refusedx");
}

TEST_F(NestedArray, WithoutASchemaAsTheValueHasThem) {
  Make(1, true);
  EXPECT_EQ(Write(Items(FieldState::kValue, rows_)), "[[1,null],[3,4]]");
  EXPECT_EQ(Write(Items(FieldState::kValue, first_)), "[1,null]");
}

TEST_F(NestedArray, ANullThatTheSchemaDoesNotTake) {
  Make(1, false);
  column_.element->optional = false;
  EXPECT_EQ(Write(Items(FieldState::kValue, first_)), "refusedx");
  EXPECT_EQ(Write(Items(FieldState::kValue, second_)), "[3,4]");
}

// A null instead of an unknown value: Debezium sends it where the schema takes it.
TEST(Unavailable, NullIsAFailureButForDebezium) {
  for (const bool quirks : {true, false}) {
    for (const bool optional : {true, false}) {
      Column column;
      column.name = "n";
      column.kind = Kind::kVariableDecimal;
      column.optional = optional;
      EventOptions options;
      options.quirks = quirks;
      FinishColumn(&column, options);
      Buffer out;
      EXPECT_EQ(WriteField(out, column, State(FieldState::kUnavailable), {quirks, false}),
                quirks && optional);
      EXPECT_EQ(out.view(), "null");
    }
  }
}

// unavailable.value.placeholder=hex:… may be any bytes; events are UTF-8 all the same, and have as
// many U+FFFD as Java's decoder makes.
TEST(Unavailable, BytesThatAreNoTextBecomeReplacementCharacters) {
  const std::pair<const char*, int> cases[] = {{"\xED\xA0\x80", 1},     {"\xE0\x80\x80", 3},
                                               {"\xF4\x90\x80\x80", 4}, {"\xF0\x80\x80\x80", 4},
                                               {"\xE2\x82", 1},         {"\xFF", 1}};
  for (const auto& [bytes, count] : cases) {
    Column column;
    column.name = "n";
    EventOptions options;
    options.unavailable_placeholder = bytes;
    FinishColumn(&column, options);
    std::string expected = "\"";
    for (int i = 0; i < count; ++i) expected += "\uFFFD";
    EXPECT_EQ(column.unavailable_json, expected + "\"");
  }
}

}  // namespace
}  // namespace penstock::event
