#include "plan_builder.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "document_plan.h"
#include "event/numeric.h"
#include "event/time_text.h"
#include "pivot_plan_builder.h"
#include "source_rule.h"

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

void SetMoney(const TypeShape& type, const EventOptions& options, Column* column) {
  column->money_digits = type.money_digits;
  column->scale = options.money_fraction_digits;
  column->kind = options.decimal_mode == DecimalMode::kPrecise  ? Kind::kMoneyDecimal
                 : options.decimal_mode == DecimalMode::kDouble ? Kind::kMoneyDouble
                                                                : Kind::kMoneyText;
}

void SetBits(const TypeShape& type, Column* column) {
  column->length = type.typmod < 0 ? 2147483647 : type.typmod;
  column->kind = column->length == 1 ? Kind::kBit : Kind::kBits;
}

// Types whose kind no option changes.
struct PlainKind {
  PgType type;
  Kind kind;
};
constexpr PlainKind kPlainKinds[] = {
    {PgType::kBool, Kind::kBool},           {PgType::kInt2, Kind::kInt16},
    {PgType::kInt4, Kind::kInt32},          {PgType::kInt8, Kind::kInt64},
    {PgType::kOid, Kind::kInt64},           {PgType::kFloat4, Kind::kFloat},
    {PgType::kFloat8, Kind::kDouble},       {PgType::kText, Kind::kText},
    {PgType::kBpchar, Kind::kText},         {PgType::kJson, Kind::kJson},
    {PgType::kJsonb, Kind::kJson},          {PgType::kXml, Kind::kXml},
    {PgType::kLtree, Kind::kLtree},         {PgType::kTsvector, Kind::kTsvector},
    {PgType::kEnum, Kind::kEnum},           {PgType::kUuid, Kind::kUuid},
    {PgType::kTimetz, Kind::kZonedTime},    {PgType::kTimestamptz, Kind::kZonedTimestamp},
    {PgType::kPoint, Kind::kPoint},         {PgType::kGeometry, Kind::kGeometry},
    {PgType::kGeography, Kind::kGeography}, {PgType::kVector, Kind::kDoubleVector},
    {PgType::kHalfvec, Kind::kFloatVector}, {PgType::kSparsevec, Kind::kSparseVector},
};

bool SetKind(const TypeShape& type, const EventOptions& options, Column* column);

// An array, and with arrays.nested one below it for each further dimension that is declared: the
// schema must know them. Without a schema an array has the dimensions of its value.
bool SetArray(const TypeShape& type, const EventOptions& options, Column* column) {
  Column* inner = column;
  const int depth = type.nested && options.value_schemas ? std::max(type.dimensions, 1) : 1;
  for (int i = 0; i < depth; ++i) {
    inner->kind = Kind::kArray;
    inner->element = std::make_unique<Column>();
    inner = inner->element.get();
    inner->optional = i + 1 == depth && !(type.required_items && options.quirks);
  }
  column->any_depth = type.nested && !options.value_schemas;
  column->null_loses_array = options.quirks && type.fragile_items;
  column->loses_items = options.quirks && type.bare_text;
  if (!SetKind(*type.element, options, inner)) return false;
  if (!type.broken_items || !options.quirks || type.nested) return true;
  if (type.element->type == PgType::kBit) {
    column->element.reset();
    SetBits(type, column);
    // bit[] has no length, and yet is not without limit.
    if (type.typmod < 0) column->kind = Kind::kBit;
  }
  HideColumn("null", column);
  return true;
}

// The kinds that options choose. False: the type is left out.
bool SetChosenKind(const TypeShape& type, const EventOptions& options, Column* column) {
  switch (type.type) {
    case PgType::kUnknown:
      column->kind = BytesKind(options);
      column->java_numbers = options.quirks && IsGeometric(type.name);
      return options.include_unknown;
    case PgType::kName:
      // With include.unknown.datatypes Debezium streams the text after all.
      column->kind = options.include_unknown ? Kind::kText : Kind::kName;
      return true;
    case PgType::kNumeric:
      SetNumeric(type, options, column);
      return true;
    case PgType::kMoney:
      SetMoney(type, options, column);
      return true;
    case PgType::kDate:
      column->kind = DateKind(options.time_mode);
      return true;
    case PgType::kTime:
      column->kind = TimeKind(options.time_mode, FractionDigits(type.typmod));
      return true;
    case PgType::kTimestamp:
      column->kind = TimestampKind(options.time_mode, FractionDigits(type.typmod));
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
    case PgType::kHstore:
      column->kind =
          options.hstore_mode == event::HstoreMode::kJson ? Kind::kHstoreJson : Kind::kHstoreMap;
      return true;
    case PgType::kArray:
      return SetArray(type, options, column);
    default:
      return false;
  }
}

