// Avro: a value of a made-up schema becomes bytes, which a reader of the schema's text gives back.
#include <vector>

#include "avro_reader.h"
#include "output_plugin/event/avro_schema.h"
#include "output_plugin/event/avro_writer.h"
#include "output_plugin/event/json_text.h"

namespace penstock::event {
namespace {

// Kafka Connect schemas and values in the JSON that the encoder writes.
class Maker {
 public:
  explicit Maker(fuzz::Input* input) : input_(*input) {}

  struct Type {
    std::string head;  // without "optional" and what follows
    std::string name, tail;
    std::vector<Type> members;
    std::vector<std::string> fields;
    bool optional = false;
    bool tree = false;  // any JSON
  };

  Type MakeType(int depth) {
    static constexpr const char* kPlain[] = {"boolean", "int8",   "int16", "int32", "int64",
                                             "float",   "double", "bytes", "string"};
    const int kind = input_.Below(depth > 0 ? 14 : 9);
    Type type;
    type.optional = input_.Flag();
    if (kind < 9) {
      type.head = kPlain[kind];
    } else if (kind == 9) {
      type.head = "array";
      type.members.push_back(MakeType(depth - 1));
    } else if (kind == 10) {
      type.head = "map";
      Type key;
      key.head = input_.Flag() ? "string" : "int16";
      type.members = {key, MakeType(depth - 1)};
    } else if (kind == 13) {
      type.head = "string";
      type.tail = std::string(",\"name\":\"") + kTreeName + "\"";
      type.tree = true;
    } else if (kind == 11 && !structs_.empty()) {
      type = structs_[static_cast<size_t>(input_.Below(static_cast<int>(structs_.size())))];
      type.optional = input_.Flag();
    } else {
      MakeStruct(depth, &type);
    }
    return type;
  }

  static std::string Schema(const Type& type, const std::string& field = {}) {
    std::string json = "{\"type\":\"" + type.head + "\"";
    if (type.head == "array") json += ",\"items\":" + Schema(type.members[0]);
    if (type.head == "map")
      json += ",\"keys\":" + Schema(type.members[0]) + ",\"values\":" + Schema(type.members[1]);
    if (type.head == "struct") {
      json += ",\"fields\":[";
      for (size_t i = 0; i < type.members.size(); ++i) {
        json += (i == 0 ? "" : ",") + Schema(type.members[i], type.fields[i]);
      }
      json += "]";
    }
    json += std::string(",\"optional\":") + (type.optional ? "true" : "false");
    if (!type.name.empty()) json += ",\"name\":\"" + type.name + "\"";
    json += type.tail;
    if (!field.empty()) json += ",\"field\":\"" + field + "\"";
    return json + "}";
  }

  void MakeValue(const Type& type, Buffer* out) {
    if (type.optional && input_.Flag()) return out->Append("null");
    if (type.tree) return MakeTree(4, out);
    if (type.head == "boolean") return out->Append(input_.Flag() ? "true" : "false");
    if (type.head == "int8") return AppendInt(*out, input_.Number<int8_t>());
    if (type.head == "int16") return AppendInt(*out, input_.Number<int16_t>());
    if (type.head == "int32") return AppendInt(*out, input_.Edge<int32_t>());
    if (type.head == "int64") return AppendInt(*out, input_.Edge<int64_t>());
    if (type.head == "float") return AppendFloat(*out, input_.Number<float>());
    if (type.head == "double") return AppendDouble(*out, input_.Number<double>());
    if (type.head == "string") return AppendString(*out, fuzz::AsUtf8(input_.Bytes()));
    if (type.head == "bytes") {
      const std::string bytes = input_.Bytes();
      out->Append('"');
      AppendBase64(*out, bytes.data(), bytes.size());
      return out->Append('"');
    }
    MakeMembers(type, out);
  }

 private:
  void MakeStruct(int depth, Type* type) {
    type->head = "struct";
    const int number = static_cast<int>(structs_.size());
    type->name = (input_.Flag() ? "io.test.S" : "S") + std::to_string(number);
    if (input_.Flag()) type->tail = ",\"version\":1";
    for (int i = input_.Below(4); i > 0; --i) {
      Type member = MakeType(depth - 1);
      if (member.head == "int32" && input_.Flag())
        member.tail = ",\"default\":" + std::to_string(input_.Number<int8_t>());
      if (member.head == "string" && !member.tree && input_.Flag())
        member.tail = ",\"default\":" + JsonString(fuzz::AsUtf8(input_.Bytes()));
      type->members.push_back(std::move(member));
      type->fields.push_back("f" + std::to_string(i));
    }
    // Names stand for one structure; the number was free when this one began, and inner ones took
    // others.
    type->name += "_" + std::to_string(structs_.size());
    structs_.push_back(*type);
  }

