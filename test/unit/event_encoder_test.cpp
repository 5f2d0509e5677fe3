#include "output_plugin/event/event_encoder.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "field_values.h"
#include "output_plugin/event/hstore.h"

namespace penstock::event {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// A table public.t (id int key, name text not null).
class EncoderTest : public testing::Test {
 protected:
  void Make(Pairs pairs) {
    pairs.emplace_back("topic.prefix", "srv");
    Result<EventOptions> options = ParseEventOptions(pairs);
    ASSERT_TRUE(options.ok()) << options.status().message();
    options.value().run_id = "run";
    encoder_ = std::make_unique<EventEncoder>(options.value(), "db", "1.0");
    encoder_->BeginTransaction(7, 1700000000123456, {}, 0);
    plan_.schema = "public";
    plan_.table = "t";
    Column id, name;
    id.name = "id";
    id.kind = Kind::kInt32;
    id.optional = false;
    name.name = "name";
    name.optional = false;
    plan_.columns.push_back(std::move(id));
    plan_.columns.push_back(std::move(name));
    plan_.in_value = {true, true};
    plan_.key = {0};
    EXPECT_TRUE(FinishPlan(&plan_, encoder_->options()).ok());
  }

  void Encode(char op, const FieldValue* before, const FieldValue* after) {
    Change change;
    change.op = op;
    change.lsn = 100;
    change.before = before;
    change.after = after;
    ASSERT_TRUE(encoder_->Encode(plan_, change, 1700000000999888777).ok());
  }

  std::string Key(size_t i) const {
    const PenstockEvent& event = encoder_->events()[i];
    return event.key == nullptr ? "-" : std::string(event.key, event.key_len);
  }
  std::string Value(size_t i) const {
    const PenstockEvent& event = encoder_->events()[i];
    return event.value == nullptr ? "-" : std::string(event.value, event.value_len);
  }
  std::string Header(size_t i, const std::string& name) const {
    const PenstockEvent& event = encoder_->events()[i];
    for (uint32_t h = 0; h < event.header_count; ++h) {
      if (name == event.headers[h].name) {
        return std::string(event.headers[h].value, event.headers[h].value_len);
      }
    }
    return "-";
  }

