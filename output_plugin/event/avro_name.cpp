#include "avro_name.h"

#include <cstring>

namespace penstock::event {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAsciiLetter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool IsWordCharacter(char c) { return IsAsciiLetter(c) || IsDigit(c) || c == '_'; }
bool IsBeyondAscii(char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; }

}  // namespace

bool IsLegalAvroName(std::string_view name) {
  if (name.empty() || IsDigit(name.front())) return false;
  for (const char c : name) {
    if (!IsWordCharacter(c) && !IsBeyondAscii(c)) return false;
  }
  return true;
}

AvroName SplitAvroName(std::string_view full, bool scrub) {
  AvroName name;
  size_t start = 0;
  while (true) {
    const size_t dot = full.find('.', start);
    const std::string_view part = full.substr(start, dot - start);
    const std::string text = scrub ? ScrubAvroName(part) : std::string(part);
    if (dot == std::string_view::npos) {
      name.simple = text;
      return name;
    }
    if (start != 0) name.space += '.';
    name.space += text;
    start = dot + 1;
  }
}

std::string ScrubAvroName(std::string_view name) {
  bool legal = !name.empty() && !IsDigit(name.front());
  for (const char c : name) legal = legal && IsWordCharacter(c);
  if (legal || name.empty()) return std::string(name);
  static const char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    // What java.net.URLEncoder leaves alone, and its plus for a blank, is no % either.
    if (IsWordCharacter(c)) {
      out += c;
    } else if (std::strchr(".-* ", c) != nullptr && c != '\0') {
      out += '_';
    } else {
      out += '_';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return IsDigit(out.front()) ? "x" + out : out;
}

}  // namespace penstock::event
