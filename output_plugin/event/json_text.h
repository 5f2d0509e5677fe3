// json_text.h: pieces of JSON as Kafka's JsonConverter (Jackson) prints them.
#ifndef PENSTOCK_EVENT_JSON_TEXT_H
#define PENSTOCK_EVENT_JSON_TEXT_H

#include <cstdint>
#include <string>
#include <string_view>

#include "buffer.h"

namespace penstock::event {

// A quoted string. Input is UTF-8. Jackson's escapes: \" \\ \b \t \n \f \r, other controls as
// \u00XX in upper case, characters outside the BMP as an escaped surrogate pair; the rest raw.
void AppendString(Buffer& out, std::string_view text);

// The same with characters outside the BMP raw: text that is put into a string once more.
void AppendRawString(Buffer& out, std::string_view text);

// AppendString without the quotes.
void AppendEscaped(Buffer& out, std::string_view text);

void AppendInt(Buffer& out, int64_t value);
void AppendUint(Buffer& out, uint64_t value);

// Java's Float.toString and Double.toString since JDK 19: shortest digits. NaN and infinities are
// quoted, as Jackson does.
void AppendFloat(Buffer& out, float value);
void AppendDouble(Buffer& out, double value);

// Padded base64 of the standard or the URL-safe alphabet, without quotes.
void AppendBase64(Buffer& out, const char* bytes, size_t n, bool url_safe = false);

// Padded base64 of the standard alphabet, with quotes.
inline void AppendQuotedBase64(Buffer& out, const char* bytes, size_t size) {
  out.Append('"');
  AppendBase64(out, bytes, size);
  out.Append('"');
}

// Lower-case hex digits, without quotes.
void AppendHex(Buffer& out, const char* bytes, size_t n);

// Appends what stands between the quotes of a JSON string, without its escapes. Half of a surrogate
// pair (of a text that was cut) is a question mark, as in Java. False: text is no JSON, and some of
// it was appended.
bool AppendUnescaped(std::string* out, std::string_view text);

// The text of a JSON string, or of any other scalar.
std::string PlainText(std::string_view json);

std::string JsonString(std::string_view text);

}  // namespace penstock::event

#endif
