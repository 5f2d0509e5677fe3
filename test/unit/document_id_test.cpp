#include "output_plugin/event/document_id.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace penstock::event {
namespace {

using Text = std::optional<std::string>;

std::string IdOf(const std::vector<Text>& key) {
  std::vector<TextPart> parts(key.size());
  std::vector<FieldValue> row(key.size());
  for (size_t i = 0; i < key.size(); ++i) {
    parts[i].index = static_cast<int>(i);
    if (!key[i]) continue;
    row[i].state = FieldState::kValue;
    row[i].bytes = key[i]->data();
    row[i].size = static_cast<uint32_t>(key[i]->size());
  }
  Buffer out, scratch;
  out.Append("before");
  AppendDocumentId(out, parts, row.data(), scratch);
  EXPECT_EQ(out.view().substr(0, 6), "before");
  return std::string(out.view().substr(6));
}

TEST(DocumentId, OneColumn) {
  EXPECT_EQ(IdOf({"plain"}), "plain");
  EXPECT_EQ(IdOf({"a_b"}), "a_b");
  EXPECT_EQ(IdOf({"~a~"}), "~0a~0");
  EXPECT_EQ(IdOf({""}), "~e");
  EXPECT_EQ(IdOf({std::nullopt}), "~n");
}

TEST(DocumentId, SeveralColumns) {
  EXPECT_EQ(IdOf({"a", "b"}), "a_b");
  EXPECT_EQ(IdOf({"a_", "~b"}), "a~1_~0b");
  EXPECT_EQ(IdOf({"", ""}), "_");
  EXPECT_EQ(IdOf({std::nullopt, "x"}), "~n_x");
}

TEST(DocumentId, LongOnesAreHashed) {
  EXPECT_EQ(IdOf({std::string(512, 'a')}), std::string(512, 'a'));
  // sha256sum of 513 times "a"
  EXPECT_EQ(IdOf({std::string(513, 'a')}),
            "~h02425c0f5b0dabf3d2b9115f3f7723a02ad8bcfb1534a0d231614fd42b8188f6");
  // what is hashed is the id, not the values
  EXPECT_NE(IdOf({std::string(300, 'a') + "_", std::string(300, 'b')}),
            IdOf({std::string(300, 'a'), "_" + std::string(300, 'b')}));
}

// Every key of up to three columns over texts of the characters with a meaning.
TEST(DocumentId, DifferentKeysHaveDifferentIds) {
  std::vector<Text> texts = {std::nullopt, ""};
  const std::string letters = "~_0nehx";
  for (const char a : letters) {
    texts.emplace_back(std::string(1, a));
    for (const char b : letters) texts.emplace_back(std::string{a, b});
  }
  std::map<std::string, std::vector<Text>> one, two;
  for (const Text& a : texts) {
    EXPECT_TRUE(one.emplace(IdOf({a}), std::vector<Text>{a}).second) << IdOf({a});
    for (const Text& b : texts) {
      EXPECT_TRUE(two.emplace(IdOf({a, b}), std::vector<Text>{a, b}).second) << IdOf({a, b});
    }
  }
  EXPECT_EQ(two.size(), texts.size() * texts.size());
}

TEST(DocumentId, OtherKindsAreTheirDocumentText) {
  auto id = [](Kind kind, const FieldValue& value) {
    std::vector<TextPart> parts(1);
    parts[0].index = 0;
    parts[0].column.kind = kind;
    if (kind == Kind::kList) {
      parts[0].column.element = std::make_unique<Column>();
      parts[0].column.element->kind = Kind::kText;
    }
    Buffer out, scratch;
    AppendDocumentId(out, parts, &value, scratch);
    return std::string(out.view());
  };
  FieldValue value;
  value.state = FieldState::kValue;
  value.number = -42;
  EXPECT_EQ(id(Kind::kInt64, value), "-42");
  EXPECT_EQ(id(Kind::kBool, value), "true");
  value.number = 0;
  EXPECT_EQ(id(Kind::kDay, value), "2000-01-01");
  EXPECT_EQ(id(Kind::kInstant, value), "2000-01-01T00:00:00.000000Z");
  value.bytes = "0123456789abcdef";
  value.size = 16;
  EXPECT_EQ(id(Kind::kUuid, value), "30313233-3435-3637-3839-616263646566");
  // a JSON string keeps its quotes, or it would be that of the number
  value.bytes = "\"1\"";
  value.size = 3;
  EXPECT_EQ(id(Kind::kRawJson, value), "\"1\"");
  FieldValue item;
  item.state = FieldState::kValue;
  item.bytes = "~";
  item.size = 1;
  value.items = &item;
  value.size = 1;
  EXPECT_EQ(id(Kind::kList, value), "[\"~0\"]");
}

}  // namespace
}  // namespace penstock::event
