// numeric.h: PostgreSQL's numeric from its stored form. The layout (sign, weight, display scale and
// base-10000 digits) is that of src/backend/utils/adt/numeric.c and has been the same since 9.1;
// unit tests and the regression test compare with numeric_out.
#ifndef PENSTOCK_EVENT_NUMERIC_H
#define PENSTOCK_EVENT_NUMERIC_H

#include <cstdint>
#include <string_view>

#include "buffer.h"

namespace penstock::event {

// A view of one stored numeric; the bytes must outlive it.
class Numeric {
 public:
  enum class Kind { kFinite, kNaN, kPositiveInfinity, kNegativeInfinity };

  // bytes: the varlena's payload, detoasted, 2-byte aligned or not.
  explicit Numeric(std::string_view bytes);

  Kind kind() const { return kind_; }
  int display_scale() const { return display_scale_; }

  // The fewest fraction digits that hold the value: trailing zeros dropped, never negative.
  int MinimalScale() const;

  // Plain decimal text with exactly scale fraction digits (scale >= MinimalScale(); a smaller one
  // cuts). What numeric_out prints when scale is display_scale().
  void AppendPlain(Buffer& out, int scale) const;

  // value * 10^scale as the shortest big-endian two's complement, which is Kafka Connect's
  // Decimal. Digits beyond scale are cut; Connect columns never have any.
  void AppendUnscaled(Buffer& out, int scale) const;

  // The same into out when the value is short, which nearly all are; 0: use AppendUnscaled.
  static constexpr int kShortBytes = 17;
  int ShortUnscaled(int scale, char out[kShortBytes]) const;

  double ToDouble() const;

 private:
  int Digit(int index) const {  // base 10000; index counts from the first stored digit
    if (index < 0 || index >= digit_count_) return 0;
    uint16_t digit;
    std::memcpy(&digit, digits_ + index * 2, sizeof digit);
    return digit;
  }

  // Number of base-10000 groups down to 10^-scale, and the decimal digits of the last one to cut.
  int Groups(int scale, int* cut) const;

  Kind kind_ = Kind::kFinite;
  bool negative_ = false;
  int weight_ = 0;
  int display_scale_ = 0;
  int digit_count_ = 0;
  const char* digits_ = nullptr;
};

}  // namespace penstock::event

#endif
