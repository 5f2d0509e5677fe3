// time_text.h: dates and times from PostgreSQL's stored form to ISO text and Debezium's numbers.
// PostgreSQL counts days and microseconds from 2000-01-01; INT_MIN and INT_MAX of the respective
// width are the infinities (src/include/datatype/timestamp.h).
#ifndef PENSTOCK_EVENT_TIME_TEXT_H
#define PENSTOCK_EVENT_TIME_TEXT_H

#include <cstdint>
#include <limits>

#include "buffer.h"

namespace penstock::event {

constexpr int32_t kEpochDays = 10957;  // 2000-01-01 after 1970-01-01
constexpr int64_t kMicrosPerSecond = 1000000;
constexpr int64_t kMicrosPerDay = 86400 * kMicrosPerSecond;
constexpr int64_t kEpochMicros = kEpochDays * kMicrosPerDay;

constexpr int32_t kDateInfinity = std::numeric_limits<int32_t>::max();
constexpr int32_t kDateMinusInfinity = std::numeric_limits<int32_t>::min();
constexpr int64_t kTimestampInfinity = std::numeric_limits<int64_t>::max();
constexpr int64_t kTimestampMinusInfinity = std::numeric_limits<int64_t>::min();

struct CivilDate {
  int64_t year;  // astronomical: 0 is 1 BC
  int month;
  int day;
};

// Proleptic Gregorian date of a day number since 1970-01-01 (Howard Hinnant's civil_from_days).
CivilDate CivilFromDays(int64_t days);
int64_t DaysFromCivil(const CivilDate& date);

inline int64_t FloorDivide(int64_t a, int64_t b) {
  return a / b - ((a % b != 0) && ((a < 0) != (b < 0)));
}

// Java's LocalDate text: 2017-09-15, -0043-03-15, +21016-11-04.
void AppendIsoDate(Buffer& out, int64_t days);

// Fraction digits: kFewest drops trailing zeros, else exactly so many.
constexpr int kFewest = -1;

// HH:MM:SS[.fraction] of microseconds within a day.
void AppendIsoTime(Buffer& out, int64_t micros, int digits);

// Date, T and time of microseconds since 2000: PostgreSQL's whole range, part of which does not fit
// microseconds since 1970.
void AppendIsoTimestamp(Buffer& out, int64_t micros, int digits);

// PostgreSQL's interval.
struct IntervalValue {
  int64_t micros;
  int32_t days;
  int32_t months;
};

// Debezium's MicroDuration: a month is 30.4375 days, saturating.
int64_t IntervalMicros(const IntervalValue& interval);

// The same in double arithmetic and cut, which loses a microsecond now and then.
int64_t QuirkyIntervalMicros(const IntervalValue& interval);

// Debezium's Interval: P1Y2M3DT4H5M6.78S, all parts always, each with its own sign. Under quirks
// the seconds are a double that is cut after nine digits.
void AppendInterval(Buffer& out, const IntervalValue& interval, bool quirks);

}  // namespace penstock::event

#endif
