// Events in Avro: which parts of an event have a schema, and what becomes of nulls.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "field_values.h"
#include "output_plugin/event/event_encoder.h"
#include "output_plugin/event/heartbeat.h"
#include "output_plugin/event/notification.h"

namespace penstock::event {
namespace {

using namespace std::string_literals;
using Pairs = std::vector<std::pair<std::string, std::string>>;

// A table public.t (id int key, n int default 5).
class AvroEventsTest : public testing::Test {
 protected:
  void Make(Pairs pairs) {
    pairs.emplace_back("topic.prefix", "srv");
    Result<EventOptions> options = ParseEventOptions(pairs);
    ASSERT_TRUE(options.ok()) << options.status().message();
    encoder_ = std::make_unique<EventEncoder>(options.value(), "db", "1.0");
    encoder_->BeginTransaction(7, 1700000000123456, {}, 0);
    plan_.schema = "public";
    plan_.table = "t";
    Column id, number;
    id.name = "id";
    id.kind = number.kind = Kind::kInt32;
    id.optional = false;
    number.name = "n";
    number.has_default = true;
    number.default_json = "5";
    plan_.columns.push_back(std::move(id));
    plan_.columns.push_back(std::move(number));
    plan_.in_value = {true, true};
    plan_.key = {0};
    const Status status = FinishPlan(&plan_, encoder_->options());
    ASSERT_TRUE(status.ok()) << status.message();
  }

  void Encode(char op, const FieldValue* before, const FieldValue* after) {
    Change change;
    change.op = op;
    change.before = before;
    change.after = after;
    const Status status = encoder_->Encode(plan_, change, 1700000000999888777);
    ASSERT_TRUE(status.ok()) << status.message();
  }

  const PenstockEvent& At(size_t i) const { return encoder_->events()[i]; }
  std::string Key(size_t i) const { return std::string(At(i).key, At(i).key_len); }
  std::string Value(size_t i) const { return std::string(At(i).value, At(i).value_len); }

