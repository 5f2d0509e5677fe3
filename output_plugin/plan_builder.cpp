#include "plan_builder.h"

#include <utility>

namespace penstock::output {
namespace {

using event::BinaryMode;
using event::Column;
using event::DecimalMode;
using event::EventOptions;
using event::Kind;
using event::TimeMode;

constexpr int32 kVarHeader = 4;  // VARHDRSZ, which numeric and character modifiers include

int FractionDigits(int32 typmod) { return typmod < 0 ? 6 : typmod; }

Kind BytesKind(const EventOptions& options) {
  switch (options.binary_mode) {
    case BinaryMode::kBytes:
      return Kind::kBytes;
    case BinaryMode::kBase64:
      return Kind::kBase64;
    case BinaryMode::kBase64Url:
      return Kind::kBase64Url;
    case BinaryMode::kHex:
      return Kind::kHex;
  }
  return Kind::kBytes;
}

Kind DateKind(TimeMode mode) {
  if (mode == TimeMode::kConnect) return Kind::kConnectDate;
  return mode == TimeMode::kIsoString ? Kind::kIsoDate : Kind::kDate;
}

Kind TimeKind(TimeMode mode, int digits) {
  switch (mode) {
    case TimeMode::kAdaptive:
      return digits <= 3 ? Kind::kTimeMillis : Kind::kTimeMicros;
    case TimeMode::kNanos:
      return Kind::kTimeNanos;
    case TimeMode::kConnect:
      return Kind::kConnectTime;
    case TimeMode::kIsoString:
      return Kind::kIsoTime;
    default:
      return Kind::kTimeMicros;
  }
}

Kind TimestampKind(TimeMode mode, int digits) {
  switch (mode) {
    case TimeMode::kAdaptive:
    case TimeMode::kAdaptiveMicros:
      return digits <= 3 ? Kind::kTimestampMillis : Kind::kTimestampMicros;
    case TimeMode::kNanos:
      return Kind::kTimestampNanos;
    case TimeMode::kConnect:
      return Kind::kConnectTimestamp;
    case TimeMode::kIsoString:
      return Kind::kIsoTimestamp;
    default:
      return Kind::kTimestampMicros;
  }
}

bool IsGeometric(std::string_view type_name) {
  for (const char* name : {"box", "circle", "line", "lseg", "path", "polygon"}) {
    if (type_name == name) return true;
  }
  return false;
}

void SetNumeric(const TypeShape& type, const EventOptions& options, Column* column) {
  const bool fixed = type.typmod >= kVarHeader;
  if (fixed) {
    const int32 modifier = type.typmod - kVarHeader;
    column->precision = (modifier >> 16) & 0xFFFF;
    column->scale = modifier & 0x7FF;
    // Since 15 the scale is signed in 11 bits; the JDBC driver takes it as unsigned.
    if (!options.quirks) column->scale = (column->scale ^ 1024) - 1024;
  }
  switch (options.decimal_mode) {
    case DecimalMode::kPrecise:
      column->kind = fixed ? Kind::kDecimal : Kind::kVariableDecimal;
      break;
    case DecimalMode::kDouble:
      column->kind = Kind::kNumericDouble;
      break;
    case DecimalMode::kString:
      column->kind = Kind::kNumericText;
      if (!fixed) column->scale = -1;
      break;
  }
}

void SetMoney(const EventOptions& options, Column* column) {
  column->scale = options.money_fraction_digits;
  column->kind = options.decimal_mode == DecimalMode::kPrecise  ? Kind::kMoneyDecimal
                 : options.decimal_mode == DecimalMode::kDouble ? Kind::kMoneyDouble
                                                                : Kind::kMoneyText;
}

void SetBits(const TypeShape& type, Column* column) {
  column->length = type.typmod < 0 ? 2147483647 : type.typmod;
  column->kind = column->length == 1 ? Kind::kBit : Kind::kBits;
}

// Sets kind and parameters. False: the type is left out.
bool SetKind(const TypeShape& type, const EventOptions& options, Column* column) {
  column->type_name = type.name;
  switch (type.type) {
    case PgType::kUnknown:
      column->kind = BytesKind(options);
      column->java_numbers = options.quirks && IsGeometric(type.name);
      return options.include_unknown && type.name[0] != '_';
    case PgType::kBool:
      column->kind = Kind::kBool;
      return true;
    case PgType::kInt2:
      column->kind = Kind::kInt16;
      return true;
    case PgType::kInt4:
      column->kind = Kind::kInt32;
      return true;
    case PgType::kInt8:
    case PgType::kOid:
      column->kind = Kind::kInt64;
      return true;
    case PgType::kFloat4:
      column->kind = Kind::kFloat;
      return true;
    case PgType::kFloat8:
      column->kind = Kind::kDouble;
      return true;
    case PgType::kNumeric:
      SetNumeric(type, options, column);
      return true;
    case PgType::kMoney:
      SetMoney(options, column);
      return true;
    case PgType::kText:
    case PgType::kBpchar:
      column->kind = Kind::kText;
      return true;
    case PgType::kName:
      // With include.unknown.datatypes Debezium streams the text after all.
      column->kind = options.include_unknown ? Kind::kText : Kind::kName;
      return true;
    case PgType::kJson:
    case PgType::kJsonb:
      column->kind = Kind::kJson;
      return true;
    case PgType::kXml:
      column->kind = Kind::kXml;
      return true;
    case PgType::kLtree:
      column->kind = Kind::kLtree;
      return true;
    case PgType::kTsvector:
      column->kind = Kind::kTsvector;
      return true;
    case PgType::kEnum:
      column->kind = Kind::kEnum;
      column->allowed = type.labels;
      return true;
    case PgType::kUuid:
      column->kind = Kind::kUuid;
      return true;
    case PgType::kDate:
      column->kind = DateKind(options.time_mode);
      return true;
    case PgType::kTime:
      column->kind = TimeKind(options.time_mode, FractionDigits(type.typmod));
      return true;
    case PgType::kTimetz:
      column->kind = Kind::kZonedTime;
      return true;
    case PgType::kTimestamp:
      column->kind = TimestampKind(options.time_mode, FractionDigits(type.typmod));
      return true;
    case PgType::kTimestamptz:
      column->kind = Kind::kZonedTimestamp;
      column->scale = FractionDigits(type.typmod);
      return true;
    case PgType::kInterval:
      column->kind = options.interval_mode == event::IntervalMode::kNumeric ? Kind::kDuration
                                                                            : Kind::kIntervalText;
      return true;
    case PgType::kBytea:
      column->kind = BytesKind(options);
      return true;
    case PgType::kBit:
    case PgType::kVarbit:
      SetBits(type, column);
      return true;
    case PgType::kPoint:
      column->kind = Kind::kPoint;
      return true;
    case PgType::kHstore:
      column->kind =
          options.hstore_mode == event::HstoreMode::kJson ? Kind::kHstoreJson : Kind::kHstoreMap;
      return true;
    case PgType::kArray:
      column->kind = Kind::kArray;
      column->element = std::make_unique<Column>();
      column->element->optional = type.element->type != PgType::kEnum;
      if (!SetKind(*type.element, options, column->element.get())) return false;
      // Debezium formats elements of timestamptz[] with six digits always.
      if (type.element->type == PgType::kTimestamptz) column->element->scale = 6;
      return true;
  }
  return false;
}

// What a function default shows: zero-like, but not always the fallback of an unknown value.
std::string FunctionDefault(const Column& column, const TypeShape& type) {
  switch (column.kind) {
    case Kind::kUuid:
      return "\"00000000-0000-0000-0000-000000000000\"";
    case Kind::kJson:
      return "\"{}\"";
    case Kind::kZonedTimestamp: {
      const int digits = FractionDigits(type.typmod);
      return "\"1970-01-01T00:00:00" +
             (digits == 0 ? "" : "." + std::string(static_cast<size_t>(digits), '0')) + "Z\"";
    }
    default:
      return FallbackJson(column);
  }
}

void SetDefault(const ColumnShape& shape, const EventOptions& options, Column* column) {
  if (shape.default_kind == DefaultKind::kNone || column->kind == Kind::kVariableDecimal) return;
  if (shape.default_kind == DefaultKind::kFunction) {
    column->default_json = FunctionDefault(*column, shape.type);
  } else {
    event::Buffer json;
    if (!WriteValue(json, *column, shape.default_value, {options.quirks, false})) return;
    column->default_json.assign(json.data(), json.size());
  }
  column->has_default = true;
}

bool CapturesColumn(const EventOptions& options, const std::string& full_name) {
  if (!options.column_include.empty()) return options.column_include.Matches(full_name);
  return !options.column_exclude.Matches(full_name);
}

// The attribute numbers of the event key.
std::vector<AttrNumber> KeyColumns(const RelationShape& shape, const EventOptions& options) {
  const std::string full_name = std::string(shape.schema) + "." + shape.table;
  for (const event::KeyRule& rule : options.message_key_columns) {
    if (!rule.table.Matches(full_name)) continue;
    std::vector<AttrNumber> key;
    for (const std::string& name : rule.columns) {
      for (int i = 0; i < shape.column_count; ++i) {
        if (name == shape.columns[i].name) key.push_back(shape.columns[i].attnum);
      }
    }
    if (!key.empty()) return key;
  }
  // An identity index that lacks the primary key: old rows do not hold the key, and Debezium sends
  // zero-like keys. The identity's own columns are a key that deletes know.
  if (!options.quirks && shape.has_identity && !shape.identity_full && !shape.key_in_identity) {
    return {shape.identity, shape.identity + shape.identity_count};
  }
  return {shape.key, shape.key + shape.key_count};
}

}  // namespace

bool CapturesTable(const EventOptions& options, const std::string& schema,
                   const std::string& table) {
  // Debezium's built-in exclusions, and our own catalogue, which may hold secrets.
  if (schema == "pg_catalog" || schema == "information_schema" || schema == "penstock" ||
      schema.compare(0, 8, "pg_toast") == 0 || schema.compare(0, 7, "pg_temp") == 0) {
    return false;
  }
  if (!options.schema_include.empty() && !options.schema_include.Matches(schema)) return false;
  if (options.schema_exclude.Matches(schema)) return false;
  const std::string full_name = schema + "." + table;
  if (!options.table_include.empty()) return options.table_include.Matches(full_name);
  return !options.table_exclude.Matches(full_name);
}

std::unique_ptr<BoundPlan> BuildPlan(const RelationShape& shape, const EventOptions& options,
                                     bool snapshot) {
  auto bound = std::make_unique<BoundPlan>();
  event::RelationPlan& plan = bound->plan;
  plan.schema = shape.schema;
  plan.table = shape.table;
  const std::string prefix = plan.schema + "." + plan.table + ".";
  const std::vector<AttrNumber> key = KeyColumns(shape, options);
  plan.key.resize(key.size(), -1);

  for (int i = 0; i < shape.column_count; ++i) {
    const ColumnShape& source = shape.columns[i];
    // Generated columns are not logged by pgoutput; Debezium has them in snapshots alone.
    if (source.generated && !(snapshot && options.quirks)) continue;
    Column column;
    column.name = source.name;
    column.optional = !source.not_null;
    if (!SetKind(source.type, options, &column)) continue;
    SetDefault(source, options, &column);
    bool is_key = false;
    for (size_t k = 0; k < key.size(); ++k) {
      if (key[k] != source.attnum) continue;
      plan.key[k] = static_cast<int>(plan.columns.size());
      is_key = true;
    }
    const bool in_value = CapturesColumn(options, prefix + column.name);
    if (!in_value && !is_key) continue;
    plan.columns.push_back(std::move(column));
    plan.in_value.push_back(in_value);
    bound->sources.push_back({source.attnum, source.type, source.in_identity});
  }
  // Key columns of types that are left out cannot be part of the key.
  std::vector<int> found;
  for (const int index : plan.key) {
    if (index >= 0) found.push_back(index);
  }
  plan.key = std::move(found);
  FinishPlan(&plan, options);
  return bound;
}

}  // namespace penstock::output
