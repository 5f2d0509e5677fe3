// utf8.h: what is UTF-8, and texts of others made so.
#ifndef PENSTOCK_CORE_UTF8_H
#define PENSTOCK_CORE_UTF8_H

#include <string>
#include <string_view>

namespace penstock {

bool IsUtf8(std::string_view text);

// A text that a destination answered, to be part of a message: in one line, a question mark for
// each byte that is no character, and of what is longer the characters that fit, with "..." behind.
std::string ShownText(std::string_view text, size_t longest);

}  // namespace penstock

#endif
