// snapshot_options.cpp: see snapshot_options.h.
#include "snapshot_options.h"

#include <string_view>

#include "option.h"

namespace penstock {
namespace {

constexpr std::string_view kList = "snapshot.select.statement.overrides";

Status Invalid(const std::string& message, const std::string& hint) {
  return Status(StatusCode::kInvalidOption, message, hint);
}

}  // namespace

Status ParseSelectOverrides(const std::map<std::string, std::string>& options,
                            std::map<std::string, std::string>* statements) {
  const std::string prefix = std::string(kList) + ".";
  if (const auto list = options.find(std::string(kList)); list != options.end()) {
    for (const std::string& table : SplitList(list->second)) {
      const auto statement = options.find(prefix + table);
      if (statement == options.end() || Trim(statement->second).empty()) {
        return Invalid("option \"" + prefix + table + "\" is missing",
                       "Each table of snapshot.select.statement.overrides needs a statement.");
      }
      (*statements)[table] = statement->second;
    }
  }
  for (auto it = options.lower_bound(prefix);
       it != options.end() && it->first.rfind(prefix, 0) == 0; ++it) {
    const std::string table = it->first.substr(prefix.size());
    if (statements->count(table) != 0) continue;
    return Invalid("option \"" + it->first + "\" is for a table that is not listed",
                   "Add " + table + " to snapshot.select.statement.overrides.");
  }
  return {};
}

}  // namespace penstock
