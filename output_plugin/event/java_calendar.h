// java_calendar.h: days and moments that Debezium takes through java.sql.Date and Timestamp, whose
// calendar is Julian before 1582. Inline, for some are asked for every value.
#ifndef PENSTOCK_EVENT_JAVA_CALENDAR_H
#define PENSTOCK_EVENT_JAVA_CALENDAR_H

#include <cstdint>

#include "time_text.h"

namespace penstock::event {

constexpr int64_t kGregorianCutover = -141427;  // 1582-10-15

// Of a date that Debezium reads by java.util.Calendar the era is lost, 44 BC becomes 44, and the
// ten days that the Gregorian calendar left out are counted on.
inline int64_t JavaDays(int64_t epoch_days) {
  if (epoch_days < kGregorianCutover && epoch_days >= kGregorianCutover - 10)
    return epoch_days + 10;
  CivilDate date = CivilFromDays(epoch_days);
  if (date.year > 0) return epoch_days;
  date.year = 1 - date.year;
  return DaysFromCivil(date);
}

// java.sql.Timestamp takes dates before the cutover for Julian ones.
inline int64_t JulianMoment(int64_t micros) {
  const int64_t days = FloorDivide(micros, kMicrosPerDay);
  if (micros == kTimestampMinusInfinity || days + kEpochDays >= kGregorianCutover) return micros;
  const CivilDate date = CivilFromDays(days + kEpochDays);
  // Its centuries that are no multiple of 4 have a leap day too; both calendars agree from March
  // 200.
  const int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const int64_t shift = FloorDivide(year, 100) - FloorDivide(year, 400) - 2;
  return micros + shift * kMicrosPerDay;
}

// The moment of a date that JavaDays reads.
inline int64_t JavaMoment(int64_t micros) {
  if (micros == kTimestampInfinity || micros == kTimestampMinusInfinity) return micros;
  const int64_t days = FloorDivide(micros, kMicrosPerDay);
  return micros + (JavaDays(days + kEpochDays) - kEpochDays - days) * kMicrosPerDay;
}

}  // namespace penstock::event

#endif
