// The Avro schemas of Connect schemas. What is expected is Confluent's AvroData and Avro's
// Schema.toString; test/integration/avro compares with a registry and with Java's parser.
#include "output_plugin/event/avro_schema.h"

#include <gtest/gtest.h>

#include "output_plugin/event/avro_name.h"
#include "output_plugin/event/base64.h"

namespace penstock::event {
namespace {

std::string SchemaText(const std::string& connect, const AvroNaming& naming = {}) {
  const auto made = MakeAvroSchema(connect, naming);
  return made.ok() ? made.value()->text : made.status().message();
}

std::string RecordOf(const std::string& field) {
  const std::string text = SchemaText(R"({"type":"struct","fields":[)" + field +
                                      R"(],"optional":false,"name":"s.public.t.Key"})");
  const std::string head = R"({"type":"record","name":"Key","namespace":"s.public.t","fields":[)";
  const std::string tail = R"(],"connect.name":"s.public.t.Key"})";
  EXPECT_EQ(text.substr(0, head.size()), head);
  EXPECT_EQ(text.substr(text.size() - tail.size()), tail);
  return text.substr(head.size(), text.size() - head.size() - tail.size());
}

TEST(AvroSchema, PlainFields) {
  EXPECT_EQ(RecordOf(R"({"type":"int32","optional":false,"field":"id"})"),
            R"({"name":"id","type":"int"})");
  EXPECT_EQ(RecordOf(R"({"type":"string","optional":true,"field":"a"})"),
            R"({"name":"a","type":["null","string"],"default":null})");
  EXPECT_EQ(RecordOf(R"({"type":"int16","optional":false,"field":"a"})"),
            R"({"name":"a","type":{"type":"int","connect.type":"int16"}})");
}

TEST(AvroSchema, DefaultsComeTwiceAndFirstInTheUnion) {
  EXPECT_EQ(RecordOf(R"({"type":"int32","optional":false,"default":0,"field":"id"})"),
            R"({"name":"id","type":{"type":"int","connect.default":0},"default":0})");
  EXPECT_EQ(
      RecordOf(R"({"type":"string","optional":true,"default":"x\"y","field":"a"})"),
      R"({"name":"a","type":[{"type":"string","connect.default":"x\"y"},"null"],"default":"x\"y"})");
  EXPECT_EQ(RecordOf(R"({"type":"boolean","optional":false,"default":true,"field":"a"})"),
            R"({"name":"a","type":{"type":"boolean","connect.default":true},"default":true})");
  // A float is kept beside the field as the double it widens to.
  EXPECT_EQ(
      RecordOf(R"({"type":"float","optional":false,"default":0.1,"field":"a"})"),
      R"({"name":"a","type":{"type":"float","connect.default":0.1},"default":0.10000000149011612})");
  EXPECT_EQ(RecordOf(R"({"type":"double","optional":false,"default":"NaN","field":"a"})"),
            R"({"name":"a","type":{"type":"double","connect.default":"NaN"}})");
}

TEST(AvroSchema, BytesInDefaultsAreLatin) {
  EXPECT_EQ(
      RecordOf(
          R"({"type":"bytes","optional":false,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2","connect.decimal.precision":"10"},"default":"APo=","field":"a"})"),
      "{\"name\":\"a\",\"type\":{\"type\":\"bytes\",\"scale\":2,\"precision\":10,\"connect."
      "version\":1,"
      "\"connect.parameters\":{\"scale\":\"2\",\"connect.decimal.precision\":\"10\"},"
      "\"connect.default\":\"\\u0000\xC3\xBA\",\"connect.name\":\"org.apache.kafka.connect.data."
      "Decimal\","
      "\"logicalType\":\"decimal\"},\"default\":\"\\u0000\xC3\xBA\"}");
}

TEST(AvroSchema, LogicalTypes) {
  EXPECT_EQ(
      RecordOf(
          R"({"type":"bytes","optional":true,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"},"field":"m"})"),
      R"({"name":"m","type":["null",{"type":"bytes","scale":2,"precision":64,"connect.version":1,"connect.parameters":{"scale":"2"},"connect.name":"org.apache.kafka.connect.data.Decimal","logicalType":"decimal"}],"default":null})");
  EXPECT_EQ(
      RecordOf(
          R"({"type":"int64","optional":false,"name":"org.apache.kafka.connect.data.Timestamp","version":1,"field":"t"})"),
      R"({"name":"t","type":{"type":"long","connect.version":1,"connect.name":"org.apache.kafka.connect.data.Timestamp","logicalType":"timestamp-millis"}})");
  EXPECT_EQ(
      RecordOf(
          R"({"type":"int32","optional":false,"name":"io.debezium.time.Date","version":1,"field":"d"})"),
      R"({"name":"d","type":{"type":"int","connect.version":1,"connect.name":"io.debezium.time.Date"}})");
}

