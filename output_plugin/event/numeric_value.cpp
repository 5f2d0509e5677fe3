#include "numeric_value.h"

#include <charconv>
#include <cmath>

#include "json_text.h"
#include "numeric.h"

namespace penstock::event {
namespace {

// Quoted base64 of the unscaled value.
void AppendDecimal(Buffer& out, const Numeric& numeric, int scale) {
  char bytes[Numeric::kShortBytes];
  if (const int n = numeric.ShortUnscaled(scale, bytes); n != 0) {
    return AppendQuotedBase64(out, bytes, static_cast<size_t>(n));
  }
  Buffer unscaled;
  numeric.AppendUnscaled(unscaled, scale);
  AppendQuotedBase64(out, unscaled.data(), unscaled.size());
}

// All digits, whatever the column's scale is; beyond 2^53 a division would round twice.
double MoneyDouble(int64_t value, int digits) {
  constexpr int64_t kExact = int64_t{1} << 53;
  if (value > -kExact && value < kExact) return static_cast<double>(value) / std::pow(10.0, digits);
  const std::string text = std::to_string(value) + "e-" + std::to_string(digits);
  double result = 0;
  std::from_chars(text.data(), text.data() + text.size(), result);
  return result;
}

}  // namespace

__int128 RoundMoney(int64_t value, int digits, int scale) {
  __int128 units = value;
  for (; digits < scale; ++digits) units *= 10;
  for (; digits > scale + 1; --digits) units /= 10;
  if (digits > scale) units = (units + (units < 0 ? -5 : 5)) / 10;
  return units;
}

std::string DecimalText(__int128 units, int scale) {
  std::string text;
  for (__int128 rest = units; rest != 0; rest /= 10) {
    const int digit = static_cast<int>(rest % 10);
    text.insert(text.begin(), static_cast<char>('0' + (digit < 0 ? -digit : digit)));
  }
  const auto fraction = static_cast<size_t>(scale);
  if (text.size() <= fraction) text.insert(0, fraction + 1 - text.size(), '0');
  if (fraction != 0) text.insert(text.size() - fraction, ".");
  if (units < 0) text.insert(0, "-");
  return text;
}

bool WriteNumeric(Buffer& out, const Column& column, const FieldValue& value, const WriteMode&) {
  const Numeric numeric(BytesOf(value));
  const bool finite = numeric.kind() == Numeric::Kind::kFinite;
  switch (column.kind) {
    case Kind::kDecimal:
      if (!finite) return false;
      AppendDecimal(out, numeric, column.scale);
      return true;
    case Kind::kVariableDecimal: {
      if (!finite) return false;
      const int scale = numeric.MinimalScale();
      out.Append("{\"scale\":");
      AppendInt(out, scale);
      out.Append(",\"value\":");
      AppendDecimal(out, numeric, scale);
      out.Append('}');
      return true;
    }
    case Kind::kNumericDouble:
      AppendDouble(out, numeric.ToDouble());
      return true;
    default:
      break;
  }
  switch (numeric.kind()) {
    case Numeric::Kind::kNaN:
      out.Append("\"NAN\"");
      return true;
    case Numeric::Kind::kPositiveInfinity:
      out.Append("\"POSITIVE_INFINITY\"");
      return true;
    case Numeric::Kind::kNegativeInfinity:
      out.Append("\"NEGATIVE_INFINITY\"");
      return true;
    case Numeric::Kind::kFinite:
      break;
  }
  out.Append('"');
  numeric.AppendPlain(out, column.scale < 0 ? numeric.display_scale() : column.scale);
  out.Append('"');
  return true;
}

bool WriteMoney(Buffer& out, const Column& column, const FieldValue& value, const WriteMode&) {
  if (column.kind == Kind::kMoneyDouble) {
    AppendDouble(out, MoneyDouble(value.number, column.money_digits));
    return true;
  }
  if (column.kind == Kind::kMoneyText) {
    out.Append('"');
    out.Append(DecimalText(value.number, column.money_digits));
    out.Append('"');
    return true;
  }
  char bytes[16];
  int n = 16;
  __int128 rest = RoundMoney(value.number, column.money_digits, column.scale);
  do {
    bytes[--n] = static_cast<char>(rest);
    rest >>= 8;
  } while (n > 0 && !((rest == 0 && bytes[n] >= 0) || (rest == -1 && bytes[n] < 0)));
  AppendQuotedBase64(out, bytes + n, static_cast<size_t>(16 - n));
  return true;
}

}  // namespace penstock::event
