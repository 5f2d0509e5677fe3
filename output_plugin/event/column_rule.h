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

// In the order in which Debezium asks its rules: the first that names a column is the only one.
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

// table: schema.table. nullptr: no rule names the column.
const ColumnRule* FindColumnRule(const std::vector<ColumnRule>& rules, const std::string& table,
                                 std::string_view column, std::string_view type);

}  // namespace penstock::event

#endif
