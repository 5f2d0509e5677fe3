// Records of format=pivot: one for each changed field, the same whenever they are written.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "field_values.h"
#include "output_plugin/event/event_encoder.h"

namespace penstock::event {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr char kTimes[] =
    R"(,"datetime_created":null,"datetime_updated":null,"datetime_deleted":null)";
constexpr char kCommit[] = "\"2023-11-14T22:13:20.999888Z\"";

// A table public.t (id int, owner int, stock text, amount numeric-like text, body text).
class PivotTest : public testing::Test {
 protected:
  void Make(Pairs pairs = {}, bool with_key = true) {
    pairs.emplace_back("format", "pivot");
    pairs.emplace_back("topic.prefix", "p");
    Result<EventOptions> options = ParseEventOptions(pairs);
    ASSERT_TRUE(options.ok()) << options.status().message();
    encoder_ = std::make_unique<EventEncoder>(options.value(), "db", "1.0");
    Begin();
    plan_ = RelationPlan();
    plan_.schema = "public";
    plan_.table = "t";
    plan_.columns.resize(4);
    plan_.columns[0].name = "id";
    plan_.columns[0].kind = Kind::kInt32;
    plan_.columns[1].name = "owner";
    plan_.columns[2].name = "stock";
    plan_.columns[3].name = "changed";
    plan_.columns[3].kind = Kind::kInstant;
    plan_.in_value = {true, true, true, true};
    if (with_key) plan_.key = {0};
    plan_.pivot.told = with_key ? std::vector<int>{0, 1} : std::vector<int>{};
    plan_.pivot.fields = {{1, with_key, {}}, {2, false, {}}};
    EXPECT_TRUE(FinishPlan(&plan_, encoder_->options()).ok());
  }

  void Begin() { encoder_->BeginTransaction(7, 1700000000999888, {}, 0); }

  Status TryEncode(char op, const FieldValue* before, const FieldValue* after) {
    Change change;
    change.op = op;
    change.lsn = lsn_;
    change.before = before;
    change.after = after;
    return encoder_->Encode(plan_, change, ++wall_clock_);
  }

  std::vector<std::string> Encode(char op, const FieldValue* before, const FieldValue* after) {
    const Status status = TryEncode(op, before, after);
    if (!status.ok()) return {status.message()};
    std::vector<std::string> shown;
    for (const PenstockEvent& event : encoder_->events()) {
      EXPECT_STREQ(event.topic, "p.public.t");
      EXPECT_EQ(event.header_count, 0u);
      shown.push_back(std::string(event.key, event.key_len) + " " +
                      std::string(event.value, event.value_len));
    }
    return shown;
  }

  // A record without times of its own.
  static std::string Record(const std::string& key, const std::string& start,
                            const std::string& inserted, const std::string& end) {
    return key + " " + start + kTimes + R"(,"datetime_inserted":)" + inserted +
           R"(,"crud_type":")" + end;
  }

  std::unique_ptr<EventEncoder> encoder_;
  RelationPlan plan_;
  uint64_t lsn_ = 500;
  int64_t wall_clock_ = 1800000000000000000;
  FieldValue old_row_[4] = {Number(1), Bytes("joe"), Bytes("A\"B"), State(FieldState::kNull)};
  FieldValue new_row_[4] = {Number(1), Bytes("joe"), Bytes("C"), State(FieldState::kNull)};
};

TEST_F(PivotTest, InsertHasARecordForEachFieldThatNoOtherTells) {
  Make({{"pivot.column.map", "datetime_created:$commit"}});
  EXPECT_EQ(
      Encode('c', nullptr, new_row_),
      std::vector<std::string>{
          std::string(R"({"id":1,"change_field":"stock","change_id":"500-0"} )") +
          R"({"id":1,"owner":"joe","change_field":"stock","old_value":null,"new_value":"C",)" +
          R"("datetime_created":)" + kCommit +
          R"(,"datetime_updated":null,"datetime_deleted":null,"datetime_inserted":)" + kCommit +
          R"(,"crud_type":"c"})"});
}

