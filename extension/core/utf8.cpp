// utf8.cpp: see utf8.h.
#include "utf8.h"

namespace penstock {
namespace {

// Bytes after the first of a UTF-8 sequence, and the range of the second; -1: a wrong first byte.
struct Lead {
  int following;
  unsigned char low;
  unsigned char high;
};

Lead LeadOf(unsigned char c) {
  if (c < 0x80) return {0, 0, 0};
  if (c >= 0xC2 && c <= 0xDF) return {1, 0x80, 0xBF};
  if (c == 0xE0) return {2, 0xA0, 0xBF};
  if (c == 0xED) return {2, 0x80, 0x9F};
  if (c >= 0xE1 && c <= 0xEF) return {2, 0x80, 0xBF};
  if (c == 0xF0) return {3, 0x90, 0xBF};
  if (c >= 0xF1 && c <= 0xF3) return {3, 0x80, 0xBF};
  if (c == 0xF4) return {3, 0x80, 0x8F};
  return {-1, 0, 0};
}

// The length of the character that begins here; 0: none does.
size_t CharacterAt(std::string_view text, size_t at) {
  Lead lead = LeadOf(static_cast<unsigned char>(text[at]));
  size_t end = at + 1;
  for (; lead.following > 0; --lead.following) {
    if (end == text.size()) return 0;
    const auto next = static_cast<unsigned char>(text[end++]);
    if (next < lead.low || next > lead.high) return 0;
    lead.low = 0x80;
    lead.high = 0xBF;
  }
  return lead.following < 0 ? 0 : end - at;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const size_t length = CharacterAt(text, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::string ShownText(std::string_view text, size_t longest) {
  std::string shown;
  for (size_t i = 0; i < text.size();) {
    const size_t length = CharacterAt(text, i);
    if (shown.size() + (length == 0 ? 1 : length) > longest) return shown + "...";
    if (length == 0) {
      shown += '?';
    } else if (static_cast<unsigned char>(text[i]) < ' ') {
      shown += ' ';
    } else {
      shown += text.substr(i, length);
    }
    i += length == 0 ? 1 : length;
  }
  return shown;
}

}  // namespace penstock
