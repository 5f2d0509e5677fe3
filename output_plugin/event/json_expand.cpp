#include "json_expand.h"

#include <cstdlib>

#include "json_node.h"
#include "json_text.h"

namespace penstock::event {
namespace {

// A Connect schema, as far as JSON has them.
struct Inferred {
  const char* type = nullptr;  // Connect's token; nullptr: the value is left out
  std::string name;            // struct
  std::vector<std::pair<std::string, Inferred>> fields;  // struct; array: one, without a name
};

const char* const kStruct = "struct";
const char* const kArray = "array";
const char* const kBytes = "bytes";

class Inference {
 public:
  explicit Inference(bool null_as_bytes) : null_as_bytes_(null_as_bytes) {}

  // False: there is no schema for it.
  bool Infer(const std::string& name, const JsonNode& node, Inferred* schema) const {
    switch (node.type) {
      case JsonNode::Type::kNull:
        schema->type = null_as_bytes_ ? kBytes : nullptr;
        return true;
      case JsonNode::Type::kBool:
        schema->type = "boolean";
        return true;
      case JsonNode::Type::kInt:
        schema->type = "int32";
        return true;
      case JsonNode::Type::kLong:
        schema->type = "int64";
        return true;
      case JsonNode::Type::kBigInteger:
      case JsonNode::Type::kDouble:
        schema->type = "double";
        return true;
      case JsonNode::Type::kString:
        schema->type = "string";
        return true;
      case JsonNode::Type::kArray:
        return InferArray(name, node, schema);
      case JsonNode::Type::kObject:
        return InferObject(name, node, schema);
    }
    return false;
  }

 private:
  bool InferObject(const std::string& name, const JsonNode& node, Inferred* schema) const {
    schema->type = kStruct;
    schema->name = name;
    for (const auto& [field, value] : node.members) {
      Inferred inner;
      if (!Infer(name.empty() ? field : name + "." + field, value, &inner)) return false;
      if (inner.type != nullptr) schema->fields.emplace_back(field, std::move(inner));
    }
    return true;
  }

  // Items must be of one type, nulls aside; of objects the fields are put together.
  bool InferArray(const std::string& name, const JsonNode& node, Inferred* schema) const {
    if (node.members.empty()) return true;
    const JsonNode* sample = nullptr;
    for (const auto& [unused, item] : node.members) {
      if (item.type == JsonNode::Type::kNull) continue;
      if (sample == nullptr) sample = &item;
      if (!SameType(*sample, item)) return false;
    }
    Inferred items;
    if (sample != nullptr && sample->type == JsonNode::Type::kObject) {
      for (const auto& [unused, item] : node.members) {
        Inferred one;
        if (item.type == JsonNode::Type::kNull) continue;
        if (!InferObject(name, item, &one)) return false;
        Merge(std::move(one), &items);
      }
    } else if (!Infer({}, sample != nullptr ? *sample : JsonNode(), &items) ||
               items.type == nullptr) {
      return false;
    }
    schema->type = kArray;
    schema->fields.emplace_back(std::string(), std::move(items));
    return true;
  }

  static bool SameType(const JsonNode& a, const JsonNode& b) {
    auto kind = [](JsonNode::Type type) {  // both of them are doubles
      return type == JsonNode::Type::kBigInteger ? JsonNode::Type::kDouble : type;
    };
    return kind(a.type) == kind(b.type);
  }

  static void Merge(Inferred one, Inferred* all) {
    if (all->type == nullptr) {
      *all = std::move(one);
      return;
    }
    for (auto& [name, field] : one.fields) {
      Inferred* known = nullptr;
      for (auto& [other, schema] : all->fields) {
        if (other == name) known = &schema;
      }
      if (known == nullptr) {
        all->fields.emplace_back(name, std::move(field));
      } else if (std::string_view(known->type) == kBytes) {
        *known = std::move(field);
      }
    }
  }

  bool null_as_bytes_;
};

// Without the closing brace.
void AppendSchema(const Inferred& schema, std::string* out) {
  *out += std::string("{\"type\":\"") + schema.type + "\",";
  if (std::string_view(schema.type) == kStruct) {
    *out += "\"fields\":[";
    for (const auto& [name, field] : schema.fields) {
      if (&field != &schema.fields.front().second) *out += ',';
      AppendSchema(field, out);
      *out += ",\"field\":" + JsonString(name) + "}";
    }
    *out += "],";
  } else if (std::string_view(schema.type) == kArray) {
    *out += "\"items\":";
    AppendSchema(schema.fields.front().second, out);
    *out += "},";
  }
  *out += "\"optional\":true";
  if (!schema.name.empty()) *out += ",\"name\":" + JsonString(schema.name);
}

bool AppendNumber(const JsonNode& node, std::string_view type, Buffer* out) {
  if (type == "double" && node.type == JsonNode::Type::kDouble) {
    AppendDouble(*out, std::strtod(node.text.c_str(), nullptr));
    return true;
  }
  const bool fits = (type == "int32" && node.type == JsonNode::Type::kInt) ||
                    (type == "int64" &&
                     (node.type == JsonNode::Type::kInt || node.type == JsonNode::Type::kLong));
  if (fits) out->Append(node.text == "-0" ? "0" : node.text);
  return fits;
}

bool AppendNode(const JsonNode& node, const Inferred& schema, Buffer* out);

bool AppendStruct(const JsonNode& node, const Inferred& schema, Buffer* out) {
  out->Append('{');
  for (const auto& [name, field] : schema.fields) {
    if (&field != &schema.fields.front().second) out->Append(',');
    AppendString(*out, name);
    out->Append(':');
    const JsonNode* value = node.Find(name);
    if (value == nullptr) {
      out->Append("null");
    } else if (!AppendNode(*value, field, out)) {
      return false;
    }
  }
  out->Append('}');
  return true;
}

// False: the value is not of the schema's type.
bool AppendNode(const JsonNode& node, const Inferred& schema, Buffer* out) {
  const std::string_view type = schema.type;
  switch (node.type) {
    case JsonNode::Type::kNull:
      out->Append("null");
      return true;
    case JsonNode::Type::kBool:
      out->Append(node.text);
      return type == "boolean";
    case JsonNode::Type::kString:
      AppendString(*out, node.text);
      return type == "string";
    case JsonNode::Type::kObject:
      return type == kStruct && AppendStruct(node, schema, out);
    case JsonNode::Type::kArray:
      if (type != kArray) return false;
      out->Append('[');
      for (const auto& [unused, item] : node.members) {
        if (&item != &node.members.front().second) out->Append(',');
        if (!AppendNode(item, schema.fields.front().second, out)) return false;
      }
      out->Append(']');
      return true;
    default:
      return AppendNumber(node, type, out);
  }
}

}  // namespace

bool ExpandJson(std::string_view text, const ExpandOptions& options, Buffer* value,
                std::string* schema) {
  if (text.empty() || (text.front() != '{' && text.front() != '[')) return false;
  JsonNode root;
  Inferred inferred;
  if (!ParseJsonNode(text, &root) ||
      !Inference(options.null_as_bytes).Infer(options.name, root, &inferred) ||
      inferred.type == nullptr) {
    return false;
  }
  const size_t start = value->size();
  if (!AppendNode(root, inferred, value)) {
    value->Truncate(start);
    return false;
  }
  schema->clear();
  AppendSchema(inferred, schema);
  return true;
}

}  // namespace penstock::event