TEST_F(PivotTest, UpdateHasARecordForEachFieldThatChanged) {
  Make();
  new_row_[1] = Bytes("eve");
  const std::vector<std::string> records = Encode('u', old_row_, new_row_);
  ASSERT_EQ(records.size(), 2u);  // an extra column is told by each record, and has its own here
  EXPECT_NE(records[0].find(R"("change_field":"owner","old_value":"joe","new_value":"eve")"),
            std::string::npos);
  EXPECT_NE(records[1].find(R"("change_field":"stock","old_value":"A\"B","new_value":"C")"),
            std::string::npos);
  EXPECT_NE(records[1].find(std::string(R"("datetime_updated":)") + kCommit), std::string::npos);
  EXPECT_TRUE(Encode('u', new_row_, new_row_).empty());
}

TEST_F(PivotTest, DeleteHasTheOldValues) {
  Make({{"pivot.column.map", "datetime_deleted:$commit"}});
  const std::vector<std::string> records = Encode('d', old_row_, nullptr);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_NE(records[0].find(R"("old_value":"A\"B","new_value":null)"), std::string::npos);
  EXPECT_NE(records[0].find(std::string(R"("datetime_deleted":)") + kCommit), std::string::npos);
  EXPECT_NE(records[0].find(R"("crud_type":"d")"), std::string::npos);
}

TEST_F(PivotTest, TimesComeFromTheRow) {
  Make();
  plan_.pivot.times[1] = 3;
  EXPECT_TRUE(FinishPlan(&plan_, encoder_->options()).ok());
  new_row_[3] = Number(0);
  const std::vector<std::string> records = Encode('c', nullptr, new_row_);
  EXPECT_NE(records[0].find(R"("datetime_updated":"2000-01-01T00:00:00.000000Z")"),
            std::string::npos);
}

TEST_F(PivotTest, TheSameChangeIsTheSameRecord) {
  Make();
  const std::vector<std::string> first = Encode('u', old_row_, new_row_);
  Begin();
  EXPECT_EQ(Encode('u', old_row_, new_row_), first);
}

TEST_F(PivotTest, RowsOfOneWalRecordAreToldApart) {
  Make({}, false);
  EXPECT_EQ(Encode('c', nullptr, new_row_)[1].substr(0, 46),
            R"({"change_field":"stock","change_id":"500-0"} {)");
  EXPECT_EQ(Encode('c', nullptr, new_row_)[1].substr(0, 46),
            R"({"change_field":"stock","change_id":"500-1"} {)");
  lsn_ = 600;
  EXPECT_EQ(Encode('c', nullptr, new_row_)[1].substr(0, 46),
            R"({"change_field":"stock","change_id":"600-0"} {)");
}

TEST_F(PivotTest, SnapshotRowsAreKnownByTheirKey) {
  Make();
  EXPECT_EQ(
      Encode('r', nullptr, new_row_)[0],
      Record(R"({"id":1,"change_field":"stock","change_id":"snapshot"})",
             R"({"id":1,"owner":"joe","change_field":"stock","old_value":null,"new_value":"C")",
             "null", "r\"}"));
  Make({}, false);
  (void)Encode('r', nullptr, new_row_);
  EXPECT_EQ(Encode('r', nullptr, new_row_)[0].substr(0, 55),
            R"({"change_field":"owner","change_id":"snapshot-500-1"} {)");
}

TEST_F(PivotTest, AnotherKeyIsAnotherRow) {
  Make();
  new_row_[0] = Number(2);
  const std::vector<std::string> records = Encode('u', old_row_, new_row_);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].substr(0, 7), R"({"id":1)");
  EXPECT_NE(records[0].find(R"("crud_type":"d")"), std::string::npos);
  EXPECT_EQ(records[1].substr(0, 7), R"({"id":2)");
  EXPECT_NE(records[1].find(R"("crud_type":"c")"), std::string::npos);
}

