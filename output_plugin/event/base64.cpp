#include "base64.h"

#include <array>
#include <cstdint>

namespace penstock::event {
namespace {

constexpr uint8_t kNone = 0xFF;

constexpr std::array<uint8_t, 256> MakeTable() {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<uint8_t, 256> table{};
  for (size_t i = 0; i < table.size(); ++i) table[i] = kNone;
  for (size_t i = 0; i < kAlphabet.size(); ++i) {
    table[static_cast<unsigned char>(kAlphabet[i])] = static_cast<uint8_t>(i);
  }
  return table;
}
constexpr std::array<uint8_t, 256> kValues = MakeTable();

size_t Padding(std::string_view text) {
  if (text.empty() || text.back() != '=') return 0;
  return text.size() > 1 && text[text.size() - 2] == '=' ? 2 : 1;
}

}  // namespace

size_t Base64Size(std::string_view text) {
  const size_t whole = text.size() / 4 * 3;
  return whole < Padding(text) ? 0 : whole - Padding(text);
}

bool DecodeBase64(std::string_view text, char* out) {
  if (text.size() % 4 != 0) return false;
  const size_t digits = text.size() - Padding(text);
  uint32_t group = 0;
  for (size_t i = 0; i < digits; ++i) {
    const uint8_t value = kValues[static_cast<unsigned char>(text[i])];
    if (value == kNone) return false;
    group = group << 6 | value;
    if (i % 4 == 3) {
      *out++ = static_cast<char>(group >> 16);
      *out++ = static_cast<char>(group >> 8);
      *out++ = static_cast<char>(group);
    }
  }
  if (digits % 4 == 3) {
    *out++ = static_cast<char>(group >> 10);
    *out++ = static_cast<char>(group >> 2);
  } else if (digits % 4 == 2) {
    *out++ = static_cast<char>(group >> 4);
  }
  return digits % 4 != 1;
}

bool DecodeBase64(std::string_view text, std::string* bytes) {
  bytes->resize(Base64Size(text));
  return DecodeBase64(text, bytes->data());
}

}  // namespace penstock::event
