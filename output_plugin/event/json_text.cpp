#include "json_text.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace penstock::event {
namespace {

constexpr char kHexUpper[] = "0123456789ABCDEF";
constexpr char kHexLower[] = "0123456789abcdef";

// Bytes that cannot be copied as they are: controls, quote, backslash, and the first byte of a
// four-byte UTF-8 sequence.
inline bool IsSpecial(unsigned char c) { return c < 0x20 || c == '"' || c == '\\' || c >= 0xF0; }

// Length of the leading run that needs no escape.
size_t PlainRun(const char* text, size_t n) {
  size_t i = 0;
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  // Shifted by 0x10, the controls and the bytes from 0xF0 on are one unsigned range: 0x00..0x2F.
  const __m128i shift = _mm_set1_epi8(0x10);
  const __m128i limit = _mm_set1_epi8(0x2F);
  for (; i + 16 <= n; i += 16) {
    const __m128i chunk = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + i));
    const __m128i shifted = _mm_add_epi8(chunk, shift);
    const __m128i in_range = _mm_cmpeq_epi8(_mm_min_epu8(shifted, limit), shifted);
    const __m128i special = _mm_or_si128(
        in_range, _mm_or_si128(_mm_cmpeq_epi8(chunk, quote), _mm_cmpeq_epi8(chunk, backslash)));
    const int mask = _mm_movemask_epi8(special);
    if (mask != 0) return i + static_cast<size_t>(__builtin_ctz(mask));
  }
#endif
  while (i < n && !IsSpecial(static_cast<unsigned char>(text[i]))) ++i;
  return i;
}

char* PutUnit(char* out, unsigned unit) {
  *out++ = '\\';
  *out++ = 'u';
  for (int bits = 12; bits >= 0; bits -= 4) *out++ = kHexUpper[(unit >> bits) & 0xF];
  return out;
}

// Escapes the character at the start of text; returns how many bytes it took.
size_t AppendSpecial(Buffer& out, const char* text, size_t n) {
  const auto c = static_cast<unsigned char>(text[0]);
  char* const start = out.Reserve(12);
  char* p = start;
  size_t taken = 1;
  if (c >= 0xF0 && n >= 4) {
    auto low = [&](int i) { return static_cast<unsigned>(static_cast<unsigned char>(text[i]) & 0x3F); };
    const unsigned point = ((c & 0x07u) << 18 | low(1) << 12 | low(2) << 6 | low(3)) - 0x10000;
    p = PutUnit(p, 0xD800 + (point >> 10));
    p = PutUnit(p, 0xDC00 + (point & 0x3FF));
    taken = 4;
  } else {
    static const char kShort[] = "btn\0fr";  // 0x08..0x0D
    if (c == '"' || c == '\\') {
      *p++ = '\\';
      *p++ = static_cast<char>(c);
    } else if (c >= 0x08 && c <= 0x0D && c != 0x0B) {
      *p++ = '\\';
      *p++ = kShort[c - 0x08];
    } else {
      p = PutUnit(p, c);
    }
  }
  out.Advance(static_cast<size_t>(p - start));
  return taken;
}

