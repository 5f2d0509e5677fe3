#include "output_plugin/event/document_mapping.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <string>
#include <utility>
#include <vector>

namespace penstock::event {
namespace {

std::string TypeOf(Kind kind, JsonMapping json = JsonMapping::kDynamic) {
  Column column;
  column.kind = kind;
  const std::string mapping = FieldMapping(column, json);
  if (mapping.empty()) return "dynamic";
  rapidjson::Document parsed;
  parsed.Parse(mapping.c_str());
  EXPECT_FALSE(parsed.HasParseError()) << mapping;
  return parsed.HasMember("type") ? parsed["type"].GetString() : "object";
}

TEST(DocumentMapping, Documents) {
  const std::vector<std::pair<Kind, const char*>> expected = {
      {Kind::kBool, "boolean"},      {Kind::kInt16, "short"},    {Kind::kInt32, "integer"},
      {Kind::kInt64, "long"},        {Kind::kFloat, "float"},    {Kind::kDouble, "double"},
      {Kind::kText, "text"},         {Kind::kXml, "text"},       {Kind::kLtree, "keyword"},
      {Kind::kTsvector, "text"},     {Kind::kEnum, "keyword"},   {Kind::kUuid, "keyword"},
      {Kind::kKeyword, "keyword"},   {Kind::kNumber, "double"},  {Kind::kMoneyNumber, "double"},
      {Kind::kDay, "date"},          {Kind::kClock, "keyword"},  {Kind::kUtcClock, "keyword"},
      {Kind::kInstant, "date"},      {Kind::kPeriod, "keyword"}, {Kind::kRawJson, "dynamic"},
      {Kind::kObject, "dynamic"},    {Kind::kBinary, "binary"},  {Kind::kBitText, "keyword"},
      {Kind::kCoordinates, "object"}};
  for (const auto& [kind, type] : expected) {
    EXPECT_EQ(TypeOf(kind), type) << static_cast<int>(kind);
  }
}

// What Debezium's encodings print must fit the type: base64 is no text, epoch milliseconds are the
// one form of a date that is a number.
TEST(DocumentMapping, DebeziumEncodings) {
  const std::vector<std::pair<Kind, const char*>> expected = {{Kind::kJson, "text"},
                                                              {Kind::kDecimal, "binary"},
                                                              {Kind::kVariableDecimal, "object"},
                                                              {Kind::kNumericDouble, "double"},
                                                              {Kind::kNumericText, "keyword"},
                                                              {Kind::kMoneyDecimal, "binary"},
                                                              {Kind::kMoneyDouble, "double"},
                                                              {Kind::kMoneyText, "keyword"},
                                                              {Kind::kDate, "integer"},
                                                              {Kind::kConnectDate, "integer"},
                                                              {Kind::kIsoDate, "keyword"},
                                                              {Kind::kTimeMillis, "integer"},
                                                              {Kind::kTimeMicros, "long"},
                                                              {Kind::kTimeNanos, "long"},
                                                              {Kind::kConnectTime, "integer"},
                                                              {Kind::kIsoTime, "keyword"},
                                                              {Kind::kZonedTime, "keyword"},
                                                              {Kind::kTimestampMillis, "date"},
                                                              {Kind::kTimestampMicros, "long"},
                                                              {Kind::kTimestampNanos, "long"},
                                                              {Kind::kConnectTimestamp, "date"},
                                                              {Kind::kIsoTimestamp, "date"},
                                                              {Kind::kZonedTimestamp, "date"},
                                                              {Kind::kDuration, "long"},
                                                              {Kind::kIntervalText, "keyword"},
                                                              {Kind::kBytes, "binary"},
                                                              {Kind::kBase64, "binary"},
                                                              {Kind::kBase64Url, "keyword"},
                                                              {Kind::kHex, "keyword"},
                                                              {Kind::kBit, "boolean"},
                                                              {Kind::kBits, "binary"},
                                                              {Kind::kPoint, "object"},
                                                              {Kind::kHstoreJson, "text"},
                                                              {Kind::kHstoreMap, "dynamic"},
                                                              {Kind::kName, "text"}};
  for (const auto& [kind, type] : expected) {
    EXPECT_EQ(TypeOf(kind), type) << static_cast<int>(kind);
  }
}

TEST(DocumentMapping, JsonMapping) {
  for (const Kind kind : {Kind::kRawJson, Kind::kObject, Kind::kHstoreMap}) {
    EXPECT_EQ(TypeOf(kind, JsonMapping::kDynamic), "dynamic");
    EXPECT_EQ(TypeOf(kind, JsonMapping::kFlattened), "flattened");
    EXPECT_EQ(TypeOf(kind, JsonMapping::kDisabled), "object");
  }
  EXPECT_EQ(TypeOf(Kind::kText, JsonMapping::kDisabled), "text");
}

TEST(DocumentMapping, WholeRelation) {
  const EventOptions options =
      ParseEventOptions({{"format", "document"}, {"column.exclude.list", "s.t.hidden"}}).value();
  RelationPlan plan;
  plan.schema = "s";
  plan.table = "t";
  plan.columns.resize(4);
  plan.columns[0].name = "id";
  plan.columns[0].kind = Kind::kInt64;
  plan.columns[1].name = "j";
  plan.columns[1].kind = Kind::kRawJson;
  plan.columns[2].name = "qu\"ote";
  plan.columns[2].kind = Kind::kList;
  plan.columns[2].element = std::make_unique<Column>();
  plan.columns[2].element->kind = Kind::kDay;
  plan.columns[3].name = "hidden";
  plan.in_value = {true, true, true, false};
  EXPECT_TRUE(FinishPlan(&plan, options).ok());
  EXPECT_EQ(plan.document.mapping,
            "{\"properties\":{\"id\":{\"type\":\"long\"},"
            "\"qu\\\"ote\":{\"type\":\"date\",\"ignore_malformed\":true}}}");
}

TEST(DocumentMapping, AddedFieldsOfFlatRows) {
  const EventOptions options = ParseEventOptions({{"document.addressing", "true"},
                                                  {"format", "flat"},
                                                  {"add.fields", "op,source.ts_ms"},
                                                  {"delete.tombstone.handling.mode", "rewrite"}})
                                   .value();
  RelationPlan plan;
  EXPECT_TRUE(FinishPlan(&plan, options).ok());
  EXPECT_EQ(plan.document.mapping,
            "{\"properties\":{\"__deleted\":{\"type\":\"keyword\",\"ignore_above\":8191},"
            "\"__op\":{\"type\":\"keyword\",\"ignore_above\":8191},"
            "\"__source_ts_ms\":{\"type\":\"long\"}}}");
}

TEST(DocumentMapping, FieldNames) {
  const char* reason = nullptr;
  EXPECT_TRUE(IsFieldName("id", &reason));
  EXPECT_TRUE(IsFieldName("a.b", &reason));
  EXPECT_TRUE(IsFieldName("_x", &reason));
  for (const char* name : {"_id", "_source", "_routing", ".a", "a.", "a..b"}) {
    EXPECT_FALSE(IsFieldName(name, &reason)) << name;
    EXPECT_NE(reason, nullptr);
  }
}

}  // namespace
}  // namespace penstock::event
