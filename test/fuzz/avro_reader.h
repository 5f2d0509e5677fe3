// avro_reader.h: Avro's binary form read by the text of its schema, beside the JSON that it was
// made from: both must say the same.
#ifndef PENSTOCK_TEST_FUZZ_AVRO_READER_H
#define PENSTOCK_TEST_FUZZ_AVRO_READER_H

#include <cstdlib>
#include <limits>
#include <map>
#include <string>

#include "fuzz.h"

namespace penstock::fuzz {

class AvroReader {
 public:
  AvroReader(std::string_view schema, std::string_view bytes) : bytes_(bytes), text_(bytes) {
    ParseStrictly(schema, &schema_);
    Define(schema_, "");
  }

  // Reads all bytes; bytes that are a whole key or value have no length before them.
  void Compare(const rapidjson::Value& expected) {
    if (NameOf(schema_) == "bytes") {
      DEMAND(Base64(expected) == bytes_, text_);
      return;
    }
    Value(schema_, "", expected);
    DEMAND(bytes_.empty(), text_);
  }

 private:
  using Json = rapidjson::Value;

  static std::string_view Member(const Json& schema, const char* name) {
    const auto found = schema.FindMember(name);
    return found == schema.MemberEnd() || !found->value.IsString() ? std::string_view()
                                                                   : TextOf(found->value);
  }
  // The namespace of a record's members; "" is none, whatever is around it.
  static std::string SpaceOf(const Json& record, const std::string& around) {
    return record.HasMember("namespace") ? std::string(Member(record, "namespace")) : around;
  }
  static std::string_view NameOf(const Json& schema) {
    if (schema.IsString()) return TextOf(schema);
    return schema.IsObject() ? Member(schema, "type") : std::string_view();
  }

  static std::string Base64(const Json& text) {
    static constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    unsigned bits = 0, count = 0;
    for (const char c : TextOf(text)) {
      if (c == '=') break;
      bits = bits << 6 | static_cast<unsigned>(kAlphabet.find(c));
      count += 6;
      if (count < 8) continue;
      count -= 8;
      bytes += static_cast<char>(bits >> count);
    }
    return bytes;
  }

  std::string_view Take(uint64_t n) {
    DEMAND(n <= bytes_.size(), text_);
    const std::string_view taken = bytes_.substr(0, n);
    bytes_.remove_prefix(n);
    return taken;
  }
  int64_t Long() {
    uint64_t bits = 0;
    for (int shift = 0;; shift += 7) {
      DEMAND(shift < 70, text_);
      const auto byte = static_cast<unsigned char>(Take(1)[0]);
      bits |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) break;
    }
    return static_cast<int64_t>(bits >> 1) ^ -static_cast<int64_t>(bits & 1);
  }
  std::string_view Text() {
    const int64_t size = Long();
    DEMAND(size >= 0, text_);
    return Take(static_cast<uint64_t>(size));
  }

  template <typename T>
  void Real(const Json& expected) {
    T value;
    std::memcpy(&value, Take(sizeof value).data(), sizeof value);
    if (expected.IsString()) {
      const std::string_view name = TextOf(expected);
      DEMAND(name == (value != value ? "NaN" : value > 0 ? "Infinity" : "-Infinity"), name);
      DEMAND(!(value - value == 0), name);
    } else {
      DEMAND(value == static_cast<T>(expected.GetDouble()), text_);
    }
  }

  template <typename Entry>
  void Blocks(const Entry& entry) {
    for (;;) {
      const int64_t count = Long();
      DEMAND(count >= 0, text_);
      if (count == 0) return;
      for (int64_t i = 0; i < count; ++i) entry();
    }
  }

  void Record(const Json& schema, const std::string& space, const Json& expected) {
    const auto& fields = schema["fields"].GetArray();
    DEMAND(expected.IsObject() && expected.MemberCount() == fields.Size(), text_);
    auto member = expected.MemberBegin();
    for (const auto& field : fields) {
      Value(field["type"], space, member->value);
      ++member;
    }
  }

  // A record of a key and a value is a member of an array, which the JSON has as pairs.
  void Items(const Json& schema, const std::string& space, const Json& expected) {
    rapidjson::SizeType i = 0;
    DEMAND(expected.IsArray(), text_);
    Blocks([&] {
      DEMAND(i < expected.Size(), text_);
      const Json& item = expected[i++];
      const Json& type = schema["items"];
      const Json* record = Resolve(type, space);
      if (item.IsArray() && record != nullptr && (*record)["fields"].Size() == 2) {
        DEMAND(item.Size() == 2, text_);
        Value((*record)["fields"][0]["type"], space, item[0]);
        Value((*record)["fields"][1]["type"], space, item[1]);
      } else {
        Value(type, space, item);
      }
    });
    DEMAND(i == expected.Size(), text_);
  }

