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

// A table public.t (id int key, place text, body text); routed by place when a test says so.
class DocumentTest : public testing::Test {
 protected:
  void Make(Pairs pairs) {
    pairs.emplace_back("document.addressing", "true");
    Result<EventOptions> options = ParseEventOptions(pairs);
    ASSERT_TRUE(options.ok()) << options.status().message();
    encoder_ = std::make_unique<EventEncoder>(options.value(), "db", "1.0");
    encoder_->BeginTransaction(7, 0, {}, 0);
    plan_.schema = "public";
    plan_.table = "t";
    plan_.columns.resize(3);
    plan_.columns[0].name = "id";
    plan_.columns[0].kind = Kind::kInt32;
    plan_.columns[1].name = "place";
    plan_.columns[2].name = "body";
    plan_.in_value = {true, true, true};
    plan_.key = {0};
    plan_.document.id = std::vector<TextPart>(1);
    plan_.document.id[0].index = 0;
    plan_.document.id[0].column.kind = Kind::kInt32;
    plan_.document.id[0].column.name = "id";
    EXPECT_TRUE(FinishPlan(&plan_, encoder_->options()).ok());
  }

  void RouteByPlace() {
    plan_.document.routing.index = 1;
    plan_.document.routing.column.name = "place";
  }

  Status TryEncode(char op, const FieldValue* before, const FieldValue* after) {
    Change change;
    change.op = op;
    change.before = before;
    change.after = after;
    return encoder_->Encode(plan_, change, 1700000000999888777);
  }

  // id@routing=value of each event
  std::string Encode(char op, const FieldValue* before, const FieldValue* after) {
    const Status status = TryEncode(op, before, after);
    if (!status.ok()) return status.message();
    std::string shown;
    for (const PenstockEvent& event : encoder_->events()) {
      if (!shown.empty()) shown += "; ";
      shown.append(event.key, event.key_len);
      if (event.routing != nullptr) shown.append("@").append(event.routing, event.routing_len);
      shown += "=";
      if (event.value == nullptr) {
        shown += "-";
      } else {
        shown.append(event.value, event.value_len);
      }
      EXPECT_EQ(event.header_count, 0u);
      EXPECT_EQ(event.mapping, plan_.document.mapping.data());
      EXPECT_EQ(event.mapping_len, plan_.document.mapping.size());
    }
    return shown;
  }

  std::unique_ptr<EventEncoder> encoder_;
  RelationPlan plan_;
};

TEST_F(DocumentTest, RowIsTheValue) {
  Make({});
  const FieldValue row[] = {Number(1), State(FieldState::kNull), Bytes("a\nb")};
  EXPECT_EQ(Encode('c', nullptr, row), "1={\"id\":1,\"place\":null,\"body\":\"a\\nb\"}");
  EXPECT_STREQ(encoder_->events()[0].topic, "public.t");
  EXPECT_EQ(Encode('r', nullptr, row), "1={\"id\":1,\"place\":null,\"body\":\"a\\nb\"}");
  EXPECT_EQ(Encode('u', nullptr, row), "1={\"id\":1,\"place\":null,\"body\":\"a\\nb\"}");
  EXPECT_EQ(encoder_->incomplete(), -1);
  EXPECT_EQ(encoder_->doubtful(), -1);
}

TEST_F(DocumentTest, DeleteHasNoValue) {
  Make({});
  const FieldValue row[] = {Number(1), State(FieldState::kAbsent), State(FieldState::kAbsent)};
  EXPECT_EQ(Encode('d', row, nullptr), "1=-");
  EXPECT_EQ(encoder_->doubtful(), -1);
}

TEST_F(DocumentTest, KeyChangeMovesTheDocument) {
  Make({});
  const FieldValue before[] = {Number(1), State(FieldState::kAbsent), State(FieldState::kAbsent)};
  const FieldValue after[] = {Number(2), Bytes("p"), Bytes("b")};
  EXPECT_EQ(Encode('u', before, after), "1=-; 2={\"id\":2,\"place\":\"p\",\"body\":\"b\"}");
}

TEST_F(DocumentTest, RoutingChangeMovesTheDocument) {
  Make({});
  RouteByPlace();
  const FieldValue north[] = {Number(1), Bytes("north"), Bytes("b")};
  const FieldValue south[] = {Number(1), Bytes("south"), Bytes("b")};
  const FieldValue nowhere[] = {Number(1), State(FieldState::kNull), Bytes("b")};
  EXPECT_EQ(Encode('c', nullptr, north), "1@north={\"id\":1,\"place\":\"north\",\"body\":\"b\"}");
  EXPECT_EQ(Encode('u', north, south),
            "1@north=-; 1@south={\"id\":1,\"place\":\"south\",\"body\":\"b\"}");
  EXPECT_EQ(Encode('u', south, nowhere), "1@south=-; 1={\"id\":1,\"place\":null,\"body\":\"b\"}");
  EXPECT_EQ(Encode('u', south, south), "1@south={\"id\":1,\"place\":\"south\",\"body\":\"b\"}");
  EXPECT_EQ(Encode('d', south, nullptr), "1@south=-");
}

