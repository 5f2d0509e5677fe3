// pattern.h: Debezium's regular-expression lists: Java syntax as far as ECMAScript shares it,
// anchored at both ends, compared without case. Named groups are understood; other Java constructs
// beyond that, back references and expressions above 4096 bytes are refused.
#ifndef PENSTOCK_EVENT_PATTERN_H
#define PENSTOCK_EVENT_PATTERN_H

#include <memory>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "extension/core/status.h"

namespace penstock::event {

// The named groups of an expression, with their numbers.
using GroupNames = std::vector<std::pair<std::string, size_t>>;

// One anchored expression. Copies share the compiled form, which is immutable.
class Pattern {
 public:
  Pattern() = default;
  // ignore_case: Debezium's filters; RegexRouter is exact.
  static Result<Pattern> Compile(const std::string& text, bool ignore_case);

  bool Matches(std::string_view text) const;
  // Whether a replacement names only groups that exist ($0 … $9 at its first digit, ${name}).
  bool AcceptsReplacement(std::string_view replacement) const;
  // Java's Matcher.matches + replaceFirst: false and no change when the whole text does not match.
  bool Replace(const std::string& text, const std::string& replacement, std::string* result) const;

 private:
  std::shared_ptr<const std::regex> regex_;
  GroupNames groups_;
};

// A comma-separated list; a backslash before a comma keeps it.
class PatternList {
 public:
  static Result<PatternList> Parse(std::string_view option, const std::string& text);

  bool empty() const { return patterns_.empty(); }
  bool Matches(std::string_view text) const;

 private:
  std::vector<Pattern> patterns_;
};

}  // namespace penstock::event

#endif
