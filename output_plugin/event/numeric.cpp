#include "numeric.h"

#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

namespace penstock::event {
namespace {

// Header bits of numeric.c.
constexpr uint16_t kSignMask = 0xC000;
constexpr uint16_t kNegative = 0x4000;
constexpr uint16_t kShort = 0x8000;
constexpr uint16_t kSpecial = 0xC000;
constexpr uint16_t kPositiveInf = 0xD000;
constexpr uint16_t kNegativeInf = 0xF000;
constexpr uint16_t kLongScaleMask = 0x3FFF;
constexpr uint16_t kShortSign = 0x2000;
constexpr uint16_t kShortScaleMask = 0x1F80;
constexpr int kShortScaleShift = 7;
constexpr uint16_t kShortWeightSign = 0x0040;
constexpr uint16_t kShortWeightMask = 0x003F;

constexpr int kDigitsPerGroup = 4;
constexpr int kPowersOfTen[] = {1, 10, 100, 1000, 10000};

uint16_t Load16(const char* p) {
  uint16_t value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

// magnitude as minimal two's complement of the sign.
void AppendTwosComplement(Buffer& out, std::vector<unsigned char> magnitude, bool negative) {
  // magnitude: big-endian without leading zeros
  if (magnitude.empty()) return out.Append('\0');
  if (negative) {
    bool carry = true;
    for (size_t i = magnitude.size(); i-- != 0;) {
      magnitude[i] = static_cast<unsigned char>(~magnitude[i]);
      if (carry) carry = ++magnitude[i] == 0;
    }
    // 0x80 alone is -128 without a sign byte.
    if ((magnitude[0] & 0x80) == 0) out.Append('\xFF');
  } else if ((magnitude[0] & 0x80) != 0) {
    out.Append('\0');
  }
  out.Append(reinterpret_cast<const char*>(magnitude.data()), magnitude.size());
}

}  // namespace

Numeric::Numeric(std::string_view bytes) {
  if (bytes.size() < 2) return;
  const uint16_t header = Load16(bytes.data());
  if ((header & kSignMask) == kSpecial) {
    kind_ = header == kPositiveInf   ? Kind::kPositiveInfinity
            : header == kNegativeInf ? Kind::kNegativeInfinity
                                     : Kind::kNaN;
    return;
  }
  size_t header_size = 2;
  if ((header & kSignMask) == kShort) {
    negative_ = (header & kShortSign) != 0;
    display_scale_ = (header & kShortScaleMask) >> kShortScaleShift;
    weight_ = header & kShortWeightMask;
    if ((header & kShortWeightSign) != 0) weight_ |= ~static_cast<int>(kShortWeightMask);
  } else if (bytes.size() >= 4) {
    negative_ = (header & kSignMask) == kNegative;
    display_scale_ = header & kLongScaleMask;
    weight_ = static_cast<int16_t>(Load16(bytes.data() + 2));
    header_size = 4;
  }
  digits_ = bytes.data() + header_size;
  digit_count_ = static_cast<int>((bytes.size() - header_size) / 2);
}

int Numeric::MinimalScale() const {
  int last = digit_count_ - 1;
  while (last >= 0 && Digit(last) == 0) --last;
  if (last < 0) return 0;
  int scale = (last - weight_) * kDigitsPerGroup;
  for (int digit = Digit(last); digit % 10 == 0; digit /= 10) --scale;
  return scale > 0 ? scale : 0;
}

void Numeric::AppendPlain(Buffer& out, int scale) const {
  if (negative_) out.Append('-');
  if (weight_ < 0) out.Append('0');
  for (int group = 0; group <= weight_; ++group) {
    const int digit = Digit(group);
    char text[kDigitsPerGroup];
    for (int i = 0; i < kDigitsPerGroup; ++i) {
      text[i] = static_cast<char>('0' + digit / kPowersOfTen[kDigitsPerGroup - 1 - i] % 10);
    }
    int skip = 0;
    if (group == 0) {
      while (skip < kDigitsPerGroup - 1 && text[skip] == '0') ++skip;
    }
    out.Append(text + skip, static_cast<size_t>(kDigitsPerGroup - skip));
  }
  if (scale <= 0) return;
  out.Append('.');
  for (int i = 0; i < scale; ++i) {
    const int digit = Digit(weight_ + 1 + i / kDigitsPerGroup);
    out.Append(static_cast<char>(
        '0' + digit / kPowersOfTen[kDigitsPerGroup - 1 - i % kDigitsPerGroup] % 10));
  }
}

int Numeric::Groups(int scale, int* cut) const {
  // Groups that hold the integer part and scale fraction digits; the last one may be cut.
  const int fraction_groups =
      scale >= 0 ? (scale + kDigitsPerGroup - 1) / kDigitsPerGroup : -(-scale / kDigitsPerGroup);
  *cut = fraction_groups * kDigitsPerGroup - scale;
  return weight_ + 1 + fraction_groups;
}

int Numeric::ShortUnscaled(int scale, char out[kShortBytes]) const {
  int cut;
  const int groups = Groups(scale, &cut);
  if (groups > 9) return 0;  // 36 digits fit 128 bits
  unsigned __int128 value = 0;
  if (groups <= 4) {  // 16 digits fit 64 bits
    uint64_t small = 0;
    for (int i = 0; i < groups; ++i) small = small * 10000 + static_cast<unsigned>(Digit(i));
    value = small / static_cast<unsigned>(kPowersOfTen[cut]);
  } else {
    for (int i = 0; i < groups; ++i) value = value * 10000 + static_cast<unsigned>(Digit(i));
    value /= static_cast<unsigned>(kPowersOfTen[cut]);
  }
  const bool negative = negative_ && value != 0;
  auto two = static_cast<__int128>(negative ? -value : value);
  // Bytes from the low end until the rest is only sign.
  char reversed[kShortBytes];
  int n = 0;
  do {
    reversed[n++] = static_cast<char>(two);
    two >>= 8;
  } while (n < kShortBytes && two != (reversed[n - 1] < 0 ? -1 : 0));
  for (int i = 0; i < n; ++i) out[i] = reversed[n - 1 - i];
  return n;
}

void Numeric::AppendUnscaled(Buffer& out, int scale) const {
  char bytes[kShortBytes];
  if (const int n = ShortUnscaled(scale, bytes); n != 0) {
    return out.Append(bytes, static_cast<size_t>(n));
  }
  int cut;
  const int groups = Groups(scale, &cut);
  // Long values: 32-bit limbs, most significant last.
  std::vector<uint32_t> limbs;
  auto multiply_add = [&limbs](uint32_t factor, uint32_t add) {
    uint64_t carry = add;
    for (uint32_t& limb : limbs) {
      carry += static_cast<uint64_t>(limb) * factor;
      limb = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) limbs.push_back(static_cast<uint32_t>(carry));
  };
  for (int i = 0; i < groups - 1; ++i) multiply_add(10000, static_cast<uint32_t>(Digit(i)));
  multiply_add(static_cast<uint32_t>(kPowersOfTen[kDigitsPerGroup - cut]),
               static_cast<uint32_t>(Digit(groups - 1) / kPowersOfTen[cut]));
  std::vector<unsigned char> magnitude;
  for (size_t i = limbs.size(); i-- != 0;) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      const auto byte = static_cast<unsigned char>(limbs[i] >> shift);
      if (byte != 0 || !magnitude.empty()) magnitude.push_back(byte);
    }
  }
  AppendTwosComplement(out, std::move(magnitude), negative_);
}

double Numeric::ToDouble() const {
  switch (kind_) {
    case Kind::kNaN:
      return std::numeric_limits<double>::quiet_NaN();
    case Kind::kPositiveInfinity:
      return std::numeric_limits<double>::infinity();
    case Kind::kNegativeInfinity:
      return -std::numeric_limits<double>::infinity();
    case Kind::kFinite:
      break;
  }
  Buffer text;
  AppendPlain(text, display_scale_);
  text.Append('\0');
  return std::strtod(text.data(), nullptr);
}

}  // namespace penstock::event
