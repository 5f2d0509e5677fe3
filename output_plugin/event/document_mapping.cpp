#include "document_mapping.h"

#include "json_text.h"
#include "metadata.h"

namespace penstock::event {
namespace {

// Values that a type cannot hold (NaN, infinity, years beyond 9999) stay in the document without
// being indexed.
constexpr const char* kDate = R"({"type":"date","ignore_malformed":true})";
constexpr const char* kMillis =
    R"({"type":"date","format":"epoch_millis","ignore_malformed":true})";
constexpr const char* kFloat = R"({"type":"float","ignore_malformed":true})";
constexpr const char* kDouble = R"({"type":"double","ignore_malformed":true})";
constexpr const char* kShort = R"({"type":"short"})";
constexpr const char* kInteger = R"({"type":"integer"})";
constexpr const char* kLong = R"({"type":"long"})";
constexpr const char* kBoolean = R"({"type":"boolean"})";
constexpr const char* kBinary = R"({"type":"binary"})";
constexpr const char* kText =
    R"({"type":"text","fields":{"keyword":{"type":"keyword","ignore_above":256}}})";
// A term has 32766 bytes at most, a character four.
constexpr const char* kKeyword = R"({"type":"keyword","ignore_above":8191})";
constexpr const char* kPoint =
    R"({"properties":{"x":{"type":"double","ignore_malformed":true},"y":{"type":"double","ignore_malformed":true}}})";
constexpr const char* kPointWithWkb =
    R"({"properties":{"x":{"type":"double","ignore_malformed":true},"y":{"type":"double","ignore_malformed":true},"wkb":{"type":"binary"},"srid":{"type":"integer"}}})";
constexpr const char* kWkb =
    R"({"properties":{"wkb":{"type":"binary"},"srid":{"type":"integer"}}})";
constexpr const char* kSparse =
    R"({"properties":{"dimensions":{"type":"integer"},"vector":{"type":"double"}}})";
constexpr const char* kUnscaled =
    R"({"properties":{"scale":{"type":"integer"},"value":{"type":"binary"}}})";
constexpr const char* kByJsonMapping = nullptr;  // json.mapping decides
constexpr const char* kOfElement =
    "";  // arrays and masked columns are mapped as their elements are

// By kind, in the order of the enum. Those of Debezium's encodings first.
constexpr const char* kMappings[] = {
    kBoolean,                      // boolean
    kShort, kInteger, kLong,       // integers
    kFloat, kDouble,               // floats
    kText, kText, kText,           // text, json, xml
    kKeyword, kText, kKeyword,     // ltree, tsvector, enum
    kKeyword,                      // uuid
    kBinary, kUnscaled, kDouble,   // numeric
    kKeyword,                      // ... as text
    kBinary, kDouble, kKeyword,    // money
    kInteger, kInteger, kKeyword,  // date
    kInteger, kLong, kLong,        // time
    kInteger, kKeyword, kKeyword,  // ... and timetz
    kMillis, kLong, kLong,         // timestamp
    kMillis, kDate, kDate,         // ... and timestamptz
    kLong, kKeyword,               // interval
    kBinary, kBinary, kKeyword,    // bytea
    kKeyword,                      // ... as hex
    kBoolean, kBinary,             // bit, varbit
    kPointWithWkb,                 // point
    kText, kByJsonMapping,         // hstore
    kText,                         // name
    kOfElement,                    // arrays
    kOfElement,                    // masked
    kWkb, kWkb,                    // geometry, geography
    kDouble, kFloat, kSparse,      // vectors
    kByJsonMapping,                // json as a tree
    kOfElement,                    // in a time zone
    // documents
    kKeyword, kDouble, kDouble,      // keyword, numeric, money
    kDate, kKeyword, kKeyword,       // date, time, timetz
    kDate, kKeyword,                 // timestamp and timestamptz, interval
    kByJsonMapping, kByJsonMapping,  // json and jsonb, hstore
    kBinary, kKeyword, kPoint,       // bytea, bit and varbit, point
    kOfElement,                      // arrays
};
static_assert(sizeof kMappings / sizeof kMappings[0] == kKindCount, "one mapping per kind");

const char* JsonFieldMapping(JsonMapping json) {
  switch (json) {
    case JsonMapping::kDynamic:
      return "";
    case JsonMapping::kFlattened:
      return R"({"type":"flattened","ignore_above":8191})";
    case JsonMapping::kDisabled:
      return R"({"type":"object","enabled":false})";
  }
  return "";
}

// Elasticsearch's and OpenSearch's own fields, which no document may hold.
constexpr const char* kOwnFields[] = {
    "_doc_count", "_feature", "_field_names", "_id",      "_ignored",     "_ignored_source",
    "_index",     "_meta",    "_nested_path", "_routing", "_seq_no",      "_size",
    "_source",    "_tier",    "_type",        "_version", "_primary_term"};

}  // namespace

std::string FieldMapping(const Column& column, JsonMapping json) {
  const char* mapping = kMappings[static_cast<size_t>(column.kind)];
  if (mapping == kByJsonMapping) return JsonFieldMapping(json);
  if (*mapping == '\0') return FieldMapping(*column.element, json);
  return mapping;
}

std::string DocumentMapping(const RelationPlan& plan, const EventOptions& options) {
  std::string fields;
  auto add = [&fields](const std::string& name, const std::string& mapping) {
    if (mapping.empty()) return;
    if (!fields.empty()) fields += ',';
    fields += JsonString(name) + ":" + mapping;
  };
  for (const int index : plan.value_columns) {
    const Column& column = plan.columns[static_cast<size_t>(index)];
    add(column.name, FieldMapping(column, options.document.json_mapping));
  }
  if (options.format == Format::kFlat) {
    if (HasDeletedField(options)) add("__deleted", kKeyword);
    for (const AddedField& field : options.flat.add_fields) {
      const bool text = std::string(MetadataType(field.path)) == "string";
      add(field.name, text ? kKeyword : kLong);
    }
  }
  return "{\"properties\":{" + fields + "}}";
}

bool IsFieldName(const std::string& name, const char** reason) {
  for (const char* own : kOwnFields) {
    if (name != own) continue;
    *reason = "The name belongs to the index itself.";
    return false;
  }
  // A dot makes an object of what stands before it.
  *reason = "A dot stands between the names of an object and its member.";
  return name.front() != '.' && name.back() != '.' && name.find("..") == std::string::npos;
}

}  // namespace penstock::event
