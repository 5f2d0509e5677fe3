// json_node.h: JSON as a tree that keeps the order of members and the spelling of numbers.
#ifndef PENSTOCK_EVENT_JSON_NODE_H
#define PENSTOCK_EVENT_JSON_NODE_H

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace penstock::event {

struct JsonNode {
  enum class Type { kNull, kBool, kInt, kLong, kBigInteger, kDouble, kString, kArray, kObject };

  Type type = Type::kNull;
  std::string text;  // of a string; of a number or boolean as it was written
  // Of an object, the last of equal names in the place of the first; of an array without names.
  std::vector<std::pair<std::string, JsonNode>> members;

  const JsonNode* Find(std::string_view name) const;
};

// Reads the first value of the text; what follows it is not looked at. False: it is not JSON, or
// nested deeper than kDeepestJson.
bool ParseJsonNode(std::string_view text, JsonNode* root);

}  // namespace penstock::event

#endif