  // Spaced as jsonb is.
  void MakeTree(int depth, Buffer* out) {
    switch (input_.Below(depth > 0 ? 8 : 6)) {
      case 0:
        return out->Append(input_.Flag() ? "null" : "true");
      case 1:
        return AppendInt(*out, input_.Edge<int64_t>());
      case 2:
        return AppendDouble(*out, input_.Number<double>());
      case 3:
        AppendInt(*out, input_.Number<int64_t>() | 1);  // more digits than a long has; never 0
        return AppendInt(*out, input_.Number<uint8_t>());
      case 4:
        AppendInt(*out, input_.Number<int32_t>());
        out->Append('.');
        return AppendInt(*out, input_.Edge<int64_t>() & INT64_MAX);
      case 5:
        return AppendString(*out, fuzz::AsUtf8(input_.Bytes()));
      case 6:
        out->Append('[');
        for (int i = 0, n = input_.Below(4); i < n; ++i) {
          if (i != 0) out->Append(", ");
          MakeTree(depth - 1, out);
        }
        return out->Append(']');
      default:
        out->Append('{');
        for (int i = 0, n = input_.Below(4); i < n; ++i) {
          if (i != 0) out->Append(", ");
          AppendString(*out, fuzz::AsUtf8(input_.Bytes()));
          out->Append(": ");
          MakeTree(depth - 1, out);
        }
        out->Append('}');
    }
  }

  void MakeMembers(const Type& type, Buffer* out) {
    if (type.head == "struct") {
      out->Append('{');
      for (size_t i = 0; i < type.members.size(); ++i) {
        out->Append((i == 0 ? "\"" : ",\"") + type.fields[i] + "\":");
        MakeValue(type.members[i], out);
      }
      return out->Append('}');
    }
    const bool entries = type.head == "map" && type.members[0].head != "string";
    const bool map = type.head == "map" && !entries;
    out->Append(map ? '{' : '[');
    for (int i = 0, n = input_.Below(input_.Flag() ? 4 : 70); i < n; ++i) {
      if (i != 0) out->Append(',');
      if (type.head == "array") {
        MakeValue(type.members[0], out);
        continue;
      }
      if (entries) out->Append('[');
      MakeValue(type.members[0], out);
      out->Append(entries ? ',' : ':');
      MakeValue(type.members[1], out);
      if (entries) out->Append(']');
    }
    out->Append(map ? '}' : ']');
  }

  fuzz::Input& input_;
  std::vector<Type> structs_;
};

void CheckValue(const AvroSchema& schema, std::string_view json) {
  Buffer out;
  const Status status = AppendAvro(out, schema, json);
  DEMAND(status.ok(), json);
  rapidjson::Document expected;
  fuzz::ParseNumbers(json, &expected);
  fuzz::AvroReader(schema.text, out.view().substr(kWireHeadBytes)).Compare(expected);
}

// Any text in the place of a value: refused without a trace, or, if it is JSON, bytes that say it.
void CheckAnything(const AvroSchema& schema, std::string text) {
  Buffer out;
  out.Append("before");
  const Status status = AppendAvro(out, schema, text);
  if (!status.ok()) {
    DEMAND(out.view() == "before" && status.code() == StatusCode::kDataError, text);
    DEMAND(fuzz::ValidUtf8(status.message()) && !status.message().empty(), status.message());
    return;
  }
  rapidjson::Document expected;
  if (!fuzz::ReadNumbers(text, &expected)) return;
  fuzz::AvroReader(schema.text, out.view().substr(std::strlen("before") + kWireHeadBytes))
      .Compare(expected);
}

}  // namespace
}  // namespace penstock::event

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  using namespace penstock::event;
  fuzz::Input input(data, size);
  AvroNaming naming;
  naming.connect_meta_data = input.Flag();
  naming.scrub_invalid_names = input.Flag();
  Maker maker(&input);
  const Maker::Type type = maker.MakeType(3);
  const std::string connect = Maker::Schema(type);
  const auto schema = MakeAvroSchema(connect, naming);
  DEMAND(schema.ok(), connect);
  Buffer json;
  maker.MakeValue(type, &json);
  CheckValue(*schema.value(), json.view());
  // The same with some bytes of it changed, and anything.
  std::string changed(json.view());
  for (int i = input.Below(4); i > 0; --i) {
    changed[static_cast<size_t>(input.Below(static_cast<int>(changed.size())))] =
        input.Number<char>();
  }
  CheckAnything(*schema.value(), changed);
  CheckAnything(
      *schema.value(),
      changed.substr(0, static_cast<size_t>(input.Below(static_cast<int>(changed.size())))));
  CheckAnything(*schema.value(), input.Rest());
  return 0;
}