// Digits and exponent of std::to_chars in Java's layout.
template <typename T>
void AppendFloating(Buffer& out, T value) {
  if (std::isnan(value)) return out.Append("\"NaN\"");
  if (std::isinf(value)) return out.Append(value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
  char text[64];
  *std::to_chars(text, text + sizeof text - 1, value, std::chars_format::scientific).ptr = '\0';
  // text is [-]d[.ddd]e±XX
  // Java prints two digits at least; of all two-digit decimals the closest one.
  if (text[std::signbit(value) ? 2 : 1] == 'e') {
    *std::to_chars(text, text + sizeof text - 1, value, std::chars_format::scientific, 1).ptr = '\0';
  }
  const char* p = text;
  if (*p == '-') {
    out.Append('-');
    ++p;
  }
  if (value == 0) return out.Append("0.0");
  char digits[32];
  size_t count = 0;
  for (; *p != 'e'; ++p) {
    if (*p != '.') digits[count++] = *p;
  }
  if (count == 2 && digits[1] == '0') count = 1;
  const int exponent = std::atoi(p + 1);
  if (exponent < -3 || exponent >= 7) {
    out.Append(digits[0]);
    out.Append('.');
    if (count > 1) {
      out.Append(digits + 1, count - 1);
    } else {
      out.Append('0');
    }
    out.Append('E');
    return AppendInt(out, exponent);
  }
  if (exponent < 0) {
    out.Append("0.");
    for (int i = -1; i > exponent; --i) out.Append('0');
    return out.Append(digits, count);
  }
  const size_t whole = static_cast<size_t>(exponent) + 1;
  for (size_t i = 0; i < whole; ++i) out.Append(i < count ? digits[i] : '0');
  out.Append('.');
  if (count > whole) {
    out.Append(digits + whole, count - whole);
  } else {
    out.Append('0');
  }
}

}  // namespace

void AppendEscaped(Buffer& out, std::string_view text) {
  const char* p = text.data();
  size_t left = text.size();
  while (left != 0) {
    const size_t run = PlainRun(p, left);
    out.Append(p, run);
    p += run;
    left -= run;
    if (left == 0) return;
    const size_t taken = AppendSpecial(out, p, left);
    p += taken;
    left -= taken;
  }
}

void AppendString(Buffer& out, std::string_view text) {
  out.Append('"');
  AppendEscaped(out, text);
  out.Append('"');
}

void AppendInt(Buffer& out, int64_t value) {
  char* start = out.Reserve(24);
  out.Advance(static_cast<size_t>(std::to_chars(start, start + 24, value).ptr - start));
}

void AppendUint(Buffer& out, uint64_t value) {
  char* start = out.Reserve(24);
  out.Advance(static_cast<size_t>(std::to_chars(start, start + 24, value).ptr - start));
}

void AppendFloat(Buffer& out, float value) { AppendFloating(out, value); }
void AppendDouble(Buffer& out, double value) { AppendFloating(out, value); }

void AppendBase64(Buffer& out, const char* bytes, size_t n, bool url_safe) {
  static constexpr char kStandard[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  static constexpr char kUrl[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const char* alphabet = url_safe ? kUrl : kStandard;
  const auto* in = reinterpret_cast<const unsigned char*>(bytes);
  char* const start = out.Reserve((n + 2) / 3 * 4);
  char* p = start;
  for (; n >= 3; n -= 3, in += 3) {
    const unsigned group = static_cast<unsigned>(in[0] << 16 | in[1] << 8 | in[2]);
    *p++ = alphabet[group >> 18];
    *p++ = alphabet[(group >> 12) & 63];
    *p++ = alphabet[(group >> 6) & 63];
    *p++ = alphabet[group & 63];
  }
  if (n != 0) {
    const unsigned group = static_cast<unsigned>(in[0] << 16 | (n == 2 ? in[1] << 8 : 0));
    *p++ = alphabet[group >> 18];
    *p++ = alphabet[(group >> 12) & 63];
    *p++ = n == 2 ? alphabet[(group >> 6) & 63] : '=';
    *p++ = '=';
  }
  out.Advance(static_cast<size_t>(p - start));
}

void AppendHex(Buffer& out, const char* bytes, size_t n) {
  char* p = out.Reserve(n * 2);
  for (size_t i = 0; i < n; ++i) {
    const auto c = static_cast<unsigned char>(bytes[i]);
    *p++ = kHexLower[c >> 4];
    *p++ = kHexLower[c & 15];
  }
  out.Advance(n * 2);
}

std::string JsonString(std::string_view text) {
  Buffer out;
  AppendString(out, text);
  return std::string(out.view());
}

}  // namespace penstock::event