  std::unique_ptr<EventEncoder> encoder_;
  RelationPlan plan_;
};

TEST_F(AvroEventsTest, KeyAndEnvelope) {
  Make({{"key.converter", "avro"}, {"value.converter", "io.confluent.connect.avro.AvroConverter"}});
  const FieldValue row[] = {Number(1), State(FieldState::kNull)};
  Encode('c', nullptr, row);
  ASSERT_EQ(encoder_->events().size(), 1u);
  EXPECT_EQ(Key(0), "\0\0\0\0\0\2"s);
  // before is null; after is there: id 1, n its default in the first branch.
  EXPECT_EQ(Value(0).substr(0, 10), "\0\0\0\0\0\0\2\2\0\x0A"s);
  EXPECT_EQ(std::string(At(0).key_schema.name, At(0).key_schema.name_len), "srv.public.t.Key");
  EXPECT_EQ(std::string(At(0).value_schema.name, At(0).value_schema.name_len),
            "srv.public.t.Envelope");
  EXPECT_NE(At(0).key_schema.serial, At(0).value_schema.serial);
  EXPECT_EQ(At(0).key_schema.text[At(0).key_schema.text_len], '\0');
}

TEST_F(AvroEventsTest, NullsOfColumnsWithADefaultMayStay) {
  Make({{"value.converter", "avro"},
        {"format", "flat"},
        {"value.converter.ignore.default.for.nullables", "true"}});
  const FieldValue row[] = {Number(1), State(FieldState::kNull)};
  Encode('c', nullptr, row);
  EXPECT_EQ(Value(0), "\0\0\0\0\0\2\2"s);
  EXPECT_EQ(At(0).key_schema.serial, 0u);
  EXPECT_EQ(Key(0).substr(0, 10), "{\"schema\":");
}

TEST_F(AvroEventsTest, DeleteAndTombstone) {
  Make({{"key.converter", "avro"}, {"value.converter", "avro"}});
  const FieldValue row[] = {Number(1), Number(2)};
  Encode('d', row, nullptr);
  ASSERT_EQ(encoder_->events().size(), 2u);
  EXPECT_EQ(Key(0), Key(1));
  EXPECT_NE(At(0).value, nullptr);
  EXPECT_EQ(At(1).value, nullptr);
}

TEST_F(AvroEventsTest, AFlatDeleteIsARealTombstoneUnderQuirksToo) {
  Make({{"value.converter", "avro"}, {"format", "flat"}, {"debezium.quirks", "true"}});
  const FieldValue row[] = {Number(1), Number(2)};
  Encode('d', row, nullptr);
  ASSERT_EQ(encoder_->events().size(), 1u);
  EXPECT_EQ(At(0).value, nullptr);
}

TEST_F(AvroEventsTest, Messages) {
  Make({{"key.converter", "avro"}, {"value.converter", "avro"}});
  ASSERT_TRUE(encoder_->EncodeMessage("p", "x", true, 42, 1700000000000000001).ok());
  EXPECT_EQ(Key(0), "\0\0\0\0\0\2\2p"s);
  EXPECT_EQ(Value(0).substr(0, 7), "\0\0\0\0\0\2m"s);
  EXPECT_EQ(Value(0).substr(Value(0).size() - 6), "\2\2p\2\2x");
}

TEST_F(AvroEventsTest, Heartbeats) {
  const auto options = ParseEventOptions(
      {{"topic.prefix", "p"}, {"key.converter", "avro"}, {"value.converter", "avro"}});
  ASSERT_TRUE(options.ok());
  Heartbeat heartbeat(options.value(), "h");
  const PenstockEvent event = heartbeat.Make(1);
  EXPECT_EQ(std::string(event.key, event.key_len), "\0\0\0\0\0\2p"s);
  EXPECT_EQ(std::string(event.value, event.value_len), "\0\0\0\0\0\2"s);
  EXPECT_EQ(std::string(event.value_schema.name), "io.debezium.connector.common.Heartbeat");
}

TEST_F(AvroEventsTest, Notifications) {
  const auto options = ParseEventOptions(
      {{"topic.prefix", "p"}, {"key.converter", "avro"}, {"value.converter", "avro"}});
  ASSERT_TRUE(options.ok());
  Notification notification(options.value(), "n");
  const PenstockEvent event = notification.Make("Initial Snapshot", "i", "T", {{"a", "b"}}, 1);
  EXPECT_EQ(std::string(event.key, event.key_len), "\0\0\0\0\0\2i"s);
  // Texts, an optional map of two entries, a number.
  EXPECT_EQ(std::string(event.value, event.value_len),
            "\0\0\0\0\0\2i\2T\x20Initial Snapshot\2\4\2a\2b\x1c"
            "connector_name\2p\0\2"s);
  EXPECT_EQ(std::string(event.key_schema.name), "io.debezium.connector.common.NotificationKey");
  EXPECT_EQ(std::string(event.value_schema.name), "io.debezium.connector.common.Notification");
}

TEST_F(AvroEventsTest, IllegalNamesStopThePlan) {
  Make({{"value.converter", "avro"}});
  plan_.columns[1].name = "a b";
  EXPECT_EQ(FinishPlan(&plan_, encoder_->options()).message(),
            "field name \"a b\" is not a legal name in Avro");
}

TEST_F(AvroEventsTest, DocumentsAreNotAvro) {
  EXPECT_FALSE(
      ParseEventOptions({{"topic.prefix", "p"}, {"format", "document"}, {"key.converter", "avro"}})
          .ok());
  EXPECT_FALSE(
      ParseEventOptions({{"topic.prefix", "p"}, {"format", "pivot"}, {"value.converter", "avro"}})
          .ok());
  EXPECT_FALSE(
      ParseEventOptions({{"topic.prefix", "p"}, {"value.converter.scrub.invalid.names", "true"}})
          .ok());
}

}  // namespace
}  // namespace penstock::event
