#include "source_type.h"

namespace penstock::event {
namespace {

constexpr int kUnbounded = 2147483647;
constexpr int kVarHeader = 4;  // part of the modifiers of numeric and character types

// Types whose length and scale no modifier changes.
struct FixedRow {
  const char* name;
  int length;
  int scale;
};
constexpr FixedRow kFixed[] = {
    {"bool", 1, 0}, {"char", 1, 0},  {"date", 13, 0}, {"float4", 8, 8}, {"float8", 17, 17},
    {"int2", 5, 0}, {"int4", 10, 0}, {"int8", 19, 0}, {"oid", 10, 0},
};

// Types with fraction digits: the length of the text without them.
struct TimeRow {
  const char* name;
  int length;
};
constexpr TimeRow kTimes[] = {{"time", 8}, {"timestamp", 22}, {"timestamptz", 28}, {"timetz", 14}};

// As the driver counts: the point and the digits; a single digit counts double.
int FractionLength(int typmod) {
  if (typmod < 0) return 7;
  if (typmod == 0) return 0;
  return typmod == 1 ? 3 : typmod + 1;
}

SourceType Numeric(int32_t typmod) {
  if (typmod < 0) return {131089, 0};
  const int32_t modifier = typmod - kVarHeader;
  // The scale is signed in 11 bits since 15; the driver takes more of them, and no sign.
  return {(modifier >> 16) & 0xFFFF, modifier & 0x7FF};
}

}  // namespace

SourceType DescribeSourceType(std::string_view base, int32_t typmod) {
  for (const FixedRow& row : kFixed) {
    if (base == row.name) return {row.length, row.scale};
  }
  for (const TimeRow& row : kTimes) {
    if (base == row.name) return {row.length + FractionLength(typmod), typmod < 0 ? 6 : typmod};
  }
  if (base == "numeric") return Numeric(typmod);
  if (base == "interval") return {49, typmod < 0 ? 6 : typmod & 0xFFFF};
  if (base == "bpchar" || base == "varchar") {
    return {typmod < 0 ? kUnbounded : typmod - kVarHeader, 0};
  }
  if (base == "bit" || base == "varbit") return {typmod < 0 ? kUnbounded : typmod, 0};
  return {kUnbounded, 0};
}

}  // namespace penstock::event
