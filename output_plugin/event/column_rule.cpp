#include "column_rule.h"

#include <algorithm>

#include "extension/core/option.h"

namespace penstock::event {
namespace {

// An option's name is prefix, a part that says more, and suffix.
struct NameRow {
  ColumnAction action;
  const char* prefix;
  const char* suffix;
};
// The longer of two prefixes first.
constexpr NameRow kNames[] = {
    {ColumnAction::kTruncate, "column.truncate.to.", ".chars"},
    {ColumnAction::kReplace, "column.mask.with.", ".chars"},
    {ColumnAction::kHashText, "column.mask.hash.v2.", ""},
    {ColumnAction::kHash, "column.mask.hash.", ""},
    {ColumnAction::kSourceType, "column.propagate.source.type", ""},
    {ColumnAction::kSourceTypeOf, "datatype.propagate.source.type", ""},
};
constexpr std::string_view kSalt = ".with.salt.";
// A mask is a value of each row.
constexpr int64_t kMaxMaskChars = 65536;
constexpr int64_t kMaxChars = 2147483647;

Status Invalid(const std::string& option, const std::string& problem, const std::string& hint) {
  return Status(StatusCode::kInvalidOption, "option \"" + option + "\" " + problem, hint);
}

const NameRow* FindRow(std::string_view name) {
  for (const NameRow& row : kNames) {
    if (name.substr(0, std::string_view(row.prefix).size()) == row.prefix) return &row;
  }
  return nullptr;
}

Status ParseChars(std::string_view middle, std::string_view suffix, ColumnRule* rule) {
  const int64_t most = rule->action == ColumnAction::kReplace ? kMaxMaskChars : kMaxChars;
  const size_t digits = middle.size() - std::min(middle.size(), suffix.size());
  int64_t chars = 0;
  if (middle.substr(digits) != suffix || !ParseInt64(middle.substr(0, digits), &chars) ||
      chars < 0 || chars > most) {
    return Invalid(rule->option, "lacks a number of characters",
                   "Before \".chars\" stands a number from 0 to " + std::to_string(most) + ".");
  }
  rule->chars = static_cast<int>(chars);
  return {};
}

Status ParseHash(std::string_view middle, ColumnRule* rule) {
  const size_t salt = middle.find(kSalt);
  if (salt == std::string_view::npos || salt + kSalt.size() == middle.size()) {
    return Invalid(rule->option, "lacks a salt",
                   "Its form is column.mask.hash.v2.ALGORITHM.with.salt.SALT.");
  }
  rule->digest = FindDigest(middle.substr(0, salt));
  rule->salt = middle.substr(salt + kSalt.size());
  if (rule->digest != nullptr) return {};
  return Status(StatusCode::kNotSupported,
                "hash algorithm \"" + std::string(middle.substr(0, salt)) + "\" is not supported",
                "Supported are " + DigestNames() + ".");
}

Status ParseRule(const NameRow& row, const std::string& name, const std::string& value,
                 ColumnRule* rule) {
  rule->action = row.action;
  rule->option = name.substr(0, name.find(kSalt));  // salts are nobody's business
  const std::string_view prefix = row.prefix;
  const std::string_view middle = std::string_view(name).substr(prefix.size());
  Status status;
  if (row.action == ColumnAction::kTruncate || row.action == ColumnAction::kReplace) {
    status = ParseChars(middle, row.suffix, rule);
  } else if (row.action == ColumnAction::kHash || row.action == ColumnAction::kHashText) {
    status = ParseHash(middle, rule);
  }
  if (!status.ok()) return status;
  Result<PatternList> names = PatternList::Parse(rule->option, value);
  if (!names.ok()) return names.status();
  rule->names = std::move(names.value());
  return {};
}

}  // namespace

Status ParseColumnRules(const std::map<std::string, std::string>& options,
                        std::vector<ColumnRule>* rules) {
  for (const auto& [name, value] : options) {
    const NameRow* row = FindRow(name);
    if (row == nullptr) continue;
    ColumnRule rule;
    if (Status status = ParseRule(*row, name, value, &rule); !status.ok()) return status;
    rules->push_back(std::move(rule));
  }
  std::stable_sort(rules->begin(), rules->end(),
                   [](const ColumnRule& a, const ColumnRule& b) { return a.action < b.action; });
  return {};
}

ColumnRules FindColumnRules(const std::vector<ColumnRule>& rules, const std::string& table,
                            std::string_view column, std::string_view type, bool quirks) {
  ColumnRules found;
  for (const ColumnRule& rule : rules) {
    const std::string_view last = rule.action == ColumnAction::kSourceTypeOf ? type : column;
    if (!rule.names.Matches(table + "." + std::string(last))) continue;
    const bool is_source =
        rule.action == ColumnAction::kSourceType || rule.action == ColumnAction::kSourceTypeOf;
    const ColumnRule*& place = is_source ? found.source : found.value;
    const bool stronger = place != nullptr && place->action == ColumnAction::kTruncate &&
                          rule.action != ColumnAction::kTruncate;
    if (place == nullptr || stronger) place = &rule;
    if (quirks) break;
  }
  return found;
}

}  // namespace penstock::event