  std::unique_ptr<EventEncoder> encoder_;
  RelationPlan plan_;
};

TEST_F(EncoderTest, Insert) {
  Make({{"schemas.enable", "false"}});
  const FieldValue row[] = {Number(1), Bytes("a\"b")};
  Encode('c', nullptr, row);
  ASSERT_EQ(encoder_->events().size(), 1u);
  EXPECT_STREQ(encoder_->events()[0].topic, "srv.public.t");
  EXPECT_EQ(Key(0), "{\"id\":1}");
  EXPECT_EQ(Value(0),
            "{\"before\":null,\"after\":{\"id\":1,\"name\":\"a\\\"b\"},\"source\":{\"version\":"
            "\"1.0\",\"connector\":\"postgresql\",\"name\":\"srv\",\"ts_ms\":1700000000123,"
            "\"snapshot\":\"false\",\"db\":\"db\",\"sequence\":\"[null,\\\"100\\\"]\",\"ts_us\":"
            "1700000000123456,\"ts_ns\":1700000000123456000,\"schema\":\"public\",\"table\":\"t\","
            "\"txId\":7,\"lsn\":100,\"xmin\":null,\"origin\":null,\"origin_lsn\":null},"
            "\"transaction\":null,\"op\":\"c\",\"ts_ms\":1700000000999,\"ts_us\":1700000000999888,"
            "\"ts_ns\":1700000000999888777}");
  EXPECT_EQ(Header(0, "__debezium.context.runId"), "run");
}

TEST_F(EncoderTest, SequenceKnowsTheLastCommit) {
  Make({{"schemas.enable", "false"}});
  encoder_->EndTransaction(90);
  encoder_->BeginTransaction(8, 0, "node_a", 55);
  const FieldValue row[] = {Number(1), Bytes("x")};
  Encode('c', nullptr, row);
  EXPECT_NE(Value(0).find("\"sequence\":\"[\\\"90\\\",\\\"100\\\"]\""), std::string::npos);
  EXPECT_NE(Value(0).find("\"origin\":\"node_a\",\"origin_lsn\":55"), std::string::npos);
}

TEST_F(EncoderTest, KeyChangeIsDeleteTombstoneCreate) {
  Make({{"schemas.enable", "false"}});
  const FieldValue before[] = {Number(1), State(FieldState::kAbsent)};
  const FieldValue after[] = {Number(2), Bytes("x")};
  Encode('u', before, after);
  ASSERT_EQ(encoder_->events().size(), 3u);
  EXPECT_EQ(Key(0), "{\"id\":1}");
  EXPECT_NE(Value(0).find("\"before\":{\"id\":1,\"name\":\"\"},\"after\":null"), std::string::npos);
  EXPECT_EQ(Header(0, "__debezium.newkey"), "{\"id\":2}");
  EXPECT_EQ(Key(1), "{\"id\":1}");
  EXPECT_EQ(Value(1), "-");
  EXPECT_EQ(Header(1, "__debezium.newkey"), "{\"id\":2}");
  EXPECT_EQ(Key(2), "{\"id\":2}");
  EXPECT_NE(Value(2).find("\"op\":\"c\""), std::string::npos);
  EXPECT_EQ(Header(2, "__debezium.oldkey"), "{\"id\":1}");
}

TEST_F(EncoderTest, SameKeyIsOneUpdate) {
  Make({{"schemas.enable", "false"}});
  const FieldValue before[] = {Number(1), Bytes("old")};
  const FieldValue after[] = {Number(1), State(FieldState::kUnavailable)};
  Encode('u', before, after);
  ASSERT_EQ(encoder_->events().size(), 1u);
  EXPECT_NE(Value(0).find("\"name\":\"__debezium_unavailable_value\"},\"source\""),
            std::string::npos);
}

TEST_F(EncoderTest, DeleteWithoutTombstone) {
  Make({{"schemas.enable", "false"}, {"tombstones.on.delete", "false"}});
  const FieldValue before[] = {Number(1), State(FieldState::kAbsent)};
  Encode('d', before, nullptr);
  EXPECT_EQ(encoder_->events().size(), 1u);
}

TEST_F(EncoderTest, SkippedOperations) {
  Make({{"skipped.operations", "c,d"}});
  const FieldValue row[] = {Number(1), Bytes("x")};
  Encode('c', nullptr, row);
  EXPECT_EQ(encoder_->events().size(), 0u);
  Encode('d', row, nullptr);
  EXPECT_EQ(encoder_->events().size(), 0u);
  Encode('t', nullptr, nullptr);
  EXPECT_EQ(encoder_->events().size(), 1u);
  EXPECT_EQ(Key(0), "-");
}

TEST_F(EncoderTest, FlatRewrite) {
  Make({{"schemas.enable", "false"},
        {"format", "flat"},
        {"delete.tombstone.handling.mode", "rewrite-with-tombstone"},
        {"add.fields", "op,lsn"},
        {"add.headers", "source.table"}});
  const FieldValue row[] = {Number(1), Bytes("x")};
  Encode('d', row, nullptr);
  ASSERT_EQ(encoder_->events().size(), 2u);
  EXPECT_EQ(Value(0),
            "{\"id\":1,\"name\":\"x\",\"__deleted\":\"true\",\"__op\":\"d\",\"__lsn\":100}");
  EXPECT_EQ(Header(0, "__source_table"), "t");
  EXPECT_EQ(Value(1), "-");
}

// Kafka takes only null bytes for a tombstone; Debezium's SMT leaves the JSON text null.
TEST_F(EncoderTest, FlatTombstoneIsOneByDefault) {
  Make({{"schemas.enable", "false"}, {"format", "flat"}});
  const FieldValue row[] = {Number(1), Bytes("x")};
  Encode('d', row, nullptr);
  ASSERT_EQ(encoder_->events().size(), 1u);
  EXPECT_EQ(Value(0), "-");
}

TEST_F(EncoderTest, FlatTombstoneUnderQuirks) {
  Make({{"schemas.enable", "false"}, {"format", "flat"}, {"debezium.quirks", "true"}});
  const FieldValue row[] = {Number(1), Bytes("x")};
  Encode('d', row, nullptr);
  EXPECT_EQ(Value(0), "null");
}

TEST_F(EncoderTest, RouteByField) {
  Make({{"schemas.enable", "false"}, {"format", "flat"}, {"route.by.field", "name"}});
  const FieldValue row[] = {Number(1), Bytes("elsewhere")};
  Encode('c', nullptr, row);
  EXPECT_STREQ(encoder_->events()[0].topic, "elsewhere");
  const FieldValue null_row[] = {Number(1), State(FieldState::kNull)};
  Encode('c', nullptr, null_row);
  EXPECT_STREQ(encoder_->events()[0].topic, "srv.public.t");
}

TEST_F(EncoderTest, MessagesHaveNoContextHeaders) {
  Make({{"schemas.enable", "false"}});
  (void)encoder_->EncodeMessage("p\"x", std::string_view("\0\xff", 2), false, 42,
                                1700000000000000001);
  ASSERT_EQ(encoder_->events().size(), 1u);
  EXPECT_EQ(Key(0), "{\"prefix\":\"p\\\"x\"}");
  EXPECT_NE(Value(0).find("\"txId\":null,\"lsn\":42"), std::string::npos);
  EXPECT_NE(Value(0).find("\"message\":{\"prefix\":\"p\\\"x\",\"content\":\"AP8=\"}}"),
            std::string::npos);
  EXPECT_EQ(encoder_->events()[0].header_count, 0u);
}

// A null in a required field would be refused by every reader.
TEST_F(EncoderTest, RequiredValueThatCannotBeExpressedIsAnError) {
  Make({{"schemas.enable", "false"}});
  plan_.columns[1].kind = Kind::kDecimal;
  const FieldValue row[] = {Number(1), Bytes("\x01\xC0")};  // numeric NaN
  Change change;
  change.after = row;
  EXPECT_EQ(encoder_->Encode(plan_, change, 1).code(), StatusCode::kDataError);
  plan_.columns[1].optional = true;
  EXPECT_TRUE(encoder_->Encode(plan_, change, 1).ok());
  EXPECT_NE(Value(0).find("\"name\":null"), std::string::npos);
  EXPECT_NE(encoder_->TakeConversionWarning().find("name"), std::string::npos);
}

TEST(Money, RoundsDecimalsAlone) {
  Column column;
  auto written = [&column](Kind kind, int64_t units, int scale) {
    column.kind = kind;
    column.scale = scale;
    Buffer out;
    EXPECT_TRUE(WriteValue(out, column, Number(units), {}));
    return std::string(out.view());
  };
  EXPECT_EQ(written(Kind::kMoneyDecimal, -1255, 1), "\"gg==\"");  // -126
  EXPECT_EQ(written(Kind::kMoneyDecimal, 1254, 1), "\"fQ==\"");   // 125
  EXPECT_EQ(written(Kind::kMoneyDecimal, INT64_MIN, 4), "\"zgAAAAAAAAAA\"");
  EXPECT_EQ(written(Kind::kMoneyText, -1255, 1), "\"-12.55\"");
  EXPECT_EQ(written(Kind::kMoneyText, 5, 4), "\"0.05\"");
  EXPECT_EQ(written(Kind::kMoneyText, INT64_MIN, 0), "\"-92233720368547758.08\"");
  EXPECT_EQ(written(Kind::kMoneyDouble, 529, 0), "5.29");
  EXPECT_EQ(written(Kind::kMoneyDouble, 56302062820333541, 0), "5.630206282033354E14");
  column.money_digits = 0;  // lc_monetary of Japan
  EXPECT_EQ(written(Kind::kMoneyText, 7, 2), "\"7\"");
  EXPECT_EQ(written(Kind::kMoneyDecimal, 7, 2), "\"Arw=\"");  // 700
}

TEST(BaseTopic, ReplacesWhatTopicsCannotHold) {
  EventOptions options;
  options.topic_prefix = "srv";
  EXPECT_EQ(BaseTopic(options, "My Schema", "Order.Line é"), "srv.My_Schema.Order.Line__");
  EXPECT_EQ(BaseTopic(options, "a", "😀"), "srv.a.__") << "two UTF-16 units";
}

// Order of java.util.HashMap, as Debezium printed it.
TEST(Hstore, OrderAndEscapes) {
  const std::vector<HstorePair> pairs =
      ParseHstore("\"b\"=>\"2\", \"a\"=>NULL, \"q\\\"k\"=>\"x\\\\y\"");
  ASSERT_EQ(pairs.size(), 3u);
  std::string keys;
  for (const HstorePair& pair : pairs)
    keys += pair.key + (pair.is_null ? "!" : "=") + pair.value + ";";
  EXPECT_NE(keys.find("a!;b=2;"), std::string::npos) << keys;
  EXPECT_NE(keys.find("q\"k=x\\y;"), std::string::npos) << keys;
  EXPECT_TRUE(ParseHstore("").empty());
}

}  // namespace
}  // namespace penstock::event
