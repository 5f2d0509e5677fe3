#include "pattern.h"

#include "extension/core/option.h"

namespace penstock::event {
namespace {

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
  auto flags = std::regex::ECMAScript | std::regex::optimize;
  if (ignore_case) flags |= std::regex::icase;
  Pattern pattern;
  try {
    pattern.regex_ = std::make_shared<std::regex>(text, flags);
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
  *result = match.format(replacement);
  return true;
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

bool PatternList::Matches(std::string_view text) const {
  for (const Pattern& pattern : patterns_) {
    if (pattern.Matches(text)) return true;
  }
  return false;
}

}  // namespace penstock::event
