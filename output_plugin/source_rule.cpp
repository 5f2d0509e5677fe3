#include "source_rule.h"

#include <algorithm>
#include <cctype>

#include "event/source_type.h"

namespace penstock::output {
namespace {

// What the JDBC driver counts as text, and so Debezium as what can be masked.
bool IsMaskedText(const TypeShape& type) {
  static const char* const kNames[] = {"bpchar", "char", "name", "text", "varchar"};
  if (type.type == PgType::kEnum) return true;
  return std::any_of(std::begin(kNames), std::end(kNames),
                     [&type](const char* name) { return std::string_view(type.name) == name; });
}

event::SourceType Describe(const TypeShape& type, bool java_metadata) {
  const TypeShape& described = type.type == PgType::kArray ? *type.element : type;
  // In snapshots Debezium takes a numeric without modifiers from the driver's metadata.
  if (java_metadata && type.base_typmod < 0 && type.type == PgType::kNumeric) return {0, 0, false};
  return event::DescribeSourceType(described.name, type.base_typmod);
}

// The driver's names for columns whose default is a sequence.
const char* SerialName(PgType type) {
  switch (type) {
    case PgType::kInt2:
      return "smallserial";
    case PgType::kInt4:
      return "serial";
    case PgType::kInt8:
      return "bigserial";
    default:
      return nullptr;
  }
}

std::string UpperCase(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return upper;
}

}  // namespace

namespace {

void DescribeSource(const ColumnShape& shape, const event::SourceType& type,
                    const event::EventOptions& options, bool snapshot, event::Column* column) {
  const std::string prefix = "__debezium.source.column.";
  auto add = [&](const char* name, const std::string& value) {
    column->parameters.emplace_back(prefix + name, value);
  };
  add("type", UpperCase(SourceTypeName(shape, options, snapshot)));
  add("length", std::to_string(type.length));
  if (type.has_scale) add("scale", std::to_string(type.scale));
  add("name", column->name);
}

}  // namespace

void ApplyRules(const event::ColumnRules& rules, const ColumnShape& shape,
                const event::EventOptions& options, bool snapshot, event::Column* column) {
  const event::SourceType type = Describe(shape.type, snapshot && options.quirks);
  if (rules.source != nullptr) DescribeSource(shape, type, options, snapshot, column);
  if (rules.value == nullptr) return;
  MaskColumn(*rules.value, {IsMaskedText(shape.type), type.length}, options, column);
}

const char* SourceTypeName(const ColumnShape& shape, const event::EventOptions& options,
                           bool snapshot) {
  const char* serial = nullptr;
  if (snapshot && options.quirks && shape.from_sequence) serial = SerialName(shape.type.type);
  return serial != nullptr ? serial : shape.type.declared_name;
}

}  // namespace penstock::output
