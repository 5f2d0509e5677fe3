#include "pattern.h"

#include <cctype>
#include <cstring>

#include "extension/core/option.h"

namespace penstock::event {
namespace {

// Compiling recurses for each character, so that a very long expression would overflow the stack.
constexpr size_t kMaxExpressionBytes = 4096;

// Java constructs that ECMAScript would silently read as something else.
Status CheckSyntax(const std::string& text) {
  if (text.size() > kMaxExpressionBytes) {
    return Status(StatusCode::kInvalidOption, "a regular expression is longer than 4096 bytes");
  }
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '&' && text[i + 1] == '&') {
      return Status(StatusCode::kNotSupported,
                    "\"&&\" is not supported in regular expression \"" + text + "\"");
    }
    if (text[i] != '\\') continue;
    const char c = text[++i];
    if (std::isalpha(static_cast<unsigned char>(c)) != 0 &&
        std::strchr("dDwWsSbBnrtfvx", c) == nullptr) {
      return Status(
          StatusCode::kNotSupported,
          std::string("\"\\") + c + "\" is not supported in regular expression \"" + text + "\"");
    }
  }
  return {};
}

// ECMAScript has no named groups: (?<name>…) becomes (…), and the name its number.
std::string TakeGroupNames(const std::string& text, GroupNames* groups) {
  std::string out;
  size_t group = 0;
  bool in_class = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    out += c;
    if (c == '\\' && i + 1 < text.size()) {
      out += text[++i];
    } else if (in_class || c == '[') {
      in_class = c != ']';
    } else if (c == '(' && text.compare(i + 1, 1, "?") != 0) {
      ++group;
    } else if (c == '(' && text.compare(i + 1, 2, "?<") == 0 && i + 3 < text.size() &&
               std::isalpha(static_cast<unsigned char>(text[i + 3])) != 0) {
      const size_t end = text.find('>', i);
      if (end == std::string::npos) continue;
      groups->emplace_back(text.substr(i + 3, end - i - 3), ++group);
      i = end;
    }
  }
  return out;
}

// The number of the group in "${name}…", and the length of that; 0: there is no such group.
size_t NamedGroup(std::string_view text, const GroupNames& groups, size_t* number) {
  const size_t end = text.find('}');
  if (text.substr(0, 2) != "${" || end == std::string_view::npos) return 0;
  for (const auto& [name, group] : groups) {
    if (name != text.substr(2, end - 2)) continue;
    *number = group;
    return end + 1;
  }
  return 0;
}

// Java's Matcher.replaceFirst: $n takes as many digits as name an existing group, \c is c.
bool Expand(const std::smatch& match, const std::string& replacement, const GroupNames& groups,
            std::string* result) {
  std::string text;
  for (size_t i = 0; i < replacement.size(); ++i) {
    const char c = replacement[i];
    if (c == '\\' && i + 1 < replacement.size()) {
      text += replacement[++i];
    } else if (size_t named = 0,
               length = NamedGroup(std::string_view(replacement).substr(i), groups, &named);
               length != 0) {
      text += match[named].str();
      i += length - 1;
    } else if (c == '$') {
      if (i + 1 >= replacement.size() ||
          std::isdigit(static_cast<unsigned char>(replacement[i + 1])) == 0) {
        return false;
      }
      size_t group = static_cast<size_t>(replacement[++i] - '0');
      if (group >= match.size()) return false;
      while (i + 1 < replacement.size() &&
             std::isdigit(static_cast<unsigned char>(replacement[i + 1])) != 0 &&
             group * 10 + static_cast<size_t>(replacement[i + 1] - '0') < match.size()) {
        group = group * 10 + static_cast<size_t>(replacement[++i] - '0');
      }
      text += match[group].str();
    } else {
      text += c;
    }
  }
  *result = text;
  return true;
}

// Splits at commas that no backslash protects, as Debezium's Strings.setOfRegex does.
std::vector<std::string> SplitPatterns(std::string_view text) {
  std::vector<std::string> items(1);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == ',') {
      items.back() += text[++i];
    } else if (text[i] == '\\' && i + 1 < text.size()) {
      items.back() += text[i];
      items.back() += text[++i];
    } else if (text[i] == ',') {
      items.emplace_back();
    } else {
      items.back() += text[i];
    }
  }
  return items;
}

}  // namespace

Result<Pattern> Pattern::Compile(const std::string& text, bool ignore_case) {
  if (Status status = CheckSyntax(text); !status.ok()) return status;
  // The matcher that needs no stack and no exponential time; it knows no back references.
  auto flags = std::regex::ECMAScript | std::regex::optimize | std::regex_constants::__polynomial;
  if (ignore_case) flags |= std::regex::icase;
  Pattern pattern;
  try {
    pattern.regex_ = std::make_shared<std::regex>(TakeGroupNames(text, &pattern.groups_), flags);
  } catch (const std::regex_error& error) {
    return Status(StatusCode::kInvalidOption,
                  "invalid regular expression \"" + text + "\": " + error.what());
  }
  return pattern;
}

bool Pattern::Matches(std::string_view text) const {
  return regex_ != nullptr && std::regex_match(text.begin(), text.end(), *regex_);
}

bool Pattern::Replace(const std::string& text, const std::string& replacement,
                      std::string* result) const {
  std::smatch match;
  if (regex_ == nullptr || !std::regex_match(text, match, *regex_)) return false;
  return Expand(match, replacement, groups_, result);
}

Result<PatternList> PatternList::Parse(std::string_view option, const std::string& text) {
  PatternList list;
  for (const std::string& item : SplitPatterns(text)) {
    const std::string_view trimmed = Trim(item);
    if (trimmed.empty()) continue;
    Result<Pattern> pattern = Pattern::Compile(std::string(trimmed), true);
    if (!pattern.ok()) {
      return Status(pattern.status().code(),
                    "option \"" + std::string(option) + "\": " + pattern.status().message());
    }
    list.patterns_.push_back(std::move(pattern.value()));
  }
  return list;
}

bool Pattern::AcceptsReplacement(std::string_view replacement) const {
  for (size_t i = 0; i < replacement.size(); ++i) {
    if (replacement[i] == '\\') {
      if (++i >= replacement.size()) return false;
    } else if (size_t group = 0, length = NamedGroup(replacement.substr(i), groups_, &group);
               length != 0) {
      i += length - 1;
    } else if (replacement[i] == '$') {
      if (++i >= replacement.size() ||
          std::isdigit(static_cast<unsigned char>(replacement[i])) == 0) {
        return false;
      }
      if (static_cast<size_t>(replacement[i] - '0') > regex_->mark_count()) return false;
    }
  }
  return true;
}

bool PatternList::Matches(std::string_view text) const {
  for (const Pattern& pattern : patterns_) {
    if (pattern.Matches(text)) return true;
  }
  return false;
}

}  // namespace penstock::event