// Sets kind and parameters. False: the type is left out.
bool SetKind(const TypeShape& type, const EventOptions& options, Column* column) {
  column->type_name = type.name;
  if (type.type == PgType::kEnum) column->allowed = type.labels;
  if (type.type == PgType::kTimestamptz) column->scale = FractionDigits(type.typmod);
  for (const PlainKind& plain : kPlainKinds) {
    if (plain.type != type.type) continue;
    const bool tree = options.json_expand && plain.kind == Kind::kJson;
    column->kind = tree && type.reader != Reader::kOutput ? Kind::kJsonTree : plain.kind;
    return true;
  }
  return SetChosenKind(type, options, column);
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

// What Debezium makes of literals with more digits than the column has: a decimal is none, and an
// instant of whole seconds keeps them (its scale is changed for that).
bool FitsAsDefault(const ColumnShape& shape, Column* column) {
  if (column->kind == Kind::kZonedTimestamp && column->scale == 0) column->scale = event::kFewest;
  if (shape.type.type != PgType::kNumeric || shape.type.typmod < 0) return true;
  const event::Numeric numeric({shape.default_value.bytes, shape.default_value.size});
  return numeric.MinimalScale() <= column->scale;
}

void SetDefault(const ColumnShape& shape, const EventOptions& options, Column* column) {
  if (shape.default_kind == DefaultKind::kNone || column->kind == Kind::kVariableDecimal) return;
  if (shape.default_kind == DefaultKind::kFunction) {
    column->default_json = FunctionDefault(*column, shape.type);
  } else {
    const int scale = column->scale;
    if (options.quirks && !FitsAsDefault(shape, column)) return;
    event::Buffer json;
    const bool written = WriteValue(json, *column, shape.default_value, {options.quirks, false});
    column->scale = scale;
    if (!written) return;
    column->default_json.assign(json.data(), json.size());
  }
  column->has_default = true;
}

bool CapturesColumn(const EventOptions& options, const std::string& full_name) {
  if (!options.column_include.empty()) return options.column_include.Matches(full_name);
  return !options.column_exclude.Matches(full_name);
}

// The attribute numbers of the event key.
Status KeyColumns(const RelationShape& shape, const EventOptions& options,
                  std::vector<AttrNumber>* key) {
  const std::initializer_list<std::pair<const char*, const std::vector<event::KeyRule>&>> rules = {
      {"message.key.columns", options.message_key_columns},
      {"document.id.columns", options.document.id_columns},
      {"pivot.key.columns", options.pivot.key_columns}};
  for (const auto& [option, of_option] : rules) {
    bool ruled = false;
    Status s = RuledColumns(shape, option, of_option, key, &ruled);
    if (ruled || !s.ok()) return s;
  }
  // An identity index that lacks the primary key: old rows do not hold the key, and Debezium sends
  // zero-like keys. The identity's own columns are a key that deletes know.
  if (!options.quirks && shape.has_identity && !shape.identity_full && !shape.key_in_identity) {
    key->assign(shape.identity, shape.identity + shape.identity_count);
  } else {
    key->assign(shape.key, shape.key + shape.key_count);
  }
  return {};
}

// Sets kind and parameters of a column. A key column is never left out, for the rest of the key
// would stand for several rows: what has no mapping is sent as its text.
bool SetColumnKind(const ColumnShape& source, const EventOptions& options, bool is_key,
                   bool snapshot, Column* column) {
  if (IsPlain(options.format)) {
    SetDocumentKind(source.type, column);
    return source.stored;
  }
  const bool keep = is_key && !options.quirks;
  // Generated columns are not logged by pgoutput; Debezium has them in snapshots alone.
  if (source.generated && !keep && !(snapshot && options.quirks)) return false;
  if (SetKind(source.type, options, column)) return true;
  if (!keep || source.type.reader != Reader::kOutput) return false;
  column->kind = Kind::kText;
  return true;
}

// False: the column is left out.
bool MakeColumn(const ColumnShape& source, const EventOptions& options, bool is_key, bool snapshot,
                Column* column) {
  column->name = source.name;
  column->optional = !source.not_null;
  if (!SetColumnKind(source, options, is_key, snapshot, column)) return false;
  if (is_key && column->kind == Kind::kJsonTree) column->kind = Kind::kJson;  // a key is flat
  SetDefault(source, options, column);
  return true;
}

}  // namespace

Status FindNamedColumn(const RelationShape& shape, const std::string& option,
                       const std::string& name, const ColumnShape** column) {
  const std::string full_name = std::string(shape.schema) + "." + shape.table;
  const std::string named = "option \"" + option + "\" names column \"" + name + "\", which ";
  for (int i = 0; i < shape.column_count; ++i) {
    if (name != shape.columns[i].name) continue;
    *column = &shape.columns[i];
    if (!shape.columns[i].stored) {
      return Status(StatusCode::kInvalidOption,
                    named + "table \"" + full_name + "\" does not store",
                    "Make the generated column a stored one, or name another.");
    }
    if (!shape.columns[i].unpublished) return {};
    return Status(StatusCode::kInvalidOption,
                  named + "the publication leaves out of table \"" + full_name + "\"",
                  "Add the column to the publication's column list, or name another.");
  }
  return Status(StatusCode::kInvalidOption, named + "table \"" + full_name + "\" does not have");
}

