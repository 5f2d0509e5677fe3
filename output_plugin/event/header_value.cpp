// header_value.cpp: WriteHeaderField, values as Kafka Connect prints them into headers.
#include <algorithm>
#include <cmath>
#include <string>

#include "column.h"
#include "json_text.h"
#include "numeric.h"
#include "numeric_value.h"
#include "time_text.h"

namespace penstock::event {
namespace {

constexpr int64_t kMillisPerDay = kMicrosPerDay / 1000;

// Connect's Date, Time and Timestamp are all a java.util.Date there, whose text depends on its
// value: a time when it is not after the first day, a date at midnight.
void AppendConnectMoment(Buffer& out, int64_t millis) {
  const int64_t days = FloorDivide(millis, kMillisPerDay);
  const int64_t micros = (millis - days * kMillisPerDay) * 1000;
  const bool first = millis < kMillisPerDay;
  if (!first) AppendIsoDate(out, days);
  if (!first && micros == 0) return;
  if (!first) out.Append('T');
  AppendIsoTime(out, micros, 3);
  out.Append('Z');
}

// java.math.BigDecimal.toString: with an exponent when small.
void AppendBigDecimal(Buffer& out, const Numeric& numeric, int scale) {
  Buffer plain;
  numeric.AppendPlain(plain, scale);
  std::string digits;
  for (const char c : plain.view()) {
    if (c >= '0' && c <= '9') digits += c;
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  const int exponent = static_cast<int>(digits.size()) - 1 - scale;
  if (exponent >= -6) return out.Append(plain.view());
  if (plain.view()[0] == '-') out.Append('-');
  out.Append(digits[0]);
  if (digits.size() > 1) {
    out.Append('.');
    out.Append(std::string_view(digits).substr(1));
  }
  out.Append('E');
  AppendInt(out, exponent);
}

// The zero that stands for a column outside the logged old row. False: it prints as in the key.
bool AppendHeaderZero(Buffer& out, const Column& column) {
  if (column.optional || column.has_default) return false;
  switch (column.kind) {
    case Kind::kDecimal:
      if (column.scale > 6) {
        out.Append("0E-");
        AppendInt(out, column.scale);
      } else {
        out.Append(DecimalText(0, column.scale));
      }
      return true;
    case Kind::kConnectDate:
    case Kind::kConnectTime:
    case Kind::kConnectTimestamp:
      AppendConnectMoment(out, 0);
      return true;
    default:
      return false;
  }
}

}  // namespace

void WriteHeaderField(Buffer& out, const Column& column, const FieldValue& value,
                      const WriteMode& mode) {
  if (value.state != FieldState::kValue) {
    if (value.state == FieldState::kAbsent && AppendHeaderZero(out, column)) return;
    WriteField(out, column, value, mode);
    return;
  }
  switch (column.kind) {
    case Kind::kDecimal: {
      const Numeric numeric(BytesOf(value));
      if (numeric.kind() == Numeric::Kind::kFinite) {
        return AppendBigDecimal(out, numeric, column.scale);
      }
      return out.Append("null");
    }
    case Kind::kMoneyDecimal:
      return out.Append(
          DecimalText(RoundMoney(value.number, column.money_digits, column.scale), column.scale));
    case Kind::kConnectDate:
      return AppendConnectMoment(out, (value.number + kEpochDays) * kMillisPerDay);
    case Kind::kConnectTime:
      return AppendConnectMoment(out, value.number / 1000);
    case Kind::kConnectTimestamp:
      return AppendConnectMoment(out, FloorDivide(value.number, 1000) + kEpochDays * kMillisPerDay);
    case Kind::kFloat:
    case Kind::kDouble:
      if (std::isfinite(value.real)) return (void)WriteField(out, column, value, mode);
      return out.Append(std::isnan(value.real) ? "NaN" : value.real > 0 ? "Infinity" : "-Infinity");
    case Kind::kText:
    case Kind::kName:
    case Kind::kEnum:
      out.Append('"');
      for (const char c : BytesOf(value)) {
        if (c == '"' || c == '\\') out.Append('\\');
        out.Append(c);
      }
      return out.Append('"');
    default:
      WriteField(out, column, value, mode);
  }
}

}  // namespace penstock::event
