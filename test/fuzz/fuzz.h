// fuzz.h: what the targets share: bytes of an input as values, and what a target demands.
#ifndef PENSTOCK_TEST_FUZZ_H
#define PENSTOCK_TEST_FUZZ_H

#include <rapidjson/document.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

// Ends the process where a property does not hold; libFuzzer keeps the input.
#define DEMAND(condition, text)                                                         \
  do {                                                                                  \
    if (!(condition)) ::penstock::fuzz::Broken(__FILE__, __LINE__, #condition, (text)); \
  } while (false)

namespace penstock::fuzz {

[[noreturn]] inline void Broken(const char* file, int line, const char* condition,
                                std::string_view text) {
  std::fprintf(stderr, "%s:%d: not %s\n%.*s\n", file, line, condition,
               static_cast<int>(text.size()), text.data());
  std::abort();
}

// Values taken from the front of an input; zeros once it is used up.
class Input {
 public:
  Input(const uint8_t* data, size_t size)
      : at_(reinterpret_cast<const char*>(data)), end_(at_ + size) {}

  bool empty() const { return at_ == end_; }

  template <typename T>
  T Number() {
    T value{};
    const size_t n = std::min(sizeof value, static_cast<size_t>(end_ - at_));
    if (n != 0) std::memcpy(&value, at_, n);
    at_ += n;
    return value;
  }
  bool Flag() { return (Number<uint8_t>() & 1) != 0; }
  int Below(int n) { return n <= 1 ? 0 : Number<uint16_t>() % n; }
  int Between(int low, int high) { return low + Below(high - low + 1); }

  // A small number, one near an end of the type or of a power of two, or any.
  template <typename T>
  T Edge() {
    const int kind = Number<uint8_t>() % 4;
    if (kind == 0) return static_cast<T>(Number<int8_t>());
    if (kind == 1)
      return static_cast<T>(static_cast<uint64_t>(Number<int8_t>()) + (uint64_t{1} << Below(64)));
    if (kind == 2) return static_cast<T>(std::numeric_limits<T>::max() - Number<uint8_t>());
    return Number<T>();
  }

  // Bytes with their number before them.
  std::string Bytes() {
    size_t n = Number<uint8_t>();
    if (n == 255) n = Number<uint16_t>();
    n = std::min(n, static_cast<size_t>(end_ - at_));
    std::string bytes(at_, n);
    at_ += n;
    return bytes;
  }
  // Up to a line end, which is taken too.
  std::string Line() {
    const void* found =
        at_ == end_ ? nullptr : std::memchr(at_, '\n', static_cast<size_t>(end_ - at_));
    const char* stop = found == nullptr ? end_ : static_cast<const char*>(found);
    std::string line(at_, static_cast<size_t>(stop - at_));
    at_ = found == nullptr ? end_ : stop + 1;
    return line;
  }
  std::string Rest() {
    std::string bytes(at_, static_cast<size_t>(end_ - at_));
    at_ = end_;
    return bytes;
  }

 private:
  const char* at_;
  const char* end_;
};

// The length of the UTF-8 character that a text begins with; 0: it begins with none (RFC 3629).
inline size_t CharacterLength(std::string_view text) {
  auto at = [text](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  auto follows = [&at](size_t i) { return at(i) >= 0x80 && at(i) < 0xC0; };
  const unsigned first = at(0);
  if (text.empty()) return 0;
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first < 0xF0) {
    if (first == 0xE0 && at(1) < 0xA0) return 0;
    if (first == 0xED && at(1) >= 0xA0) return 0;
    return follows(1) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first < 0xF5) {
    if (first == 0xF0 && at(1) < 0x90) return 0;
    if (first == 0xF4 && at(1) >= 0x90) return 0;
    return follows(1) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

inline bool ValidUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t n = CharacterLength(text);
    if (n == 0) return false;
    text.remove_prefix(n);
  }
  return true;
}

// Any bytes as a text that PostgreSQL would take: what is no character becomes one of two bytes,
// and zeros are left out.
inline std::string AsUtf8(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    size_t n = CharacterLength(bytes);
    if (n == 0) {
      const auto c = static_cast<unsigned char>(bytes[0]);
      text += static_cast<char>(0xC0 | c >> 6);
      text += static_cast<char>(0x80 | (c & 0x3F));
      n = 1;
    } else if (bytes[0] != '\0') {
      text += bytes.substr(0, n);
    }
    bytes.remove_prefix(n);
  }
  return text;
}

// Strict: the encoding is checked, and nothing may follow. Numbers are texts, of any size.
template <unsigned kNumbers = rapidjson::kParseNumbersAsStringsFlag>
bool ReadStrictly(std::string_view json, rapidjson::Document* document) {
  document
      ->Parse<rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag | kNumbers>(
          json.data(), json.size());
  return !document->HasParseError();
}
inline void ParseStrictly(std::string_view json, rapidjson::Document* document) {
  DEMAND(ReadStrictly(json, document), json);
}

// The same with numbers as numbers, which must fit a double.
inline bool ReadNumbers(std::string_view json, rapidjson::Document* document) {
  return ReadStrictly<rapidjson::kParseFullPrecisionFlag>(json, document);
}
inline void ParseNumbers(std::string_view json, rapidjson::Document* document) {
  DEMAND(ReadNumbers(json, document), json);
}

inline std::string_view TextOf(const rapidjson::Value& value) {
  DEMAND(value.IsString(), "a string");
  return {value.GetString(), value.GetStringLength()};
}

}  // namespace penstock::fuzz

#endif
