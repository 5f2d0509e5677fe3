#include "time_text.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "json_text.h"

namespace penstock::event {
namespace {

void AppendPadded(Buffer& out, int64_t value, int width) {
  char* p = out.Reserve(static_cast<size_t>(width));
  for (int i = width - 1; i >= 0; --i, value /= 10) p[i] = static_cast<char>('0' + value % 10);
  out.Advance(static_cast<size_t>(width));
}

char* PutTwo(char* p, int value) {
  p[0] = static_cast<char>('0' + value / 10);
  p[1] = static_cast<char>('0' + value % 10);
  return p + 2;
}

void AppendFraction(Buffer& out, int64_t micros, int digits) {
  if (digits == kFewest) {
    digits = micros == 0 ? 0 : 6;
    while (digits > 0 && micros % 10 == 0) {
      micros /= 10;
      --digits;
    }
  } else {
    for (int i = 6; i > digits; --i) micros /= 10;
  }
  if (digits == 0) return;
  out.Append('.');
  AppendPadded(out, micros, digits);
}

}  // namespace

CivilDate CivilFromDays(int64_t days) {
  days += 719468;
  const int64_t era = FloorDivide(days, 146097);
  const auto day_of_era = days - era * 146097;
  const auto year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const auto day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const auto shifted_month = (5 * day_of_year + 2) / 153;
  const int day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  const int month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

int64_t DaysFromCivil(const CivilDate& date) {
  const int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const int64_t era = FloorDivide(year, 400);
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year =
      (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

void AppendIsoDate(Buffer& out, int64_t days) {
  const CivilDate date = CivilFromDays(days);
  const int64_t year = std::llabs(date.year);
  if (date.year < 0) out.Append('-');
  if (date.year > 9999) out.Append('+');
  if (year > 9999) {
    AppendInt(out, year);
  } else {
    AppendPadded(out, year, 4);
  }
  char* p = out.Reserve(6);
  *p++ = '-';
  p = PutTwo(p, date.month);
  *p++ = '-';
  PutTwo(p, date.day);
  out.Advance(6);
}

void AppendIsoTime(Buffer& out, int64_t micros, int digits) {
  const int seconds = static_cast<int>(micros / kMicrosPerSecond);
  char* p = out.Reserve(8);
  p = PutTwo(p, seconds / 3600);
  *p++ = ':';
  p = PutTwo(p, seconds / 60 % 60);
  *p++ = ':';
  PutTwo(p, seconds % 60);
  out.Advance(8);
  AppendFraction(out, micros % kMicrosPerSecond, digits);
}

void AppendIsoTimestamp(Buffer& out, int64_t micros, int digits) {
  int64_t of_day = micros % kMicrosPerDay;  // days * kMicrosPerDay might not fit
  if (of_day < 0) of_day += kMicrosPerDay;
  AppendIsoDate(out, FloorDivide(micros, kMicrosPerDay) + kEpochDays);
  out.Append('T');
  AppendIsoTime(out, of_day, digits);
}

int64_t IntervalMicros(const IntervalValue& interval) {
  constexpr int64_t kMicrosPerMonth = kMicrosPerDay / 96 * 2922;  // 30.4375 days
  const __int128 total = static_cast<__int128>(interval.months) * kMicrosPerMonth +
                         static_cast<__int128>(interval.days) * kMicrosPerDay + interval.micros;
  if (total > std::numeric_limits<int64_t>::max()) return std::numeric_limits<int64_t>::max();
  if (total < std::numeric_limits<int64_t>::min()) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(total);
}

namespace {

// Whole seconds and the fraction are added as doubles: 2 + 0.72 is less than 2.72.
double QuirkySeconds(int64_t micros) {
  return static_cast<double>(micros / kMicrosPerSecond % 60) +
         static_cast<double>(micros % kMicrosPerSecond) / 1e6;
}

// The shortest digits, cut after nine of the fraction, without zeros at the end.
void AppendQuirkySeconds(Buffer& out, int64_t micros) {
  constexpr size_t kFractionDigits = 9;
  char digits[64];
  const auto end = std::to_chars(digits, digits + sizeof digits, QuirkySeconds(micros),
                                 std::chars_format::fixed);
  std::string_view text(digits, static_cast<size_t>(end.ptr - digits));
  const size_t point = text.find('.');
  if (point != std::string_view::npos) {
    text = text.substr(0, point + 1 + kFractionDigits);
    text = text.substr(0, text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.remove_suffix(1);
  }
  out.Append(text);
}

}  // namespace

int64_t QuirkyIntervalMicros(const IntervalValue& interval) {
  constexpr double kDaysPerMonth = 365.25 / 12;
  const int64_t seconds = interval.micros / kMicrosPerSecond;
  const double days =
      (interval.months / 12 * 12.0 + interval.months % 12) * kDaysPerMonth + interval.days;
  const double total = ((days * 24 + static_cast<double>(seconds / 3600)) * 60 +
                        static_cast<double>(seconds / 60 % 60)) *
                           60 +
                       QuirkySeconds(interval.micros);
  const double micros = total * 1e6;
  if (micros >= 9223372036854775807.0) return std::numeric_limits<int64_t>::max();
  if (micros <= -9223372036854775808.0) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(micros);  // cut, not rounded
}

void AppendInterval(Buffer& out, const IntervalValue& interval, bool quirks) {
  const int64_t seconds = interval.micros / kMicrosPerSecond;
  const int64_t rest = interval.micros - seconds / 60 * 60 * kMicrosPerSecond;
  auto part = [&out](int64_t value, char unit) {
    AppendInt(out, value);
    out.Append(unit);
  };
  out.Append('P');
  part(interval.months / 12, 'Y');
  part(interval.months % 12, 'M');
  part(interval.days, 'D');
  out.Append('T');
  part(seconds / 3600, 'H');
  part(seconds / 60 % 60, 'M');
  if (quirks) {
    AppendQuirkySeconds(out, rest);
  } else {
    if (rest < 0) out.Append('-');
    AppendInt(out, std::llabs(rest) / kMicrosPerSecond);
    AppendFraction(out, std::llabs(rest) % kMicrosPerSecond, kFewest);
  }
  out.Append('S');
}

}  // namespace penstock::event