  void Map(const Json& schema, const std::string& space, const Json& expected) {
    DEMAND(expected.IsObject(), text_);
    auto member = expected.MemberBegin();
    Blocks([&] {
      DEMAND(member != expected.MemberEnd(), text_);
      DEMAND(Text() == TextOf(member->name), text_);
      Value(schema["values"], space, member->value);
      ++member;
    });
    DEMAND(member == expected.MemberEnd(), text_);
  }

  // Any JSON, by the branches that docs/avro.md lists.
  void Tree(const Json& expected) {
    rapidjson::SizeType i = 0;
    switch (Long()) {
      case 0:
        DEMAND(expected.IsNull(), text_);
        return;
      case 1:
        DEMAND(expected.IsBool() && Take(1)[0] == (expected.GetBool() ? 1 : 0), text_);
        return;
      case 2:
        DEMAND(expected.IsInt64() && Long() == expected.GetInt64(), text_);
        return;
      case 3:
        DEMAND(expected.IsNumber(), text_);
        return Real<double>(expected);
      case 4:
        DEMAND(Text() == TextOf(expected), text_);
        return;
      case 5:
        DEMAND(expected.IsArray(), text_);
        Blocks([&] {
          DEMAND(i < expected.Size(), text_);
          Tree(expected[i++]);
        });
        DEMAND(i == expected.Size(), text_);
        return;
      case 6:
        DEMAND(expected.IsObject(), text_);
        Blocks([&] {
          DEMAND(i < expected.MemberCount(), text_);
          const auto& member = expected.MemberBegin()[static_cast<std::ptrdiff_t>(i++)];
          DEMAND(Text() == TextOf(member.name), text_);
          Tree(member.value);
        });
        DEMAND(i == expected.MemberCount(), text_);
        return;
      case 7:
        DEMAND(std::strtod(std::string(Text()).c_str(), nullptr) == expected.GetDouble(), text_);
        return;
      default:
        DEMAND(false, text_);
    }
  }

  // The record that a schema is or names; nullptr: none.
  const Json* Resolve(const Json& schema, std::string space) {
    if (schema.IsObject() && Member(schema, "type") == "record") {
      space = SpaceOf(schema, space);
      const std::string name(Member(schema, "name"));
      records_[space.empty() ? name : space + "." + name] = &schema;
      return &schema;
    }
    if (!schema.IsString()) return nullptr;
    const std::string name(TextOf(schema));
    auto found = records_.find(space.empty() ? name : space + "." + name);
    // As Java's Names does: a name that is not of the namespace around it is a whole one.
    if (found == records_.end()) found = records_.find(name);
    return found == records_.end() ? nullptr : found->second;
  }

  void Value(const Json& schema, const std::string& space, const Json& expected) {
    if (schema.IsArray()) {  // a union of null and something
      const int64_t branch = Long();
      DEMAND(branch >= 0 && branch < static_cast<int64_t>(schema.Size()), text_);
      const Json& chosen = schema[static_cast<rapidjson::SizeType>(branch)];
      DEMAND((NameOf(chosen) == "null") == expected.IsNull(), text_);
      if (!expected.IsNull()) Value(chosen, space, expected);
      return;
    }
    if (const Json* record = Resolve(schema, space); record != nullptr) {
      if (Member(*record, "namespace") == "io.penstock.data" && Member(*record, "name") == "Json") {
        return Tree(expected);
      }
      return Record(*record, SpaceOf(*record, space), expected);
    }
    const std::string_view type = NameOf(schema);
    if (type == "boolean") {
      DEMAND(Take(1)[0] == (expected.GetBool() ? 1 : 0), text_);
    } else if (type == "int" || type == "long") {
      DEMAND(Long() == expected.GetInt64(), text_);
    } else if (type == "float") {
      Real<float>(expected);
    } else if (type == "double") {
      Real<double>(expected);
    } else if (type == "bytes") {
      DEMAND(Text() == Base64(expected), text_);
    } else if (type == "string") {
      DEMAND(Text() == TextOf(expected), text_);
    } else if (type == "array") {
      Items(schema, space, expected);
    } else if (type == "map") {
      Map(schema, space, expected);
    } else {
      DEMAND(false, type);
    }
  }

  // Records by name: one is defined where it comes first, though there may be no value of it there.
  void Define(const Json& schema, std::string space) {
    if (schema.IsArray()) {
      for (const Json& branch : schema.GetArray()) Define(branch, space);
      return;
    }
    if (!schema.IsObject()) return;
    if (Member(schema, "type") == "record") {
      (void)Resolve(schema, space);
      space = SpaceOf(schema, space);
      for (const auto& field : schema["fields"].GetArray()) Define(field["type"], space);
    }
    for (const char* part : {"items", "values"}) {
      if (schema.HasMember(part)) Define(schema[part], space);
    }
  }

  rapidjson::Document schema_;
  std::string_view bytes_;
  const std::string_view text_;
  std::map<std::string, const Json*> records_;
};

}  // namespace penstock::fuzz

#endif
