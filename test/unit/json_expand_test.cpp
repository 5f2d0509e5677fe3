#include "output_plugin/event/json_expand.h"

#include <gtest/gtest.h>

#include <string>

namespace penstock::event {
namespace {

struct Expanded {
  bool done;
  std::string value, schema;
};

Expanded Expand(const std::string& text, bool null_as_bytes = false) {
  Buffer value;
  std::string schema;
  const bool done = ExpandJson(text, {"payload", null_as_bytes}, &value, &schema);
  return {done, std::string(value.view()), done ? schema + "}" : schema};
}

TEST(ExpandJson, InfersTypes) {
  const Expanded all = Expand(R"({"i":1,"l":3000000000,"d":1.50,"e":1e2,"b":true,"s":"a\"b\n"})");
  ASSERT_TRUE(all.done);
  EXPECT_EQ(all.value, R"({"i":1,"l":3000000000,"d":1.5,"e":100.0,"b":true,"s":"a\"b\n"})");
  EXPECT_EQ(all.schema,
            R"({"type":"struct","fields":[{"type":"int32","optional":true,"field":"i"},)"
            R"({"type":"int64","optional":true,"field":"l"},)"
            R"({"type":"double","optional":true,"field":"d"},)"
            R"({"type":"double","optional":true,"field":"e"},)"
            R"({"type":"boolean","optional":true,"field":"b"},)"
            R"({"type":"string","optional":true,"field":"s"}],"optional":true,"name":"payload"})");
}

TEST(ExpandJson, HalfASurrogatePairIsAQuestionMark) {
  EXPECT_EQ(Expand(R"({"a":"\ud66d\ude00x","\udc00":"\ud66d\ud83d\ude00"})").value,
            "{\"a\":\"\uD66D?x\",\"?\":\"\uD66D\\uD83D\\uDE00\"}");
}

TEST(ExpandJson, NullMembersAndEmptyArrays) {
  EXPECT_EQ(Expand(R"({"n":null,"e":[],"x":1})").value, R"({"x":1})");
  const Expanded kept = Expand(R"({"n":null})", true);
  EXPECT_EQ(kept.value, R"({"n":null})");
  EXPECT_EQ(kept.schema,
            R"({"type":"struct","fields":[{"type":"bytes","optional":true,"field":"n"}],)"
            R"("optional":true,"name":"payload"})");
}

TEST(ExpandJson, ArraysOfObjectsShareTheirFields) {
  const Expanded all = Expand(R"({"a":[{"x":1},null,{"y":"z"}]})");
  ASSERT_TRUE(all.done);
  EXPECT_EQ(all.value, R"({"a":[{"x":1,"y":null},null,{"x":null,"y":"z"}]})");
  EXPECT_NE(all.schema.find(R"("optional":true,"name":"payload.a"},"optional":true,"field":"a"})"),
            std::string::npos)
      << all.schema;
}

TEST(ExpandJson, WhatHasNoSchemaStaysText) {
  for (const char* text : {"", "1", "\"s\"", " {}", "{\"a\":[1,\"x\"]}", "{\"a\":[1,2.5]}",
                           "{\"a\":[null]}", "{\"a\":[[]]}", "{\"a\":", "[]",
                           "{\"a\":[{\"x\":1},{\"x\":\"s\"}]}", "{\"a\":123456789012345678901}"}) {
    const Expanded none = Expand(text);
    EXPECT_FALSE(none.done) << text;
    EXPECT_EQ(none.value, "") << text;
  }
}

TEST(ExpandJson, NamesThatRepeat) {
  EXPECT_EQ(Expand(R"({"a":1,"b":2,"a":"x"})").value, R"({"a":"x","b":2})");
}

TEST(ExpandJson, DepthHasALimit) {
  const std::string deep(200, '[');
  EXPECT_FALSE(Expand(deep + "1" + std::string(200, ']')).done);
  const std::string fine(50, '[');
  EXPECT_TRUE(Expand("{\"a\":" + fine + "1" + std::string(50, ']') + "}").done);
}

}  // namespace
}  // namespace penstock::event