TEST_F(PivotTest, OldValuesThatAreMissingStopUnlessToldOtherwise) {
  Make();
  const FieldValue key_only[4] = {Number(1), State(FieldState::kAbsent), State(FieldState::kAbsent),
                                  State(FieldState::kAbsent)};
  EXPECT_EQ(TryEncode('u', nullptr, new_row_).code(), StatusCode::kDataError);
  const Status status = TryEncode('d', key_only, nullptr);
  EXPECT_EQ(status.code(), StatusCode::kDataError);
  EXPECT_NE(status.message().find("public.t"), std::string::npos);

  Make({{"pivot.old.values.missing", "null"}});
  EXPECT_EQ(Encode('u', nullptr, new_row_).size(), 2u);
  const std::vector<std::string> records = Encode('d', key_only, nullptr);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_NE(records[0].find(R"("owner":null,"change_field":"stock","old_value":null,)"),
            std::string::npos);
}

TEST_F(PivotTest, LargeValuesThatDidNotChangeAreNoChange) {
  Make();
  new_row_[1] = State(FieldState::kUnavailable);
  const std::vector<std::string> records = Encode('u', old_row_, new_row_);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_NE(records[0].find(R"("owner":"joe","change_field":"stock")"), std::string::npos);

  Make({{"pivot.old.values.missing", "null"}});
  EXPECT_EQ(Encode('u', nullptr, new_row_).size(), 1u);
}

TEST_F(PivotTest, NamesAndIdColumn) {
  Make({{"pivot.column.names", "change_field:field, crud_type:op"}, {"pivot.id.column", "id_"}});
  const std::string record = Encode('u', old_row_, new_row_)[0];
  EXPECT_EQ(record.substr(0, 43), R"({"id":1,"field":"stock","change_id":"500-0")");
  EXPECT_NE(record.find(R"("op":"u","id_":"500-0"})"), std::string::npos);
}

TEST_F(PivotTest, SchemasOnRequest) {
  Make({{"schemas.enable", "true"}});
  const std::string record = Encode('u', old_row_, new_row_)[0];
  EXPECT_EQ(
      record.substr(0, record.find(' ')),
      R"({"schema":{"type":"struct","fields":[{"type":"int32","optional":true,"field":"id"},)"
      R"({"type":"string","optional":false,"field":"change_field"},)"
      R"({"type":"string","optional":false,"field":"change_id"}],"optional":false,)"
      R"("name":"p.public.t.Key"},"payload":{"id":1,"change_field":"stock","change_id":"500-0"}})");
  EXPECT_NE(record.find(R"({"type":"string","optional":true,"field":"old_value"})"),
            std::string::npos);
}

TEST(PivotOptionsTest, WhatDoesNotFitIsRefused) {
  const auto error_of = [](Pairs pairs) {
    pairs.emplace_back("topic.prefix", "p");
    return ParseEventOptions(pairs).status().message();
  };
  EXPECT_EQ(error_of({{"pivot.key.columns", "id"}}),
            "option \"pivot.key.columns\" needs format=pivot");
  EXPECT_EQ(error_of({{"format", "pivot"}, {"time.precision.mode", "connect"}}),
            "option \"time.precision.mode\" does not apply to format=pivot");
  EXPECT_EQ(error_of({{"format", "pivot"}, {"skipped.operations", "none"}}),
            "option \"skipped.operations\" must hold t for format=pivot");
  EXPECT_EQ(error_of({{"format", "pivot"}, {"pivot.column.map", "created:x"}}),
            "invalid item \"created:x\" in option \"pivot.column.map\"");
  EXPECT_EQ(error_of({{"format", "pivot"},
                      {"pivot.column.map", "datetime_created:a,datetime_created:b"}}),
            "invalid item \"datetime_created:b\" in option \"pivot.column.map\"");
  EXPECT_EQ(error_of({{"format", "pivot"}, {"pivot.column.names", "old_value:new_value"}}),
            "option \"pivot.column.names\" names two columns alike");
  EXPECT_EQ(error_of({{"format", "pivot"}, {"document.addressing", "true"}}),
            "format=pivot does not go to documents");
  EXPECT_EQ(error_of({{"format", "pivot"},
                      {"transforms", "u"},
                      {"transforms.u.type", "io.debezium.transforms.ExtractNewRecordState"}}),
            "format=pivot and transform \"u\" exclude each other");
}

}  // namespace
}  // namespace penstock::event
