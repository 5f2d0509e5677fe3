// The events of outbox tables: what conformance does not compare.
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

// public.outbox (id, aggregatetype, aggregateid, payload text, at timestamp, shard int).
class OutboxTest : public testing::Test {
 protected:
  Status Make(Pairs pairs) {
    pairs.insert(pairs.end(), {{"topic.prefix", "srv"},
                               {"format", "outbox"},
                               {"schemas.enable", "false"},
                               {"extended.headers.enabled", "false"}});
    Result<EventOptions> options = ParseEventOptions(pairs);
    if (!options.ok()) return options.status();
    encoder_ = std::make_unique<EventEncoder>(options.value(), "db", "1.0");
    encoder_->BeginTransaction(7, 1700000000123456, {}, 0);
    plan_ = RelationPlan();
    plan_.schema = "public";
    plan_.table = "outbox";
    for (const auto& [name, kind] :
         {std::pair("id", Kind::kInt32), std::pair("aggregatetype", Kind::kText),
          std::pair("aggregateid", Kind::kText), std::pair("payload", Kind::kText),
          std::pair("at", Kind::kTimestampMicros), std::pair("shard", Kind::kInt32)}) {
      Column column;
      column.name = name;
      column.kind = kind;
      plan_.columns.push_back(std::move(column));
      plan_.in_value.push_back(true);
    }
    plan_.key = {0};
    return FinishPlan(&plan_, encoder_->options());
  }

  static FieldValue Text(const char* text) {
    FieldValue value;
    value.state = FieldState::kValue;
    value.bytes = text;
    value.size = static_cast<uint32_t>(std::string_view(text).size());
    return value;
  }
  static FieldValue Number(int64_t number) {
    FieldValue value;
    value.state = FieldState::kValue;
    value.number = number;
    return value;
  }

  Status Encode(char op, const std::vector<FieldValue>& row) {
    Change change;
    change.op = op;
    change.lsn = 100;
    (op == 'd' ? change.before : change.after) = row.data();
    return encoder_->Encode(plan_, change, 1700000009999000000);
  }
  const std::vector<PenstockEvent>& events() const { return encoder_->events(); }

  std::unique_ptr<EventEncoder> encoder_;
  RelationPlan plan_;
};

TEST_F(OutboxTest, TimeAndPartition) {
  ASSERT_TRUE(Make({{"table.field.event.timestamp", "at"},
                    {"table.fields.additional.placement", "shard:partition"}})
                  .ok());
  // 2023-11-14 22:13:20.123456, counted from 2000.
  std::vector<FieldValue> row = {
      Number(1), Text("Order"), Text("k"), Text("p"), Number(1700000000123456 - 946684800000000),
      Number(3)};
  ASSERT_TRUE(Encode('c', row).ok());
  ASSERT_EQ(events().size(), 1u);
  EXPECT_EQ(events()[0].timestamp_ms, 1700000000123);
  EXPECT_EQ(events()[0].partition, 3);
  EXPECT_STREQ(events()[0].topic, "outbox.event.Order");
  row[4] = row[5] = FieldValue();
  ASSERT_TRUE(Encode('c', row).ok());
  EXPECT_EQ(events()[0].timestamp_ms, 1700000009999) << "the time of processing";
  EXPECT_EQ(events()[0].partition, -1);
}

TEST_F(OutboxTest, UpdatesAreToldOnceOrStop) {
  const std::vector<FieldValue> row = {Number(1), Text("Order"), Text("k"),
                                       Text("p"), FieldValue(),  FieldValue()};
  ASSERT_TRUE(Make({}).ok());
  ASSERT_TRUE(Encode('u', row).ok());
  EXPECT_TRUE(events().empty());
  EXPECT_EQ(encoder_->TakeIgnoredUpdate(), "public.outbox");
  ASSERT_TRUE(Encode('u', row).ok());
  EXPECT_EQ(encoder_->TakeIgnoredUpdate(), "");
  ASSERT_TRUE(Encode('d', row).ok());
  EXPECT_TRUE(events().empty());
  ASSERT_TRUE(Make({{"table.op.invalid.behavior", "fatal"}}).ok());
  EXPECT_EQ(Encode('u', row).code(), StatusCode::kDataError);
}

// Debezium makes a delete and a create of it, which EventRouter then sees, and no update.
TEST_F(OutboxTest, ChangedKeysAreNewRowsUnlessCreatesAreSkipped) {
  const std::vector<FieldValue> before = {Number(1), Text("Order"), Text("k"),
                                          Text("p"), FieldValue(),  FieldValue()};
  std::vector<FieldValue> after = before;
  after[0] = Number(2);
  Change change;
  change.op = 'u';
  change.lsn = 100;
  change.before = before.data();
  change.after = after.data();
  for (const auto& [skipped, expected] :
       {std::pair("none", 1u), std::pair("d", 1u), std::pair("c", 0u), std::pair("c,d", 0u)}) {
    for (const char* invalid : {"warn", "fatal"}) {
      ASSERT_TRUE(Make({{"skipped.operations", skipped},
                        {"table.op.invalid.behavior", invalid},
                        {"provide.transaction.metadata", "true"}})
                      .ok());
      ASSERT_TRUE(encoder_->EncodeTransactionBegin(90).ok());
      ASSERT_TRUE(encoder_->Encode(plan_, change, 1700000009999000000).ok()) << skipped;
      EXPECT_EQ(events().size(), expected) << skipped;
      EXPECT_EQ(encoder_->TakeIgnoredUpdate(), "");
      ASSERT_TRUE(encoder_->EncodeTransactionEnd(200).ok());
      ASSERT_EQ(events().size(), 1u);
      const std::string_view end(events()[0].value, events()[0].value_len);
      const std::string count = std::to_string(std::string(skipped) == "none"  ? 2
                                               : std::string(skipped) == "c,d" ? 0
                                                                               : 1);
      EXPECT_NE(end.find("\"event_count\":" + count), end.npos) << end;
    }
  }
}

TEST_F(OutboxTest, MissingAndUnfitColumns) {
  EXPECT_EQ(Make({{"table.field.event.key", "nothing"}}).message(),
            "table \"public.outbox\" lacks column \"nothing\", which an outbox needs");
  EXPECT_FALSE(Make({{"table.fields.additional.placement", "at:partition"}}).ok());
  EXPECT_FALSE(Make({{"table.field.event.timestamp", "shard"}}).ok());
  EXPECT_FALSE(Make({{"table.fields.additional.placement", "x:header"}}).ok());
  EXPECT_TRUE(Make({{"table.fields.additional.placement", "x:header"},
                    {"table.field.additional.missing", "ignore"}})
                  .ok());
}

TEST_F(OutboxTest, ARouteMustBeThere) {
  ASSERT_TRUE(Make({}).ok());
  const std::vector<FieldValue> row = {Number(1), FieldValue(), Text("k"),
                                       Text("p"), FieldValue(), FieldValue()};
  EXPECT_EQ(Encode('c', row).code(), StatusCode::kDataError);
}

}  // namespace
}  // namespace penstock::event
