#include "json_node.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <unordered_map>

#include "extension/core/json.h"
#include "extension/core/option.h"

namespace penstock::event {
namespace {

JsonNode::Type NumberType(const std::string& text) {
  if (text.find_first_of(".eE") != std::string::npos) return JsonNode::Type::kDouble;
  int64_t value = 0;
  if (!ParseInt64(text, &value)) return JsonNode::Type::kBigInteger;
  return value >= INT32_MIN && value <= INT32_MAX ? JsonNode::Type::kInt : JsonNode::Type::kLong;
}

// RapidJSON makes three bytes of the second half of a surrogate pair that has no first, which is no
// UTF-8; a question mark stands for it, as for all halves.
std::string WithoutHalves(const char* text, size_t size) {
  std::string clean(text, size);
  for (size_t at = 0; (at = clean.find('\xED', at)) != std::string::npos; ++at) {
    // Behind the last byte there is a zero.
    if (static_cast<unsigned char>(clean[at + 1]) >= 0xA0) clean.replace(at, 3, "?");
  }
  return clean;
}

// Puts the tree together from the events of rapidjson's reader, without recursion.
class Builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
 public:
  explicit Builder(JsonNode* root) : root_(root) {}

  bool Null() { return Add(JsonNode::Type::kNull, {}); }
  bool Bool(bool value) { return Add(JsonNode::Type::kBool, value ? "true" : "false"); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    std::string digits(text, size);
    const JsonNode::Type type = NumberType(digits);
    return Add(type, std::move(digits));
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return Add(JsonNode::Type::kString, WithoutHalves(text, size));
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    open_.back().key = WithoutHalves(text, size);
    return true;
  }
  bool StartObject() { return Open(JsonNode::Type::kObject); }
  bool StartArray() { return Open(JsonNode::Type::kArray); }
  bool EndObject(rapidjson::SizeType) { return Close(); }
  bool EndArray(rapidjson::SizeType) { return Close(); }

 private:
  struct Frame {
    JsonNode* node;
    std::string key;
    std::unordered_map<std::string, size_t> places;
  };

  JsonNode* Place() {
    if (open_.empty()) return root_;
    Frame& frame = open_.back();
    auto& members = frame.node->members;
    if (frame.node->type == JsonNode::Type::kObject) {
      const auto [found, is_new] = frame.places.emplace(frame.key, members.size());
      if (!is_new) {
        members[found->second].second = JsonNode();
        return &members[found->second].second;
      }
    }
    members.emplace_back(frame.key, JsonNode());
    return &members.back().second;
  }
  bool Add(JsonNode::Type type, std::string text) {
    JsonNode* node = Place();
    node->type = type;
    node->text = std::move(text);
    return true;
  }
  bool Open(JsonNode::Type type) {
    if (open_.size() >= static_cast<size_t>(kDeepestJson)) return false;
    JsonNode* node = Place();
    node->type = type;
    open_.push_back({node, {}, {}});
    return true;
  }
  // The parent's members do not grow while a child is open, so that its pointer stays.
  bool Close() {
    open_.pop_back();
    return true;
  }

  JsonNode* root_;
  std::vector<Frame> open_;
};

}  // namespace

const JsonNode* JsonNode::Find(std::string_view name) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [name](const auto& member) { return member.first == name; });
  return found == members.end() ? nullptr : &found->second;
}

bool ParseJsonNode(std::string_view text, JsonNode* root) {
  Builder builder(root);
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag |
                              rapidjson::kParseNumbersAsStringsFlag |
                              rapidjson::kParseStopWhenDoneFlag;
  return !reader.Parse<kFlags>(stream, builder).IsError();
}

}  // namespace penstock::event
