#include "column.h"

#include "avro_schema.h"
#include "digest.h"
#include "json_text.h"

namespace penstock::event {
namespace {

// The schema of each kind, in the order of the enum.
struct KindRow {
  const char* type;      // Connect's type token
  const char* name;      // semantic type name; nullptr: none
  const char* fallback;  // zero-like value
};

constexpr const char* kVariableFields =
    "struct\",\"fields\":[{\"type\":\"int32\",\"optional\":false,\"field\":\"scale\"},"
    "{\"type\":\"bytes\",\"optional\":false,\"field\":\"value\"}],\"";
constexpr const char* kPointFields =
    "struct\",\"fields\":[{\"type\":\"double\",\"optional\":false,\"field\":\"x\"},"
    "{\"type\":\"double\",\"optional\":false,\"field\":\"y\"},"
    "{\"type\":\"bytes\",\"optional\":true,\"field\":\"wkb\"},"
    "{\"type\":\"int32\",\"optional\":true,\"field\":\"srid\"}],\"";
constexpr const char* kMapFields =
    "map\",\"keys\":{\"type\":\"string\",\"optional\":false},"
    "\"values\":{\"type\":\"string\",\"optional\":true},\"";
constexpr const char* kGeometryFields =
    "struct\",\"fields\":[{\"type\":\"bytes\",\"optional\":false,\"field\":\"wkb\"},"
    "{\"type\":\"int32\",\"optional\":true,\"field\":\"srid\"}],\"";
constexpr const char* kDoublesFields =
    "array\",\"items\":{\"type\":\"double\",\"optional\":false},\"";
constexpr const char* kFloatsFields =
    "array\",\"items\":{\"type\":\"float\",\"optional\":false},\"";
constexpr const char* kSparseFields =
    "struct\",\"fields\":[{\"type\":\"int16\",\"optional\":false,\"field\":\"dimensions\"},"
    "{\"type\":\"map\",\"keys\":{\"type\":\"int16\",\"optional\":false},"
    "\"values\":{\"type\":\"double\",\"optional\":false},\"optional\":false,\"field\":\"vector\"}],"
    "\"";
constexpr const char* kEmptyGeometry = "{\"wkb\":\"AQcAAAAAAAAA\",\"srid\":null}";  // a collection
constexpr const char* kConnectDecimal = "org.apache.kafka.connect.data.Decimal";

constexpr KindRow kKinds[] = {
    {"boolean", nullptr, "false"},
    {"int16", nullptr, "0"},
    {"int32", nullptr, "0"},
    {"int64", nullptr, "0"},
    {"float", nullptr, "0.0"},
    {"double", nullptr, "0.0"},
    {"string", nullptr, "\"\""},
    {"string", "io.debezium.data.Json", "\"\""},
    {"string", "io.debezium.data.Xml", "\"\""},
    {"string", "io.debezium.data.Ltree", "\"\""},
    {"string", "io.debezium.data.Tsvector", "\"\""},
    {"string", "io.debezium.data.Enum", "\"\""},
    {"string", "io.debezium.data.Uuid", "\"\""},
    {"bytes", kConnectDecimal, "\"AA==\""},
    {kVariableFields, "io.debezium.data.VariableScaleDecimal", "{\"scale\":0,\"value\":\"AA==\"}"},
    {"double", nullptr, "0.0"},
    {"string", nullptr, nullptr},
    {"bytes", kConnectDecimal, "\"AA==\""},
    {"double", nullptr, "0.0"},
    {"string", nullptr, nullptr},
    {"int32", "io.debezium.time.Date", "0"},
    {"int32", "org.apache.kafka.connect.data.Date", "0"},
    {"string", "io.debezium.time.IsoDate", "\"1970-01-01Z\""},
    {"int32", "io.debezium.time.Time", "0"},
    {"int64", "io.debezium.time.MicroTime", "0"},
    {"int64", "io.debezium.time.NanoTime", "0"},
    {"int32", "org.apache.kafka.connect.data.Time", "0"},
    {"string", "io.debezium.time.IsoTime", "\"00:00:00Z\""},
    {"string", "io.debezium.time.ZonedTime", "\"00:00:00Z\""},
    {"int64", "io.debezium.time.Timestamp", "0"},
    {"int64", "io.debezium.time.MicroTimestamp", "0"},
    {"int64", "io.debezium.time.NanoTimestamp", "0"},
    {"int64", "org.apache.kafka.connect.data.Timestamp", "0"},
    {"string", "io.debezium.time.IsoTimestamp", "\"1970-01-01T00:00:00Z\""},
    {"string", "io.debezium.time.ZonedTimestamp", "\"1970-01-01T00:00:00Z\""},
    {"int64", "io.debezium.time.MicroDuration", "0"},
    {"string", "io.debezium.time.Interval", "\"P0Y0M0DT0H0M0S\""},
    {"bytes", nullptr, "\"\""},
    {"string", nullptr, "\"\""},
    {"string", nullptr, "\"\""},
    {"string", nullptr, "\"\""},
    {"boolean", nullptr, "false"},
    {"bytes", "io.debezium.data.Bits", "\"\""},
    {kPointFields, "io.debezium.data.geometry.Point",
     "{\"x\":0.0,\"y\":0.0,\"wkb\":\"AQEAAAAAAAAAAAAAAAAAAAAAAAAA\",\"srid\":null}"},
    {"string", "io.debezium.data.Json", "\"{}\""},
    {kMapFields, nullptr, "{}"},
    {"string", nullptr, "\"\""},
    {"array", nullptr, "[]"},
    {nullptr, nullptr, nullptr},  // a masked column: its element's
    {kGeometryFields, "io.debezium.data.geometry.Geometry", kEmptyGeometry},
    {kGeometryFields, "io.debezium.data.geometry.Geography", kEmptyGeometry},
    {kDoublesFields, "io.debezium.data.DoubleVector", "[]"},
    {kFloatsFields, "io.debezium.data.FloatVector", "[]"},
    {kSparseFields, "io.debezium.data.SparseDoubleVector", "{\"dimensions\":0,\"vector\":[]}"},
    {"string", kTreeName, "{}"},
    {"", nullptr, nullptr},  // kInZone: described before it became one
};
static_assert(sizeof kKinds / sizeof kKinds[0] == static_cast<size_t>(kFirstDocumentKind),
              "one row per kind");

const KindRow& RowOf(Kind kind) { return kKinds[static_cast<size_t>(kind)]; }

std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

void AppendParameters(std::string* out, const Column& column) {
  std::string members;
  auto add = [&members](const std::string& name, const std::string& value) {
    members += (members.empty() ? "" : ",") + JsonString(name) + ":" + JsonString(value);
  };
  switch (column.kind) {
    case Kind::kDecimal:
    case Kind::kMoneyDecimal:
      add("scale", std::to_string(column.scale));
      if (column.precision != 0) add("connect.decimal.precision", std::to_string(column.precision));
      break;
    case Kind::kBits:
      add("length", std::to_string(column.length));
      break;
    case Kind::kEnum:
      add("allowed", column.allowed);
      break;
    default:
      break;
  }
  for (const auto& [name, value] : column.parameters) add(name, value);
  if (!members.empty()) *out += ",\"parameters\":{" + members + "}";
}

const char* DocOf(Kind kind) {
  if (kind == Kind::kVariableDecimal) return "Variable scaled decimal";
  if (kind == Kind::kPoint) return "Geometry (POINT)";
  if (kind == Kind::kGeometry) return "Geometry";
  if (kind == Kind::kGeography) return "Geography";
  if (kind == Kind::kSparseVector) return "Sparse double vector";
  return nullptr;
}

std::string Base64(std::string_view bytes) {
  Buffer out;
  AppendBase64(out, bytes.data(), bytes.size());
  return std::string(out.view());
}

// Whether a byte may be the second of a character that begins with first: with neither more bytes
// than the character needs, nor beyond U+10FFFF.
bool IsSecondByte(unsigned char first, unsigned char second) {
  const unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = first == 0xF4 ? 0x8F : 0xBF;
  return second >= low && second <= high;
}

// Half of a surrogate pair, which Java counts as one character that it cannot decode.
bool IsHalf(unsigned char first, unsigned char second) { return first == 0xED && second >= 0xA0; }

// Bytes as a JSON string; what is no UTF-8 is U+FFFD, as in Java.
std::string TextJson(std::string_view bytes) {
  std::string text;
  for (size_t i = 0; i < bytes.size();) {
    const auto c = static_cast<unsigned char>(bytes[i]);
    const size_t n = c < 0x80                ? 1
                     : c >= 0xC2 && c < 0xE0 ? 2
                     : c >= 0xE0 && c < 0xF0 ? 3
                     : c >= 0xF0 && c < 0xF5 ? 4
                                             : 0;
    size_t good = n == 0 ? 0 : 1;
    while (good != 0 && good < n && i + good < bytes.size()) {
      const auto next = static_cast<unsigned char>(bytes[i + good]);
      if (good == 1 ? !IsSecondByte(c, next) : (next & 0xC0) != 0x80) break;
      ++good;
    }
    if (n != 0 && good == n && !(n == 3 && IsHalf(c, static_cast<unsigned char>(bytes[i + 1])))) {
      text += bytes.substr(i, n);
    } else {
      text += "\uFFFD";
    }
    i += good == 0 ? 1 : good;
  }
  return JsonString(text);
}

// Debezium's placeholder of an array: elements that it can make from the placeholder's bytes.
std::string UnavailableArray(const Column& column, const std::string& placeholder) {
  const std::string& type = column.type_name;
  if (column.element->kind == Kind::kArray) return "null";
  if (type == "_text" || type == "_varchar" || type == "_bpchar" || type == "_json" ||
      type == "_jsonb") {
    return "[" + TextJson(placeholder) + "]";
  }
  if (type == "_bytea" && column.element->kind != Kind::kBytes) return "null";
  if (type == "_bytea") return "[" + Quoted(Base64(placeholder)) + "]";
  if (type == "_uuid") return "[\"" + NameUuid(placeholder) + "\"]";
  // Days, but not the dates of the other modes.
  const bool days = type == "_date" && column.element->kind == Kind::kDate;
  if (type == "_int4" || type == "_int8" || days) {
    std::string codes = "[";
    for (const char c : placeholder) {
      codes += (codes.size() > 1 ? "," : "") + std::to_string(static_cast<signed char>(c));
    }
    return codes + "]";
  }
  return "null";
}

// What an unchanged large value prints (debezium.md: unavailable TOAST values).
std::string UnavailableJson(const Column& column, const EventOptions& options) {
  const std::string& placeholder = options.unavailable_placeholder;
  switch (column.kind) {
    case Kind::kText:
    case Kind::kJson:
    case Kind::kJsonTree:
    case Kind::kXml:
    case Kind::kLtree:
    case Kind::kTsvector:
    case Kind::kNumericText:
    case Kind::kHex:
      return TextJson(placeholder);
    case Kind::kBytes:
      return Quoted(Base64(placeholder));
    case Kind::kBase64:  // Debezium forgets these two
      return options.quirks ? "null" : Quoted(Base64(placeholder));
    case Kind::kBase64Url: {
      Buffer out;
      AppendBase64(out, placeholder.data(), placeholder.size(), true);
      return options.quirks ? "null" : Quoted(std::string(out.view()));
    }
    case Kind::kHstoreJson:
      return JsonString("{" + TextJson(placeholder) + ":" + TextJson(placeholder) + "}");
    case Kind::kHstoreMap:
      return "{" + TextJson(placeholder) + ":" + TextJson(placeholder) + "}";
    case Kind::kArray:
      return UnavailableArray(column, placeholder);
    default:
      return "null";
  }
}

}  // namespace

std::string ColumnSchema(const Column& column, std::string_view field) {
  if (column.kind == Kind::kMasked) return ColumnSchema(*column.element, field);
  const KindRow& row = RowOf(column.kind);
  std::string out = "{\"type\":\"";
  if (column.kind == Kind::kArray) {
    out += "array\",\"items\":" + ColumnSchema(*column.element, {}) + ",\"";
  } else if (std::string_view(row.type).find('"') != std::string_view::npos) {
    out += row.type;  // a struct or map: its members stand before "optional"
  } else {
    out += std::string(row.type) + "\",\"";
  }
  // Debezium's geometries are optional even where the column is not.
  const bool optional = column.optional || column.kind == Kind::kGeometry;
  out += std::string("optional\":") + (optional ? "true" : "false");
  if (row.name != nullptr) out += ",\"name\":\"" + std::string(row.name) + "\",\"version\":1";
  if (const char* doc = DocOf(column.kind); doc != nullptr) {
    out += ",\"doc\":\"" + std::string(doc) + "\"";
  }
  AppendParameters(&out, column);
  if (column.has_default) out += ",\"default\":" + column.default_json;
  if (!field.empty()) out += ",\"field\":" + JsonString(field);
  return out + "}";
}

std::string FallbackJson(const Column& column) {
  const char* fallback = RowOf(column.kind).fallback;
  if (fallback != nullptr) return fallback;
  std::string zero = "0";  // decimals as text carry the column's scale
  if (column.scale > 0) zero += "." + std::string(static_cast<size_t>(column.scale), '0');
  return Quoted(zero);
}

void FinishColumn(Column* column, const EventOptions& options) {
  column->field_name = AdjustName(column->name, options.field_names, NameKind::kField);
  if (column->kind == Kind::kMasked) return FinishMasked(column, options);
  column->prefix = "," + JsonString(column->field_name) + ":";
  if (IsPlain(options.format)) {
    column->null_json = column->absent_json = column->unavailable_json = "null";
    return;
  }
  column->schema = ColumnSchema(*column, column->field_name);
  const bool default_for_null = column->has_default && options.replace_null_with_default;
  column->null_json = default_for_null && column->optional ? column->default_json : "null";
  column->absent_json = column->has_default ? column->default_json
                        : column->optional  ? std::string("null")
                                            : FallbackJson(*column);
  if (column->optional && !default_for_null) column->absent_json = "null";
  column->unavailable_json = UnavailableJson(*column, options);
  // A null where there may be one is what Debezium sends.
  column->unavailable_known =
      column->unavailable_json != "null" || (options.quirks && column->optional);
  if (options.quirks && column->unavailable_json == "null") {
    column->unavailable_json = column->null_json;
  }
}

bool WriteField(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode) {
  switch (value.state) {
    case FieldState::kValue:
      if (WriteValue(out, column, value, mode)) return true;
      out.Append(column.null_json);
      return false;
    case FieldState::kNull:
      out.Append(column.null_json);
      return true;
    case FieldState::kUnavailable:
      out.Append(column.unavailable_json);
      return column.unavailable_known;
    case FieldState::kAbsent:
      out.Append(column.absent_json);
      return true;
    case FieldState::kItems:  // inside of arrays
      break;
  }
  return true;
}

}  // namespace penstock::event
