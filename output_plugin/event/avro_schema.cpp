// avro_schema.cpp: see avro_schema.h. Which properties stand where follows AvroData of Confluent's
// converter and Avro's Schema.toString, so that a subject that Debezium filled knows our schemas.
#include "avro_schema.h"

#include <rapidjson/document.h>

#include <atomic>
#include <cstdlib>
#include <set>
#include <utility>

#include "avro_name.h"
#include "base64.h"
#include "json_text.h"

namespace penstock::event {
namespace {

using Json = rapidjson::Value;

constexpr std::string_view kDecimal = "org.apache.kafka.connect.data.Decimal";
constexpr std::string_view kConfluent = "io.confluent.connect.avro";
constexpr const char* kUndeclaredPrecision = "64";

struct TypeRow {
  std::string_view connect;
  const char* avro;
  AvroType type;
};
constexpr TypeRow kTypes[] = {
    {"boolean", "boolean", AvroType::kBoolean},
    {"int8", "int", AvroType::kInt},
    {"int16", "int", AvroType::kInt},
    {"int32", "int", AvroType::kInt},
    {"int64", "long", AvroType::kLong},
    {"float", "float", AvroType::kFloat},
    {"double", "double", AvroType::kDouble},
    {"bytes", "bytes", AvroType::kBytes},
    {"string", "string", AvroType::kString},
    {"array", "array", AvroType::kArray},
    {"map", "map", AvroType::kMap},
    {"struct", "record", AvroType::kRecord},
};

constexpr TypeRow kTreeRow = {"string", "record", AvroType::kTree};

// One type for all JSON, whatever a row holds: a value is in a record, as Avro can refer to nothing
// else in itself, and objects are arrays, as Apicurio refuses maps of what is around them. The
// order of the branches is avro_writer.cpp's.
constexpr const char* kTreeType =
    R"({"type":"record","name":"Json","namespace":"io.penstock.data","fields":[{"name":"value","type":["null","boolean","long","double","string",{"type":"array","items":"Json"},{"type":"record","name":"Object","fields":[{"name":"members","type":{"type":"array","items":{"type":"record","name":"Member","fields":[{"name":"name","type":"string"},{"name":"value","type":"Json"}]}}}]},{"type":"record","name":"Number","doc":"More digits than a long or a double keeps","fields":[{"name":"digits","type":"string"}]}]}]})";

constexpr std::pair<std::string_view, const char*> kLogicalTypes[] = {
    {kDecimal, "decimal"},
    {"org.apache.kafka.connect.data.Date", "date"},
    {"org.apache.kafka.connect.data.Time", "time-millis"},
    {"org.apache.kafka.connect.data.Timestamp", "timestamp-millis"},
};

std::string_view Text(const Json& value) { return {value.GetString(), value.GetStringLength()}; }

const Json* Member(const Json& object, const char* name) {
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

std::string_view TextOf(const Json& object, const char* name) {
  const Json* value = Member(object, name);
  return value != nullptr && value->IsString() ? Text(*value) : std::string_view();
}

bool IsOptional(const Json& schema) {
  const Json* optional = Member(schema, "optional");
  return optional != nullptr && optional->IsTrue();
}

const TypeRow& TypeOf(const Json& schema) {
  if (TextOf(schema, "name") == kTreeName) return kTreeRow;
  const std::string_view type = TextOf(schema, "type");
  for (const TypeRow& row : kTypes) {
    if (row.connect == type) return row;
  }
  return kTypes[8];
}

void AddProperty(std::string* out, std::string_view name, const std::string& json) {
  *out += ",\"" + std::string(name) + "\":" + json;
}

std::string ParametersJson(const Json& schema) {
  const Json* parameters = Member(schema, "parameters");
  if (parameters == nullptr || parameters->ObjectEmpty()) return {};
  std::string out;
  for (const auto& item : parameters->GetObject()) {
    out += (out.empty() ? "{" : ",") + JsonString(Text(item.name)) + ":" +
           JsonString(Text(item.value));
  }
  return out + "}";
}

// Bytes in an Avro schema: every byte the character of its number.
std::string LatinText(std::string_view base64) {
  std::string bytes, text;
  (void)DecodeBase64(base64, &bytes);
  for (const char byte : bytes) {
    const auto c = static_cast<unsigned char>(byte);
    if (c < 0x80) {
      text += byte;
    } else {
      text += static_cast<char>(0xC0 | c >> 6);
      text += static_cast<char>(0x80 | (c & 0x3F));
    }
  }
  return JsonString(text);
}

// A default of the Connect schema as JSON of the Avro schema. Numbers were parsed as text.
std::string DefaultJson(const Json& schema, const Json& value) {
  if (value.IsNull()) return "null";
  if (value.IsBool()) return value.GetBool() ? "true" : "false";
  std::string out;
  switch (TypeOf(schema).type) {
    case AvroType::kBytes:
      return LatinText(Text(value));
    case AvroType::kString:
      return JsonString(Text(value));
    case AvroType::kArray:
      for (const auto& item : value.GetArray()) {
        out += (out.empty() ? "" : ",") + DefaultJson(*Member(schema, "items"), item);
      }
      return "[" + out + "]";
    case AvroType::kMap:
      for (const auto& item : value.GetObject()) {
        out += (out.empty() ? "" : ",") + JsonString(Text(item.name)) + ":" +
               DefaultJson(*Member(schema, "values"), item.value);
      }
      return "{" + out + "}";
    case AvroType::kRecord:
      for (const auto& field : Member(schema, "fields")->GetArray()) {
        const std::string name(TextOf(field, "field"));
        const Json* item = Member(value, name.c_str());
        out += (out.empty() ? "" : ",") + JsonString(name) + ":" +
               (item == nullptr ? "null" : DefaultJson(field, *item));
      }
      return "{" + out + "}";
    default:
      // A number, or the name of one that is not finite.
      return TextOf(schema, "type").empty() || Text(value).find_first_of("NI") == 0 ||
                     Text(value).find("-I") == 0
                 ? JsonString(Text(value))
                 : std::string(Text(value));
  }
}

// nullptr: none. Columns of json.expand have theirs in the rows alone.
const Json* DefaultOf(const Json& schema) {
  const Json* value = Member(schema, "default");
  const bool none = value == nullptr || value->IsNull() || TypeOf(schema).type == AvroType::kTree;
  return none ? nullptr : value;
}

// The default once more, beside the field's type. Avro keeps a float there as the double it widens
// to, and has no way to write one that is not finite.
std::string FieldDefault(const Json& schema) {
  const Json* value = DefaultOf(schema);
  if (value == nullptr) return IsOptional(schema) ? "null" : "";
  const AvroType type = TypeOf(schema).type;
  std::string json = DefaultJson(schema, *value);
  if (type != AvroType::kFloat && type != AvroType::kDouble) return json;
  if (json.front() == '"') return {};
  if (type == AvroType::kDouble) return json;
  Buffer widened;
  AppendDouble(widened, static_cast<double>(std::strtof(json.c_str(), nullptr)));
  return std::string(widened.view());
}

class Maker {
 public:
  explicit Maker(const AvroNaming& naming) : naming_(naming) {}

  // The type of a schema, its union with null included.
  std::string Type(const Json& schema, const std::string& space, AvroNode* node) {
    const TypeRow& row = TypeOf(schema);
    node->type = row.type;
    node->optional = IsOptional(schema);
    node->null_first = row.type == AvroType::kRecord || DefaultOf(schema) == nullptr;
    std::string type = Branch(schema, row, space, node);
    if (!node->optional) return type;
    return node->null_first ? "[\"null\"," + type + "]" : "[" + type + ",\"null\"]";
  }

  const Status& status() const { return status_; }

  AvroName NameOf(const Json& schema) {
    const std::string_view given = TextOf(schema, "name");
    if (given.empty()) {
      ++unnamed_;
      const std::string number = unnamed_ > 1 ? std::to_string(unnamed_) : "";
      return {std::string(kConfluent), "ConnectDefault" + number};
    }
    const AvroName name = SplitAvroName(given, naming_.scrub_invalid_names);
    // Java does not look at namespaces, so that a topic.prefix with a hyphen works.
    if (!IsLegalAvroName(name.simple)) Illegal("schema name", std::string(given));
    return name;
  }

 private:
  void Illegal(const std::string& what, const std::string& name) {
    if (!status_.ok()) return;
    status_ = Status(StatusCode::kDataError, what + " \"" + name + "\" is not a legal name in Avro",
                     "Set schema.name.adjustment.mode and field.name.adjustment.mode to avro.");
  }

  std::string Branch(const Json& schema, const TypeRow& row, const std::string& space,
                     AvroNode* node) {
    switch (row.type) {
      case AvroType::kRecord:
        return Record(schema, space, node);
      case AvroType::kArray:
      case AvroType::kMap:
        return Collection(schema, space, node);
      case AvroType::kTree:
        return defined_.insert(kTreeName).second ? kTreeType : JsonString(kTreeName);
      default:
        return Plain(schema, row);
    }
  }

  // The properties that follow what Avro itself needs.
  std::string Properties(const Json& schema) const {
    std::string out;
    if (naming_.connect_meta_data) {
      const std::string_view doc = TextOf(schema, "doc");
      if (!doc.empty()) AddProperty(&out, "connect.doc", JsonString(doc));
      const std::string_view version = TextOf(schema, "version");
      if (!version.empty()) AddProperty(&out, "connect.version", std::string(version));
      const std::string parameters = ParametersJson(schema);
      if (!parameters.empty()) AddProperty(&out, "connect.parameters", parameters);
      if (const Json* value = DefaultOf(schema); value != nullptr) {
        AddProperty(&out, "connect.default", DefaultJson(schema, *value));
      }
      const std::string_view name = TextOf(schema, "name");
      if (!name.empty()) AddProperty(&out, "connect.name", JsonString(name));
      const std::string_view type = TextOf(schema, "type");
      if (type == "int8" || type == "int16") {
        AddProperty(&out, "connect.type", JsonString(type));
      }
    }
    for (const auto& [name, logical] : kLogicalTypes) {
      if (name == TextOf(schema, "name")) AddProperty(&out, "logicalType", JsonString(logical));
    }
    return out;
  }

  std::string Plain(const Json& schema, const TypeRow& row) const {
    std::string properties;
    if (TextOf(schema, "name") == kDecimal) {
      const Json* parameters = Member(schema, "parameters");
      std::string_view scale, precision;
      if (parameters != nullptr) scale = TextOf(*parameters, "scale");
      if (parameters != nullptr) precision = TextOf(*parameters, "connect.decimal.precision");
      AddProperty(&properties, "scale", std::string(scale.empty() ? "0" : scale));
      AddProperty(&properties, "precision",
                  std::string(precision.empty() ? kUndeclaredPrecision : precision));
    }
    properties += Properties(schema);
    const std::string type = "\"" + std::string(row.avro) + "\"";
    return properties.empty() ? type : "{\"type\":" + type + properties + "}";
  }

  std::string Collection(const Json& schema, const std::string& space, AvroNode* node) {
    if (node->type == AvroType::kArray) {
      node->members.resize(1);
      return "{\"type\":\"array\",\"items\":" +
             Type(*Member(schema, "items"), space, &node->members[0]) + Properties(schema) + "}";
    }
    const Json& keys = *Member(schema, "keys");
    if (TextOf(keys, "type") == "string" && !IsOptional(keys)) {
      node->members.resize(1);
      return "{\"type\":\"map\",\"values\":" +
             Type(*Member(schema, "values"), space, &node->members[0]) + Properties(schema) + "}";
    }
    // Other keys than text: an array of records.
    node->type = AvroType::kEntries;
    node->members.resize(2);
    const bool named = !TextOf(schema, "name").empty();
    const AvroName name = named ? NameOf(schema) : AvroName{std::string(kConfluent), "MapEntry"};
    std::string fields;
    AddField(keys, "key", name.space, &node->members[0], &fields);
    AddField(*Member(schema, "values"), "value", name.space, &node->members[1], &fields);
    const std::string mark = named ? ",\"connect.internal.type\":\"MapEntry\"" : "";
    return "{\"type\":\"array\",\"items\":" + Definition(name, space, fields, mark) +
           Properties(schema) + "}";
  }

  // A record, or its name when it was defined before: Avro defines a name once.
  std::string Record(const Json& schema, const std::string& space, AvroNode* node) {
    const AvroName name = NameOf(schema);
    const bool known =
        TextOf(schema, "name").empty() ? false : !defined_.insert(name.Full()).second;
    std::string fields;
    std::set<std::string> names;
    for (const auto& field : Member(schema, "fields")->GetArray()) {
      const std::string given(TextOf(field, "field"));
      const std::string field_name = naming_.scrub_invalid_names ? ScrubAvroName(given) : given;
      if (!IsLegalAvroName(field_name) || !names.insert(field_name).second) {
        Illegal("field name", given);
      }
      node->members.emplace_back();
      AddField(field, field_name, name.space, &node->members.back(), &fields);
      node->members.back().label = JsonString(given) + ":";
    }
    if (known) return JsonString(name.space == space ? name.simple : name.Full());
    return Definition(name, space, fields, Properties(schema));
  }

  static std::string Definition(const AvroName& name, const std::string& space,
                                const std::string& fields, const std::string& properties) {
    std::string out = "{\"type\":\"record\",\"name\":" + JsonString(name.simple);
    if (name.space != space) out += ",\"namespace\":" + JsonString(name.space);
    return out + ",\"fields\":[" + fields + "]" + properties + "}";
  }

  void AddField(const Json& schema, const std::string& name, const std::string& space,
                AvroNode* node, std::string* fields) {
    const std::string_view type_name = TextOf(schema, "name");
    // Parameters of a field whose type is only referred to would be lost.
    const bool seen = !type_name.empty() && !seen_.insert(std::string(type_name)).second;
    const std::string type = Type(schema, space, node);
    *fields += (fields->empty() ? "" : ",") + std::string("{\"name\":") + JsonString(name) +
               ",\"type\":" + type;
    const std::string value = FieldDefault(schema);
    if (!value.empty()) *fields += ",\"default\":" + value;
    const std::string parameters = ParametersJson(schema);
    if (seen && node->type == AvroType::kRecord && naming_.connect_meta_data &&
        !parameters.empty()) {
      AddProperty(fields, "connect.parameters", parameters);
    }
    *fields += "}";
  }

  const AvroNaming& naming_;
  Status status_;
  int unnamed_ = 0;
  std::set<std::string> defined_;
  std::set<std::string> seen_;
};

uint64_t NextSerial() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

}  // namespace

Result<std::shared_ptr<const AvroSchema>> MakeAvroSchema(std::string_view connect_schema,
                                                         const AvroNaming& naming) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseNumbersAsStringsFlag>(connect_schema.data(),
                                                        connect_schema.size());
  if (document.HasParseError() || !document.IsObject()) {
    return Status(StatusCode::kInternal, "a schema of events is not JSON");
  }
  auto schema = std::make_shared<AvroSchema>();
  Maker maker(naming);
  schema->text = maker.Type(document, {}, &schema->root);
  if (!maker.status().ok()) return maker.status();
  const AvroNode& root = schema->root;
  schema->name = root.optional ? "union" : TypeOf(document).avro;
  if (root.type == AvroType::kRecord && !root.optional) {
    schema->name = Maker(naming).NameOf(document).Full();
  }
  schema->serial = NextSerial();
  return std::shared_ptr<const AvroSchema>(std::move(schema));
}

}  // namespace penstock::event
