#include "transform_values.h"

#include <algorithm>

#include "event_options.h"

namespace penstock::event {
namespace {

constexpr OptionSupport kYes = OptionSupport::kImplemented;
constexpr OptionScope kScope = OptionScope::kEvent;

// The options of transforms that no format has under its own name. Sorted by name.
// clang-format off
const OptionRow kRows[] = {
    {"converted.timezone", kScope, OptionType::kString, nullptr, nullptr, 0, 0, kYes, "TimezoneConverter"},
    {"exclude.list", kScope, OptionType::kList, "", nullptr, 0, 0, kYes, "TimezoneConverter"},
    {"header.changed.name", kScope, OptionType::kString, "", nullptr, 0, 0, kYes, "ExtractChangedRecordState"},
    {"header.unchanged.name", kScope, OptionType::kString, "", nullptr, 0, 0, kYes, "ExtractChangedRecordState"},
    {"include.list", kScope, OptionType::kList, "", nullptr, 0, 0, kYes, "TimezoneConverter"},
    {"key.enforce.uniqueness", kScope, OptionType::kBool, "true", nullptr, 0, 0, kYes, "ByLogicalTableRouter"},
    {"key.field.name", kScope, OptionType::kString, "__dbz__physicalTableIdentifier", nullptr, 0, 0, kYes, "ByLogicalTableRouter"},
    {"key.field.regex", kScope, OptionType::kString, "", nullptr, 0, 0, kYes, "ByLogicalTableRouter"},
    {"key.field.replacement", kScope, OptionType::kString, "", nullptr, 0, 0, kYes, "ByLogicalTableRouter"},
    {"logical.table.cache.size", kScope, OptionType::kInt, "16", nullptr, 1, INT32_MAX, kYes, "ByLogicalTableRouter"},
    {"negate", kScope, OptionType::kBool, "false", nullptr, 0, 0, kYes, "any transform"},
};
// clang-format on

const OptionRow* RowOf(std::string_view name) {
  const OptionRow* row = FindOption({kRows, sizeof kRows / sizeof kRows[0]}, name);
  return row != nullptr ? row : FindOption(EventOptionTable(), name);
}

}  // namespace

Status TransformValues::Check(const std::vector<const char*>& names) const {
  for (auto it = values_.lower_bound(prefix_);
       it != values_.end() && it->first.compare(0, prefix_.size(), prefix_) == 0; ++it) {
    const std::string name = it->first.substr(prefix_.size());
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return Status(StatusCode::kNotSupported, "option \"" + it->first + "\" is not supported");
    }
    const OptionRow* row = RowOf(name);
    if (row == nullptr || row->support != kYes) continue;
    if (Status s = CheckOptionValue(*row, it->first, it->second); !s.ok()) return s;
  }
  return {};
}

std::string TransformValues::Text(const char* name) const {
  const OptionRow* row = RowOf(name);
  const auto found = values_.find(prefix_ + name);
  if (found == values_.end()) {
    return row != nullptr && row->default_value != nullptr ? row->default_value : "";
  }
  const bool is_text = row == nullptr || row->type == OptionType::kString;
  return is_text ? found->second : std::string(Trim(found->second));
}

bool TransformValues::Flag(const char* name) const {
  bool value = false;
  (void)ParseBool(Text(name), &value);
  return value;
}

int TransformValues::Choice(const char* name) const {
  const std::vector<std::string> allowed = SplitList(RowOf(name)->allowed, '|');
  const std::string value = Text(name);
  for (size_t i = 0; i < allowed.size(); ++i) {
    if (EqualsIgnoreCase(allowed[i], value)) return static_cast<int>(i);
  }
  return 0;
}

Result<TopicRule> TransformValues::Rule(const char* regex, const char* replacement) const {
  if (Text(regex).empty() || (!Has(replacement) && Text(replacement).empty())) {
    return Status(StatusCode::kInvalidOption, "options \"" + Name(regex) + "\" and \"" +
                                                  Name(replacement) + "\" belong together");
  }
  Result<Pattern> pattern = Pattern::Compile(Text(regex), false);
  if (!pattern.ok()) return pattern.status();
  TopicRule rule{std::move(pattern.value()), Text(replacement)};
  if (!rule.regex.AcceptsReplacement(rule.replacement)) {
    return Status(StatusCode::kInvalidOption,
                  "option \"" + Name(replacement) + "\" names a group that the regex lacks");
  }
  return rule;
}

}  // namespace penstock::event
