#include "json_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

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

// Bit i of the result: byte i of the 16 is special.
#if defined(__SSE2__)
inline unsigned SpecialMask(__m128i chunk) {
  // Shifted by 0x10, the controls and the bytes from 0xF0 on are one unsigned range: 0x00..0x2F.
  const __m128i shifted = _mm_add_epi8(chunk, _mm_set1_epi8(0x10));
  const __m128i in_range = _mm_cmpeq_epi8(_mm_min_epu8(shifted, _mm_set1_epi8(0x2F)), shifted);
  const __m128i quotes = _mm_or_si128(_mm_cmpeq_epi8(chunk, _mm_set1_epi8('"')),
                                      _mm_cmpeq_epi8(chunk, _mm_set1_epi8('\\')));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(in_range, quotes)));
}
#endif

char* PutUnit(char* out, unsigned unit) {
  *out++ = '\\';
  *out++ = 'u';
  for (int bits = 12; bits >= 0; bits -= 4) *out++ = kHexUpper[(unit >> bits) & 0xF];
  return out;
}

// Escapes the character at text, of which n bytes are left, to *out; returns how many it took.
size_t PutSpecial(char** out, const char* text, size_t n) {
  const auto c = static_cast<unsigned char>(text[0]);
  char* p = *out;
  size_t taken = 1;
  if (c >= 0xF0 && n >= 4) {
    auto low = [&](int i) {
      return static_cast<unsigned>(static_cast<unsigned char>(text[i]) & 0x3F);
    };
    const unsigned point = ((c & 0x07u) << 18 | low(1) << 12 | low(2) << 6 | low(3)) - 0x10000;
    p = PutUnit(p, 0xD800 + (point >> 10));
    p = PutUnit(p, 0xDC00 + (point & 0x3FF));
    taken = 4;
  } else if (c == '"' || c == '\\') {
    *p++ = '\\';
    *p++ = static_cast<char>(c);
  } else if (c >= 0x08 && c <= 0x0D && c != 0x0B) {
    static const char kShort[] = "btn\0fr";  // 0x08..0x0D
    *p++ = '\\';
    *p++ = kShort[c - 0x08];
  } else {
    p = PutUnit(p, c);
  }
  *out = p;
  return taken;
}

// Whether a four-byte character begins here: its other bytes are those of one, no quotes or
// controls.
bool IsLong(std::string_view text) {
  return text.size() >= 4 && static_cast<unsigned char>(text[0]) >= 0xF0 &&
         ((text[1] & 0xC0) == 0x80) && ((text[2] & 0xC0) == 0x80) && ((text[3] & 0xC0) == 0x80);
}

// Room that one slice may need: six bytes for each byte, and one chunk that is copied whole.
constexpr size_t kSlice = 4096;
constexpr size_t kSliceRoom = kSlice * 6 + 64;

// Escapes text up to about kSlice bytes; returns how many it took.
size_t AppendSlice(Buffer& out, const char* text, size_t n) {
  char* const start = out.Reserve(n < kSlice ? n * 6 + 64 : kSliceRoom);
  char* p = start;
  size_t i = 0;
#if defined(__SSE2__)
  while (i + 16 <= n && i < kSlice) {
    const __m128i chunk = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + i));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), chunk);
    const unsigned mask = SpecialMask(chunk);
    if (mask == 0) {
      p += 16;
      i += 16;
      continue;
    }
    const auto run = static_cast<size_t>(__builtin_ctz(mask));
    p += run;
    i += run;
    i += PutSpecial(&p, text + i, n - i);
  }
#endif
  while (i < n && i < kSlice) {
    if (IsSpecial(static_cast<unsigned char>(text[i]))) {
      i += PutSpecial(&p, text + i, n - i);
    } else {
      *p++ = text[i++];
    }
  }
  out.Advance(static_cast<size_t>(p - start));
  return i;
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
    *std::to_chars(text, text + sizeof text - 1, value, std::chars_format::scientific, 1).ptr =
        '\0';
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

void AppendUtf8(std::string* out, uint32_t point) {
  if (point < 0x80) {
    *out += static_cast<char>(point);
  } else if (point < 0x800) {
    *out += static_cast<char>(0xC0 | point >> 6);
    *out += static_cast<char>(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    *out += static_cast<char>(0xE0 | point >> 12);
    *out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    *out += static_cast<char>(0x80 | (point & 0x3F));
  } else {
    *out += static_cast<char>(0xF0 | point >> 18);
    *out += static_cast<char>(0x80 | (point >> 12 & 0x3F));
    *out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    *out += static_cast<char>(0x80 | (point & 0x3F));
  }
}

bool ReadUnit(std::string_view text, size_t at, uint32_t* unit) {
  if (at + 4 > text.size()) return false;
  const char* const start = text.data() + at;
  return std::from_chars(start, start + 4, *unit, 16).ptr == start + 4;
}

// One UTF-16 unit at *at, or two.
bool UnescapeUnits(std::string_view text, size_t* at, std::string* out) {
  uint32_t unit = 0, low = 0;
  if (!ReadUnit(text, *at, &unit)) return false;
  *at += 4;
  if (unit < 0xD800 || unit > 0xDFFF) {
    AppendUtf8(out, unit);
    return true;
  }
  const bool pair = unit < 0xDC00 && text.substr(*at, 2) == "\\u" &&
                    ReadUnit(text, *at + 2, &low) && low >= 0xDC00 && low <= 0xDFFF;
  if (!pair) {
    *out += '?';
    return true;
  }
  *at += 6;
  AppendUtf8(out, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
  return true;
}

}  // namespace

void AppendEscaped(Buffer& out, std::string_view text) {
  for (size_t i = 0; i < text.size();) i += AppendSlice(out, text.data() + i, text.size() - i);
}

void AppendString(Buffer& out, std::string_view text) {
  out.Append('"');
  AppendEscaped(out, text);
  out.Append('"');
}

void AppendRawString(Buffer& out, std::string_view text) {
  out.Append('"');
  size_t from = 0;
  for (size_t i = 0; i < text.size();) {
    const size_t taken = IsLong(text.substr(i)) ? 4 : 1;
    if (taken == 4) {
      AppendEscaped(out, text.substr(from, i - from));
      out.Append(text.substr(i, taken));
      from = i + taken;
    }
    i += taken;
  }
  if (from < text.size()) AppendEscaped(out, text.substr(from));
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

bool AppendUnescaped(std::string* out, std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const size_t slash = std::min(text.find('\\', i), text.size());
    out->append(text, i, slash - i);
    i = slash;
    if (i == text.size()) return true;
    if (i + 1 == text.size()) return false;
    const char c = text[i + 1];
    i += 2;
    static constexpr std::string_view kFrom = "btnfr", kTo = "\b\t\n\f\r";
    if (const size_t known = kFrom.find(c); known != std::string_view::npos) {
      *out += kTo[known];
    } else if (c != 'u') {
      *out += c;
    } else if (!UnescapeUnits(text, &i, out)) {
      return false;
    }
  }
  return true;
}

std::string PlainText(std::string_view json) {
  if (json.size() < 2 || json.front() != '"') return std::string(json);
  std::string text;
  (void)AppendUnescaped(&text, json.substr(1, json.size() - 2));
  return text;
}

std::string JsonString(std::string_view text) {
  Buffer out;
  AppendString(out, text);
  return std::string(out.view());
}

}  // namespace penstock::event