TEST(AvroSchema, ArraysAndMaps) {
  EXPECT_EQ(
      RecordOf(
          R"({"type":"array","items":{"type":"int32","optional":true},"optional":false,"field":"a"})"),
      R"({"name":"a","type":{"type":"array","items":["null","int"]}})");
  EXPECT_EQ(
      RecordOf(
          R"({"type":"map","keys":{"type":"string","optional":false},"values":{"type":"string","optional":true},"optional":true,"field":"a"})"),
      R"({"name":"a","type":["null",{"type":"map","values":["null","string"]}],"default":null})");
  EXPECT_EQ(
      RecordOf(
          R"({"type":"map","keys":{"type":"int16","optional":false},"values":{"type":"double","optional":false},"optional":false,"field":"a"})"),
      R"({"name":"a","type":{"type":"array","items":{"type":"record","name":"MapEntry","namespace":"io.confluent.connect.avro","fields":[{"name":"key","type":{"type":"int","connect.type":"int16"}},{"name":"value","type":"double"}]}}})");
}

TEST(AvroSchema, SecondMentionIsAReference) {
  const std::string row =
      R"({"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"}],"optional":true,"name":"s.t.Value","field":)";
  EXPECT_EQ(
      SchemaText(R"({"type":"struct","fields":[)" + row + R"("before"},)" + row +
                 R"("after"}],"optional":false,"name":"s.t.Envelope","version":2})"),
      R"({"type":"record","name":"Envelope","namespace":"s.t","fields":[{"name":"before","type":["null",{"type":"record","name":"Value","fields":[{"name":"id","type":"int"}],"connect.name":"s.t.Value"}],"default":null},{"name":"after","type":["null","Value"],"default":null}],"connect.version":2,"connect.name":"s.t.Envelope"})");
  const std::string point =
      R"({"type":"struct","fields":[{"type":"double","optional":false,"field":"x"}],"optional":false,"name":"g.Point","version":1,"field":)";
  EXPECT_EQ(
      RecordOf(point + R"("a"},)" + point + R"("b"})"),
      R"({"name":"a","type":{"type":"record","name":"Point","namespace":"g","fields":[{"name":"x","type":"double"}],"connect.version":1,"connect.name":"g.Point"}},{"name":"b","type":"g.Point"})");
}

TEST(AvroSchema, WithoutMetaData) {
  AvroNaming naming;
  naming.connect_meta_data = false;
  EXPECT_EQ(
      SchemaText(
          R"({"type":"struct","fields":[{"type":"string","optional":true,"name":"io.debezium.data.Json","version":1,"field":"j"}],"optional":false,"name":"s.t.Key"})",
          naming),
      R"({"type":"record","name":"Key","namespace":"s.t","fields":[{"name":"j","type":["null","string"],"default":null}]})");
}

TEST(AvroSchema, IllegalNamesAreErrors) {
  EXPECT_EQ(SchemaText(R"({"type":"struct","fields":[],"optional":false,"name":"s.my-key"})"),
            "schema name \"s.my-key\" is not a legal name in Avro");
  EXPECT_EQ(
      SchemaText(R"({"type":"struct","fields":[],"optional":false,"name":"my-server.t.Key"})"),
      R"({"type":"record","name":"Key","namespace":"my-server.t","fields":[],"connect.name":"my-server.t.Key"})");
  const std::string named =
      R"({"type":"struct","fields":[{"type":"int32","optional":false,"field":"1 a"}],"optional":false,"name":"my-server.t.Key"})";
  EXPECT_EQ(SchemaText(named), "field name \"1 a\" is not a legal name in Avro");
  AvroNaming scrub;
  scrub.scrub_invalid_names = true;
  EXPECT_EQ(
      SchemaText(named, scrub),
      R"({"type":"record","name":"Key","namespace":"my_server.t","fields":[{"name":"x1_a","type":"int"}],"connect.name":"my-server.t.Key"})");
}

TEST(AvroSchema, NameAndSerial) {
  const std::string key = R"({"type":"struct","fields":[],"optional":false,"name":"s.t.Key"})";
  const auto first = MakeAvroSchema(key, {}), second = MakeAvroSchema(key, {});
  EXPECT_EQ(first.value()->name, "s.t.Key");
  EXPECT_EQ(first.value()->text, second.value()->text);
  EXPECT_NE(first.value()->serial, second.value()->serial);
  EXPECT_EQ(MakeAvroSchema(R"({"type":"string","optional":false})", {}).value()->text,
            "\"string\"");
  EXPECT_FALSE(MakeAvroSchema("{", {}).ok());
}

TEST(AvroName, Scrub) {
  EXPECT_EQ(ScrubAvroName("plain_1"), "plain_1");
  EXPECT_EQ(ScrubAvroName("a-b.c d"), "a_b_c_d");
  EXPECT_EQ(ScrubAvroName("a$b"), "a_24b");
  EXPECT_EQ(ScrubAvroName("1a"), "x1a");
  EXPECT_EQ(ScrubAvroName("\xC3\xA4"), "_C3_A4");
}

TEST(Base64, Decodes) {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""}, {"Zg==", "f"}, {"Zm8=", "fo"}, {"Zm9v", "foo"}, {"Zm9vYmFy", "foobar"}};
  for (const auto& [text, bytes] : cases) {
    std::string decoded;
    EXPECT_TRUE(DecodeBase64(text, &decoded));
    EXPECT_EQ(decoded, bytes);
  }
  for (const char* bad : {"Z", "Zg=", "Zg", "Z===", "Zm9_", "====", "=", "Zm 9"}) {
    std::string decoded;
    EXPECT_FALSE(DecodeBase64(bad, &decoded)) << bad;
  }
}

}  // namespace
}  // namespace penstock::event
