#include "name_adjustment.h"

#include <cstdio>

namespace penstock::event {
namespace {

bool IsDigit(char16_t unit) { return unit >= u'0' && unit <= u'9'; }

bool StartsName(char16_t unit, NameAdjustment mode) {
  return (unit >= u'a' && unit <= u'z') || (unit >= u'A' && unit <= u'Z') ||
         (unit == u'_' && mode == NameAdjustment::kAvro);
}

}  // namespace

std::u16string Utf16Units(std::string_view text) {
  std::u16string units;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    const int rest = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    uint32_t point = rest == 0 ? lead : lead & (0x3Fu >> rest);
    for (int k = 0; k < rest && i < text.size(); ++k) {
      point = point << 6 | (static_cast<unsigned char>(text[i++]) & 0x3Fu);
    }
    if (point >= 0x10000) {
      units += static_cast<char16_t>(0xD800 + ((point - 0x10000) >> 10));
      units += static_cast<char16_t>(0xDC00 + ((point - 0x10000) & 0x3FF));
    } else {
      units += static_cast<char16_t>(point);
    }
  }
  return units;
}

std::string UnicodeEscape(char16_t unit) {
  char text[8];
  std::snprintf(text, sizeof text, "%x", static_cast<unsigned>(unit));
  const std::string hex = text;
  return (hex.size() <= 2 ? "_u00" : "_u") + hex;
}

std::string AdjustName(std::string_view name, NameAdjustment mode, NameKind kind) {
  if (mode == NameAdjustment::kNone) return std::string(name);
  std::string adjusted;
  bool first = true;
  for (const char16_t unit : Utf16Units(name)) {
    const bool follows = IsDigit(unit) || (unit == u'.' && kind == NameKind::kSchema);
    if (StartsName(unit, mode) || (!first && follows)) {
      adjusted += static_cast<char>(unit);
    } else if (mode == NameAdjustment::kAvroUnicode) {
      adjusted += UnicodeEscape(unit);
    } else {
      adjusted += '_';
      // A digit in front is kept behind the underscore, so that names that differ by it still do.
      if (first && IsDigit(unit)) adjusted += static_cast<char>(unit);
    }
    first = false;
  }
  return adjusted;
}

}  // namespace penstock::event