TEST_F(DocumentTest, MissingLargeValueIsNeverAPlaceholder) {
  for (const char* format : {"document", "flat"}) {
    plan_ = RelationPlan();
    Make({{"format", format}});
    const FieldValue before[] = {Number(1), Bytes("p"), State(FieldState::kAbsent)};
    const FieldValue after[] = {Number(2), Bytes("p"), State(FieldState::kUnavailable)};
    EXPECT_EQ(Encode('u', nullptr, after), "2=-");
    EXPECT_EQ(encoder_->incomplete(), 0);
    EXPECT_EQ(Encode('u', before, after), "1=-; 2=-");
    EXPECT_EQ(encoder_->incomplete(), 1);
    const FieldValue whole[] = {Number(2), Bytes("p"), Bytes("b")};
    (void)Encode('u', nullptr, whole);
    EXPECT_EQ(encoder_->incomplete(), -1) << "of the last change alone";
  }
}

TEST_F(DocumentTest, LargeValueOutsideTheDocumentDoesNotMatter) {
  Make({});
  plan_.in_value[2] = false;
  EXPECT_TRUE(FinishPlan(&plan_, encoder_->options()).ok());
  const FieldValue after[] = {Number(1), Bytes("p"), State(FieldState::kUnavailable)};
  EXPECT_EQ(Encode('u', nullptr, after), "1={\"id\":1,\"place\":\"p\"}");
  EXPECT_EQ(encoder_->incomplete(), -1);
}

TEST_F(DocumentTest, DeletesOfKeysThatMayBeTakenAreDoubtful) {
  Make({});
  plan_.document.id_is_unique = false;
  const FieldValue before[] = {Number(1), Bytes("p"), Bytes("b")};
  const FieldValue after[] = {Number(2), Bytes("p"), Bytes("b")};
  (void)Encode('d', before, nullptr);
  EXPECT_EQ(encoder_->doubtful(), 0);
  (void)Encode('u', before, after);
  EXPECT_EQ(encoder_->doubtful(), 0);
  (void)Encode('u', before, before);
  EXPECT_EQ(encoder_->doubtful(), -1);
}

TEST_F(DocumentTest, UnknownAddressIsAnError) {
  Make({});
  const FieldValue no_key[] = {State(FieldState::kUnavailable), Bytes("p"), Bytes("b")};
  EXPECT_EQ(TryEncode('u', nullptr, no_key).code(), StatusCode::kDataError);
  RouteByPlace();
  const FieldValue no_place[] = {Number(1), State(FieldState::kAbsent), Bytes("b")};
  EXPECT_EQ(TryEncode('d', no_place, nullptr).code(), StatusCode::kDataError);
}

TEST_F(DocumentTest, SkippedOperations) {
  Make({{"skipped.operations", "d,t"}});
  const FieldValue row[] = {Number(1), Bytes("p"), Bytes("b")};
  EXPECT_EQ(Encode('d', row, nullptr), "");
}

TEST_F(DocumentTest, FlatRows) {
  Make({{"format", "flat"}, {"add.fields", "op"}});
  const FieldValue row[] = {Number(1), Bytes("p"), Bytes("b")};
  EXPECT_EQ(Encode('c', nullptr, row),
            "1={\"id\":1,\"place\":\"p\",\"body\":\"b\",\"__op\":\"c\"}");
  EXPECT_EQ(Encode('d', row, nullptr), "1=-");
}

TEST_F(DocumentTest, FlatDeletes) {
  const FieldValue row[] = {Number(1), Bytes("p"), Bytes("b")};
  const std::pair<const char*, const char*> modes[] = {
      {"drop", ""},
      {"tombstone", "1=-"},
      {"delete-to-tombstone", "1=-"},
      {"rewrite", "1={\"id\":1,\"place\":\"p\",\"body\":\"b\",\"__deleted\":\"true\"}"},
      {"rewrite-with-tombstone", "1=-"}};
  for (const auto& [mode, expected] : modes) {
    plan_ = RelationPlan();
    Make({{"format", "flat"}, {"delete.tombstone.handling.mode", mode}});
    EXPECT_EQ(Encode('d', row, nullptr), expected) << mode;
  }
}

}  // namespace
}  // namespace penstock::event
