// column_rule.h: column.truncate.to.N.chars, column.mask.*, column.propagate.source.type and
// datatype.propagate.source.type as data.
#ifndef PENSTOCK_EVENT_COLUMN_RULE_H
#define PENSTOCK_EVENT_COLUMN_RULE_H

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "digest.h"
#include "extension/core/status.h"
#include "pattern.h"

namespace penstock::event {

// In the order in which Debezium asks its rules.
enum class ColumnAction : uint8_t {
  kTruncate,
  kReplace,       // asterisks
  kSourceType,    // parameters in the schema
  kSourceTypeOf,  // the same, chosen by the type
  kHash,          // v1: of the value as Java serialises it
  kHashText,      // v2: of the value's UTF-8
};

struct ColumnRule {
  ColumnAction action = ColumnAction::kTruncate;
  std::string option;
  PatternList names;  // over schema.table.column, or schema.table.type
  int chars = 0;      // kTruncate, kReplace
  const Digest* digest = nullptr;
  std::string salt;
};

// Reads the options of one set; the map is by name.
Status ParseColumnRules(const std::map<std::string, std::string>& options,
                        std::vector<ColumnRule>* rules);

// What rules say of a column; nullptr: none names it.
struct ColumnRules {
  const ColumnRule* value = nullptr;   // masks or truncates it
  const ColumnRule* source = nullptr;  // its type goes into the schema
};

// table: schema.table. A mask holds whatever other rules name the column; quirks: the first rule of
// Debezium's order is the only one.
ColumnRules FindColumnRules(const std::vector<ColumnRule>& rules, const std::string& table,
                            std::string_view column, std::string_view type, bool quirks);

}  // namespace penstock::event

#endif
