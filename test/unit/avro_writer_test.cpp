// Avro's binary form. The bytes are worked out from the specification.
#include "output_plugin/event/avro_writer.h"

#include <gtest/gtest.h>

namespace penstock::event {
namespace {

using namespace std::string_literals;

// The bytes after the head, or "!" when the value does not fit.
std::string Bytes(const std::string& schema, const std::string& json) {
  const auto made = MakeAvroSchema(schema, {});
  if (!made.ok()) return made.status().message();
  Buffer out;
  out.Append('x');
  if (!AppendAvro(out, *made.value(), json).ok()) return out.view() == "x" ? "!" : "not as before";
  EXPECT_EQ(out.view().substr(1, kWireHeadBytes), "\0\0\0\0\0"s);
  return std::string(out.view().substr(1 + kWireHeadBytes));
}

std::string Plain(const std::string& type, const std::string& json, bool optional = false) {
  return Bytes(R"({"type":")" + type + R"(","optional":)" + (optional ? "true" : "false") + "}",
               json);
}

TEST(AvroWriter, Numbers) {
  EXPECT_EQ(Plain("int32", "0"), "\0"s);
  EXPECT_EQ(Plain("int32", "-1"), "\1");
  EXPECT_EQ(Plain("int16", "64"), "\x80\x01");
  EXPECT_EQ(Plain("int64", "9223372036854775807"), "\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01");
  EXPECT_EQ(Plain("int64", "-9223372036854775808"), "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01");
  EXPECT_EQ(Plain("float", "1.5"), "\0\0\xC0\x3F"s);
  EXPECT_EQ(Plain("double", "1.0E7"), "\0\0\0\0\xD0\x12\x63\x41"s);
  EXPECT_EQ(Plain("double", "\"-Infinity\""), "\0\0\0\0\0\0\xF0\xFF"s);
  EXPECT_EQ(Plain("float", "\"NaN\""), "\0\0\xC0\x7F"s);
  EXPECT_EQ(Plain("boolean", "true"), "\1");
}

TEST(AvroWriter, Text) {
  EXPECT_EQ(Plain("string", R"("abc")"), "\6abc");
  EXPECT_EQ(Plain("string", R"("")"), "\0"s);
  EXPECT_EQ(Plain("string", R"("a\"b\\\n\u001F\uD83D\uDE00")"),
            "\x14"
            "a\"b\\\n\x1F\xF0\x9F\x98\x80");
  EXPECT_EQ(Plain("string", R"("x\uD83D")"), "\4x?");
  EXPECT_EQ(Plain("string", "\"\\"), "!");
  EXPECT_EQ(Plain("string", "\"\\\""), "!");
  const std::string longer(100, 'y');
  EXPECT_EQ(Plain("string", "\"" + longer + "\""), "\xC8\x01" + longer);
}

TEST(AvroWriter, NullIsABranch) {
  EXPECT_EQ(Plain("string", "null", true), "\0"s);
  EXPECT_EQ(Plain("string", R"("a")", true), "\2\2a");
  EXPECT_EQ(Plain("string", "null"), "!");
  const std::string with_default = R"({"type":"int32","optional":true,"default":7})";
  EXPECT_EQ(Bytes(with_default, "null"), "\2");
  EXPECT_EQ(Bytes(with_default, "7"), "\0\x0E"s);
}

TEST(AvroWriter, BytesHaveALengthButForTheWholeValue) {
  const std::string field =
      R"({"type":"struct","fields":[{"type":"bytes","optional":false,"field":"b"}],"optional":false,"name":"r"})";
  EXPECT_EQ(Bytes(field, R"({"b":"AQID"})"), "\6\1\2\3");
  EXPECT_EQ(Bytes(field, R"({"b":""})"), "\0"s);
  EXPECT_EQ(Bytes(field, R"({"b":"A"})"), "!");
  EXPECT_EQ(Plain("bytes", R"("AQID")"), "\1\2\3");
  EXPECT_EQ(Plain("bytes", R"("AQID")", true), "\2\6\1\2\3");
}

TEST(AvroWriter, Collections) {
  const std::string array =
      R"({"type":"array","items":{"type":"int32","optional":true},"optional":false})";
  EXPECT_EQ(Bytes(array, "[]"), "\0"s);
  EXPECT_EQ(Bytes(array, "[1,null]"), "\4\2\2\0\0"s);
  std::string many = "[0", expected = "\x90\x03";
  for (int i = 1; i < 200; ++i) many += ",0";
  for (int i = 0; i < 200; ++i) expected += "\2\0"s;
  EXPECT_EQ(Bytes(array, many + "]"), expected + "\0"s);
  EXPECT_EQ(Bytes(array, "[1"), "!");
  EXPECT_EQ(Bytes(array, "[1,]"), "!");
  const std::string map =
      R"({"type":"map","keys":{"type":"string","optional":false},"values":{"type":"string","optional":true},"optional":false})";
  EXPECT_EQ(Bytes(map, R"({"a":"1","b":null})"), "\4\2a\2\0021\2b\0\0"s);
  const std::string entries =
      R"({"type":"map","keys":{"type":"int16","optional":false},"values":{"type":"int32","optional":false},"optional":false})";
  EXPECT_EQ(Bytes(entries, "[[1,2],[3,4]]"), "\4\2\4\6\x08\0"s);
}

TEST(AvroWriter, Records) {
  const std::string record =
      R"({"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"},{"type":"string","optional":true,"field":"ab"}],"optional":false,"name":"r"})";
  EXPECT_EQ(Bytes(record, R"({"id":1,"ab":"x"})"), "\2\2\2x");
  EXPECT_EQ(Bytes(record, R"({"id":1})"), "!");
  EXPECT_EQ(Bytes(record, R"({"id":1,"b":"x"})"), "!");
  EXPECT_EQ(Bytes(record, R"({"id":1,"ab":"x"} )"), "!");
  EXPECT_EQ(Bytes(R"({"type":"struct","fields":[],"optional":false,"name":"r"})", "{}"), "");
}

// json.expand: each value is a branch of the union, numbered from 0 and written doubled.
TEST(AvroWriter, JsonTrees) {
  const std::string tree =
      R"({"type":"string","optional":false,"name":"io.penstock.data.Json","version":1})";
  EXPECT_EQ(Bytes(tree, "null"), "\0"s);
  EXPECT_EQ(Bytes(tree, "true"), "\2\1");
  EXPECT_EQ(Bytes(tree, "-3"), "\4\5");
  EXPECT_EQ(Bytes(tree, "1.5"), "\6\0\0\0\0\0\0\xF8\x3F"s);
  EXPECT_EQ(Bytes(tree, R"("a\n")"), "\x08\4a\n");
  EXPECT_EQ(Bytes(tree, "[ ]"), "\x0A\0"s);
  EXPECT_EQ(Bytes(tree, "[1, [null]]"), "\x0A\4\4\2\x0A\2\0\0\0"s);
  EXPECT_EQ(Bytes(tree, "{ \"k\" : {}\n, \"l\": false}"), "\x0C\4\2k\x0C\0\2l\2\0\0"s);
  const std::string optional =
      R"({"type":"string","optional":true,"name":"io.penstock.data.Json"})";
  EXPECT_EQ(Bytes(optional, "null"), "\0"s);
  EXPECT_EQ(Bytes(optional, "[]"), "\2\x0A\0"s);
  for (const char* bad : {"", "[1,]", "[1", "{\"a\"}", "{1:2}", "nul", "-", "1e", "[1 2]", "1 1"}) {
    EXPECT_EQ(Bytes(tree, bad), "!") << bad;
  }
}

TEST(AvroWriter, JsonTreesKeepEveryDigit) {
  const std::string tree = R"({"type":"string","optional":false,"name":"io.penstock.data.Json"})";
  const auto digits = [&tree](const std::string& number) {
    const std::string bytes = Bytes(tree, number);
    return bytes.substr(0, 1) == "\x0E" ? bytes.substr(2) : std::string();
  };
  for (const char* number : {"9223372036854775808", "0.1234567890123456", "1e400", "1e-320",
                             "-12345678901234567890.5"}) {
    EXPECT_EQ(digits(number), number);
  }
  for (const char* number :
       {"9223372036854775807", "0.123456789012345", "1e300", "0e999", "0.000"}) {
    EXPECT_EQ(digits(number), "") << number;
  }
}

TEST(AvroWriter, JsonTreesAreNotTooDeep) {
  const std::string tree = R"({"type":"string","optional":false,"name":"io.penstock.data.Json"})";
  const auto nested = [](size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_NE(Bytes(tree, nested(5000)), "!");
  EXPECT_EQ(Bytes(tree, nested(5001)), "!");
}

}  // namespace
}  // namespace penstock::event
