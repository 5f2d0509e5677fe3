// name_list.cpp: see name_list.h.
#include "name_list.h"

#include "option.h"

namespace penstock {
namespace {

// A name as a regular expression that matches nothing else.
std::string QuoteNamePart(const std::string& part) {
  if (part == "*") return ".*";
  std::string quoted;
  for (const char c : part) {
    if (std::string_view("\\^$.|?*+()[]{},").find(c) != std::string_view::npos) quoted += '\\';
    quoted += c;
  }
  return quoted;
}

}  // namespace

Result<std::string> TableNamesToIncludeList(const std::vector<std::string>& names) {
  if (names.empty()) {
    return Status(StatusCode::kInvalidOption, "argument \"tables\" names no table",
                  "Leave it out to capture every table of the database.");
  }
  std::string list;
  for (const std::string& name : names) {
    const size_t dot = name.find('.');
    if (dot == std::string::npos || dot == 0 || dot + 1 == name.size()) {
      return Status(StatusCode::kInvalidOption, "invalid table name \"" + name + "\"",
                    "Write schema.table, or schema.* for every table of a schema.");
    }
    if (!list.empty()) list += ',';
    list += QuoteNamePart(name.substr(0, dot)) + "\\." + QuoteNamePart(name.substr(dot + 1));
  }
  return list;
}

bool ListNames(std::string_view list, std::string_view item) {
  for (const std::string& element : SplitList(list)) {
    std::string_view name = element;
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
      name = name.substr(1, name.size() - 2);
    }
    if (name == item) return true;
  }
  return false;
}

}  // namespace penstock