Status RuledColumns(const RelationShape& shape, const std::string& option,
                    const std::vector<event::KeyRule>& rules, std::vector<AttrNumber>* columns,
                    bool* matched) {
  const std::string full_name = std::string(shape.schema) + "." + shape.table;
  *matched = false;
  for (const event::KeyRule& rule : rules) {
    if (!rule.table.Matches(full_name)) continue;
    *matched = true;
    for (const std::string& name : rule.columns) {
      const ColumnShape* column = nullptr;
      if (Status s = FindNamedColumn(shape, option, name, &column); !s.ok()) return s;
      if (std::find(columns->begin(), columns->end(), column->attnum) == columns->end()) {
        columns->push_back(column->attnum);
      }
    }
    return {};
  }
  return {};
}

Result<std::unique_ptr<BoundPlan>> BuildPlan(const RelationShape& shape,
                                             const EventOptions& options, Purpose purpose) {
  auto bound = std::make_unique<BoundPlan>();
  event::RelationPlan& plan = bound->plan;
  plan.schema = shape.schema;
  plan.table = shape.table;
  const bool snapshot = purpose == Purpose::kSnapshot;
  const std::string table = plan.schema + "." + plan.table;
  auto add = [&](const ColumnShape& source, Column column, bool in_value) {
    plan.columns.push_back(std::move(column));
    plan.in_value.push_back(in_value);
    bound->sources.push_back({source.attnum, source.type, source.in_identity});
  };
  std::vector<AttrNumber> key;
  const bool addressed = purpose != Purpose::kReread;
  Status status = KeyColumns(shape, options, &key);
  if (!status.ok() && addressed) return status;
  plan.key.resize(key.size(), -1);
  AttrNumber routing = InvalidAttrNumber;
  status = RoutingColumn(shape, options, &routing);
  if (!status.ok() && addressed) return status;
  PivotColumns pivot;
  if (status = FindPivotColumns(shape, options, &pivot); !status.ok()) return status;
  const bool plain = IsPlain(options.format);
  bound->identity.assign(shape.identity, shape.identity + shape.identity_count);

  for (int i = 0; i < shape.column_count; ++i) {
    const ColumnShape& source = shape.columns[i];
    if (source.unpublished) continue;
    const auto in_key = std::find(key.begin(), key.end(), source.attnum);
    const bool is_key = in_key != key.end();
    Column column;
    if (!MakeColumn(source, options, is_key, snapshot, &column)) continue;
    const bool in_value =
        CapturesColumn(options, table + "." + column.name) && (plain || !source.generated);
    const bool shown_generated = source.generated && options.quirks;
    const bool routes = source.attnum == routing;
    const bool used = routes || pivot.Uses(source.attnum);
    if (!in_value && !is_key && !shown_generated && !used) continue;
    // Debezium describes a key column that the value lacks as optional.
    if (!in_value && options.quirks) column.optional = true;
    if (is_key) {
      plan.key[static_cast<size_t>(in_key - key.begin())] = static_cast<int>(plan.columns.size());
      bound->key_in_old_row = bound->key_in_old_row && source.in_identity;
    }
    if (routes) plan.document.routing.index = static_cast<int>(plan.columns.size());
    const bool shown = in_value || shown_generated;
    const event::ColumnRules rules =
        FindColumnRules(options.column_rules, table, column.name,
                        SourceTypeName(source, options, snapshot), options.quirks);
    const bool told = shown || pivot.Uses(source.attnum);
    const bool ruled = told && (rules.value != nullptr || rules.source != nullptr);
    if (ruled && (is_key || routes)) {
      // Keys are what they are: the rules are for a twin of the column, which only the value has.
      add(source, std::move(column), false);
      column = Column();
      (void)MakeColumn(source, options, is_key, snapshot, &column);
    }
    if (ruled) ApplyRules(rules, source, options, snapshot, &column);
    add(source, std::move(column), shown);
  }
  // Under quirks key columns that are left out are missing from the key; else, and wherever the key
  // addresses something, a part of a key is no key.
  std::vector<int> found;
  for (const int index : plan.key) {
    if (index >= 0) found.push_back(index);
  }
  const bool partial = options.quirks && !plain && !options.document.addressing;
  if (found.size() < plan.key.size() && !partial) found.clear();
  plan.key = std::move(found);
  if (options.document.addressing) {
    status = PlanDocument(shape, options, key, routing, purpose, bound.get());
    if (!status.ok()) return status;
  }
  if (options.format == event::Format::kPivot) {
    status = PlanPivot(shape, options, pivot, purpose, bound.get());
    if (!status.ok()) return status;
  }
  status = FinishPlan(&plan, options);
  if (!status.ok()) {
    return Status(status.code(),
                  "table \"" + plan.schema + "." + plan.table + "\": " + status.message(),
                  status.hint());
  }
  const std::string& route = options.flat.route_by_field;
  if (addressed && plan.shape == event::Shape::kFlat && !route.empty() && plan.route_column < 0) {
    return Status(StatusCode::kInvalidOption,
                  "option \"route.by.field\" names column \"" + route +
                      "\", which events of table \"" + table + "\" do not have",
                  "Leave the table out of the sink, or give the transform a predicate.");
  }
  return bound;
}

}  // namespace penstock::output
