// option.cpp: look-up, checks and small parsers shared by every option table.
#include "extension/core/option.h"

#include <algorithm>
#include <charconv>

namespace penstock {
namespace {

char LowerOf(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool IsPrefixRow(std::string_view row_name) { return !row_name.empty() && row_name.back() == '*'; }

bool IsAllowed(std::string_view allowed, std::string_view value) {
  for (const std::string& candidate : SplitList(allowed, '|')) {
    if (EqualsIgnoreCase(candidate, value)) return true;
  }
  return false;
}

// "a|b|c" as "\"a\", \"b\", \"c\"".
std::string QuoteAllowed(std::string_view allowed) {
  std::string text;
  for (const std::string& candidate : SplitList(allowed, '|')) {
    if (!text.empty()) text += ", ";
    text += '"' + candidate + '"';
  }
  return text;
}

// What is given for an option that sounds like a secret may be one, in the wrong place.
Status Invalid(std::string_view name, std::string_view value, std::string hint) {
  std::string message = "invalid value for option \"" + std::string(name) + "\"";
  if (!SoundsSecret(name)) message += ": \"" + std::string(value) + "\"";
  return {StatusCode::kInvalidOption, std::move(message), std::move(hint)};
}

Status CheckInt(const OptionRow& row, std::string_view name, std::string_view value) {
  int64_t number = 0;
  if (!ParseInt64(Trim(value), &number)) return Invalid(name, value, "An integer is expected.");
  if (number < row.min_value || number > row.max_value) {
    return {StatusCode::kInvalidOption,
            std::string(Trim(value)) + " is outside the valid range for option \"" +
                std::string(name) + "\" (" + std::to_string(row.min_value) + " .. " +
                std::to_string(row.max_value) + ")"};
  }
  return {};
}

Status CheckType(const OptionRow& row, std::string_view name, std::string_view value) {
  bool flag = false;
  switch (row.type) {
    case OptionType::kBool:
      if (!ParseBool(Trim(value), &flag)) {
        return Invalid(name, value, "Valid values are \"true\" and \"false\".");
      }
      return {};
    case OptionType::kInt:
      return CheckInt(row, name, value);
    case OptionType::kEnum:
      if (!IsAllowed(row.allowed, Trim(value))) {
        return Invalid(name, value, "Valid values are " + QuoteAllowed(row.allowed) + ".");
      }
      return {};
    case OptionType::kString:
    case OptionType::kList:
    case OptionType::kRegexList:  // compiled by its reader, who knows the dialect
    case OptionType::kSecret:
      return {};
  }
  return {};
}

// Edit distance; the row of one dynamic-programming step is enough.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitute = diagonal + (LowerOf(a[i - 1]) == LowerOf(b[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row.back();
}

}  // namespace

bool SoundsSecret(std::string_view name) {
  const std::string lower = LowerAscii(name);
  for (const char* part : {"password", "secret", "token", "jaas", "credential", "private.key",
                           ".key.pem", "basic.auth"}) {
    if (lower.find(part) != std::string::npos) return true;
  }
  return false;
}

const OptionRow* FindOption(const OptionTable& table, std::string_view name) {
  const OptionRow* best = nullptr;
  size_t best_length = 0;
  for (size_t i = 0; i < table.count; ++i) {
    const OptionRow& row = table.rows[i];
    const std::string_view row_name = row.name;
    if (row_name == name) return &row;
    if (!IsPrefixRow(row_name)) continue;
    const std::string_view prefix = row_name.substr(0, row_name.size() - 1);
    // The prefix alone names nothing: "transforms." is not an option.
    if (name.size() > prefix.size() && name.substr(0, prefix.size()) == prefix &&
        prefix.size() >= best_length) {
      best = &row;
      best_length = prefix.size();
    }
  }
  return best;
}

Status CheckOptionValue(const OptionRow& row, std::string_view name, std::string_view value) {
  if (row.support == OptionSupport::kRefused) {
    return {StatusCode::kNotSupported, "option \"" + std::string(name) + "\" is not supported",
            row.help};
  }
  if (row.support == OptionSupport::kNotApplicable) return {};
  if (value.find('\0') != std::string_view::npos) {
    return {StatusCode::kInvalidOption,
            "value of option \"" + std::string(name) + "\" contains a zero byte"};
  }
  return CheckType(row, name, value);
}

Status UnknownOption(std::string_view name, const std::vector<OptionTable>& tables) {
  std::string_view nearest;
  // Beyond a third of the name a suggestion would only confuse.
  size_t nearest_distance = std::max<size_t>(2, name.size() / 3) + 1;
  for (const OptionTable& table : tables) {
    for (size_t i = 0; i < table.count; ++i) {
      const std::string_view candidate = table.rows[i].name;
      if (IsPrefixRow(candidate) || table.rows[i].support == OptionSupport::kRefused) continue;
      const size_t distance = EditDistance(name, candidate);
      if (distance < nearest_distance) {
        nearest_distance = distance;
        nearest = candidate;
      }
    }
  }
  std::string hint = nearest.empty() ? "The view penstock.options lists all options."
                                     : "Perhaps you meant \"" + std::string(nearest) + "\".";
  return {StatusCode::kInvalidOption, "unknown option \"" + std::string(name) + "\"",
          std::move(hint)};
}

bool ParseBool(std::string_view text, bool* value) {
  if (EqualsIgnoreCase(text, "true")) {
    *value = true;
  } else if (EqualsIgnoreCase(text, "false")) {
    *value = false;
  } else {
    return false;
  }
  return true;
}

bool ParseInt64(std::string_view text, int64_t* value) {
  const char* end = text.data() + text.size();
  int64_t number = 0;
  const std::from_chars_result parsed = std::from_chars(text.data(), end, number);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end) return false;
  *value = number;
  return true;
}

std::vector<std::string> SplitList(std::string_view text, char separator) {
  std::vector<std::string> items;
  size_t start = 0;
  while (start <= text.size()) {
    size_t end = text.find(separator, start);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view item = Trim(text.substr(start, end - start));
    if (!item.empty()) items.emplace_back(item);
    start = end + 1;
  }
  return items;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = LowerOf(c);
  return lower;
}

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return LowerOf(x) == LowerOf(y);
         });
}

const char* OptionTypeName(OptionType type) {
  switch (type) {
    case OptionType::kBool:
      return "boolean";
    case OptionType::kInt:
      return "integer";
    case OptionType::kString:
      return "string";
    case OptionType::kEnum:
      return "enum";
    case OptionType::kList:
      return "list";
    case OptionType::kRegexList:
      return "regular expression list";
    case OptionType::kSecret:
      return "secret";
  }
  return "unknown";
}

const char* OptionScopeName(OptionScope scope) {
  switch (scope) {
    case OptionScope::kEvent:
      return "event";
    case OptionScope::kSource:
      return "source";
    case OptionScope::kKafka:
      return "kafka";
    case OptionScope::kFile:
      return "file";
    case OptionScope::kElasticsearch:
      return "elasticsearch";
  }
  return "unknown";
}

}  // namespace penstock
