// Dates, times, timestamps and intervals against the C library's calendar and 128-bit arithmetic.
#include <ctime>
#include <limits>
#include <optional>

#include "fuzz.h"
#include "output_plugin/event/time_text.h"
#include "output_plugin/event/time_zone.h"
#include "test/unit/field_values.h"

namespace penstock::event {
namespace {

constexpr int64_t kFirstTimestamp = -211813488000000000;  // PostgreSQL's, 4714-11-24 BC
constexpr int64_t kEndTimestamp = 9223371331200000000;
constexpr int32_t kFirstDay = -2451545;
constexpr int32_t kEndDay = 2145031949;
constexpr __int128 kInt64Max = std::numeric_limits<int64_t>::max();
constexpr __int128 kInt64Min = std::numeric_limits<int64_t>::min();

// The JSON of a value, or nothing where it is refused.
std::optional<std::string> Write(Kind kind, int64_t number, int scale = 0, WriteMode mode = {}) {
  Column column;
  column.kind = kind;
  column.scale = scale;
  Buffer out;
  out.Append('x');
  const bool written = WriteValue(out, column, Number(number), mode);
  if (!written) {
    DEMAND(out.view() == "x", out.view());
    return {};
  }
  rapidjson::Document document;
  fuzz::ParseStrictly(out.view().substr(1), &document);
  return std::string(out.view().substr(1));
}

void DemandNumber(const std::optional<std::string>& json, __int128 expected) {
  if (expected > kInt64Max || expected < kInt64Min) {
    DEMAND(!json.has_value(), *json);
    return;
  }
  DEMAND(json.has_value() && *json == std::to_string(static_cast<int64_t>(expected)),
         json.value_or("refused"));
}

struct Moment {
  std::string date;  // as ISO 8601 has it
  std::tm parts;
};

Moment CalendarOf(int64_t unix_seconds) {
  const auto seconds = static_cast<std::time_t>(unix_seconds);
  Moment moment;
  DEMAND(gmtime_r(&seconds, &moment.parts) != nullptr, "gmtime_r");
  const long year = moment.parts.tm_year + 1900L;
  char text[40];
  std::snprintf(text, sizeof text, "%s%04ld-%02d-%02d",
                year < 0      ? "-"
                : year > 9999 ? "+"
                              : "",
                year < 0 ? -year : year, moment.parts.tm_mon + 1, moment.parts.tm_mday);
  moment.date = text;
  return moment;
}

std::string Fraction(int64_t micros, int digits) {
  char text[16];
  std::snprintf(text, sizeof text, ".%06d", static_cast<int>(micros));
  std::string fraction(text);
  if (digits >= 0) return digits == 0 ? "" : fraction.substr(0, static_cast<size_t>(digits) + 1);
  fraction.resize(fraction.find_last_not_of('0') + 1);
  return fraction == "." ? "" : fraction;
}

std::string Clock(const std::tm& parts, int64_t micros, int digits) {
  char text[40];
  std::snprintf(text, sizeof text, "%02d:%02d:%02d", parts.tm_hour, parts.tm_min, parts.tm_sec);
  return text + Fraction(micros, digits);
}

// Text of microseconds since 2000; what is beyond a second is looked up in the calendar.
std::string TimestampText(__int128 micros, int digits) {
  const __int128 since_1970 = micros + kEpochMicros;
  __int128 rest = since_1970 % kMicrosPerSecond;
  if (rest < 0) rest += kMicrosPerSecond;
  const Moment moment = CalendarOf(static_cast<int64_t>((since_1970 - rest) / kMicrosPerSecond));
  return moment.date + "T" + Clock(moment.parts, static_cast<int64_t>(rest), digits);
}

std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

// The last millisecond that had begun.
__int128 MillisOf(__int128 micros) { return (micros - ((micros % 1000) + 1000) % 1000) / 1000; }

void CheckTimestamp(int64_t micros, int scale) {
  if (micros == kTimestampInfinity || micros == kTimestampMinusInfinity) {
    for (Kind kind = Kind::kTimestampMillis; kind <= Kind::kZonedTimestamp;
         kind = static_cast<Kind>(static_cast<int>(kind) + 1)) {
      DEMAND(Write(kind, micros, scale).has_value(), "an infinity");
    }
    return;
  }
  const __int128 since_1970 = static_cast<__int128>(micros) + kEpochMicros;
  const __int128 millis = MillisOf(since_1970);
  DemandNumber(Write(Kind::kTimestampMillis, micros), millis);
  DemandNumber(Write(Kind::kConnectTimestamp, micros), millis);
  DemandNumber(Write(Kind::kTimestampMicros, micros), since_1970);
  const bool fits = since_1970 <= kInt64Max;
  const auto nanos = Write(Kind::kTimestampNanos, micros);
  if (fits && nanos.has_value()) {
    DemandNumber(nanos, since_1970 * 1000);
  } else {
    // Debezium multiplies the days first, so that part of the last day is lost.
    DEMAND(since_1970 * 1000 > kInt64Max || since_1970 * 1000 - kMicrosPerDay * 1000 < kInt64Min,
           "");
  }
  DEMAND(Write(Kind::kIsoTimestamp, micros) == Quoted(TimestampText(micros, kFewest) + "Z"), "");
  DEMAND(Write(Kind::kZonedTimestamp, micros, scale) == Quoted(TimestampText(micros, scale) + "Z"),
         *Write(Kind::kZonedTimestamp, micros, scale));
  DEMAND(Write(Kind::kInstant, micros) == Quoted(TimestampText(micros, 6) + "Z"), "");
}

// In a zone the numbers are those of its local time taken for UTC's, and texts have the offset.
void CheckZone(int64_t micros, int offset) {
  TimeZone zone;
  zone.fixed_offset = offset;
  for (const Kind kind : {Kind::kTimestampMicros, Kind::kTimestampMillis, Kind::kTimestampNanos,
                          Kind::kConnectTimestamp, Kind::kZonedTimestamp, Kind::kZonedTime}) {
    Column column;
    column.name = "c";
    column.kind = kind;
    column.optional = false;
    MoveToZone(&column, &zone, false);
    Buffer out;
    const int64_t value = kind == Kind::kZonedTime ? micros % kMicrosPerDay : micros;
    if (!WriteValue(out, column, Number(value), {})) continue;
    rapidjson::Document document;
    fuzz::ParseStrictly(out.view(), &document);
    const __int128 moved = static_cast<__int128>(micros) + kEpochMicros -
                           static_cast<__int128>(offset) * kMicrosPerSecond;
    if (kind == Kind::kTimestampMicros) DemandNumber(std::string(out.view()), moved);
    if (kind == Kind::kTimestampMillis || kind == Kind::kConnectTimestamp)
      DemandNumber(std::string(out.view()), MillisOf(moved));
    if (kind == Kind::kZonedTimestamp) {
      const std::string local = TimestampText(
          static_cast<__int128>(micros) + static_cast<__int128>(offset) * kMicrosPerSecond,
          kFewest);
      DEMAND(fuzz::TextOf(document).substr(0, local.size()) == local, out.view());
    }
  }
}

// As java.util.Calendar has it: without the days that the Gregorian calendar left out, and the era.
int64_t JavaDays(int64_t days) {
  if (days >= -141437 && days < -141427) return days + 10;  // 1582-10-05 to 1582-10-14
  std::tm parts = CalendarOf(days * 86400).parts;
  if (parts.tm_year + 1900 > 0) return days;
  parts.tm_year = 1 - (parts.tm_year + 1900) - 1900;
  return timegm(&parts) / 86400;
}

void CheckDate(int32_t days) {
  const WriteMode snapshot_quirks = {true, true};
  if (days == kDateInfinity || days == kDateMinusInfinity) {
    for (const Kind kind : {Kind::kDate, Kind::kConnectDate, Kind::kIsoDate, Kind::kDay}) {
      DEMAND(Write(kind, days).has_value() && Write(kind, days, 0, snapshot_quirks).has_value(),
             "");
    }
    return;
  }
  const int64_t since_1970 = static_cast<int64_t>(days) + kEpochDays;
  const std::string text = CalendarOf(since_1970 * 86400).date;
  DemandNumber(Write(Kind::kDate, days), since_1970);
  DemandNumber(Write(Kind::kConnectDate, days), since_1970);
  DemandNumber(Write(Kind::kDate, days, 0, snapshot_quirks), JavaDays(since_1970));
  DEMAND(Write(Kind::kIsoDate, days) == Quoted(text + "Z"), text);
  DEMAND(Write(Kind::kDay, days) == Quoted(text), text);
}

void CheckTime(int64_t micros, int64_t utc) {
  DemandNumber(Write(Kind::kTimeMillis, micros), micros / 1000);
  DemandNumber(Write(Kind::kConnectTime, micros), micros / 1000);
  DemandNumber(Write(Kind::kTimeMicros, micros), micros);
  DemandNumber(Write(Kind::kTimeNanos, micros), static_cast<__int128>(micros) * 1000);
  auto text = [](int64_t of) {
    return Clock(CalendarOf(of / kMicrosPerSecond).parts, of % kMicrosPerSecond, kFewest);
  };
  DEMAND(Write(Kind::kIsoTime, micros) == Quoted(text(micros) + "Z"), text(micros));
  const std::string clock = micros == kMicrosPerDay ? "24:00:00" : text(micros);
  DEMAND(Write(Kind::kClock, micros) == Quoted(clock), clock);
  const std::string moved =
      Quoted(text(((utc % kMicrosPerDay) + kMicrosPerDay) % kMicrosPerDay) + "Z");
  DEMAND(Write(Kind::kZonedTime, utc) == moved && Write(Kind::kUtcClock, utc) == moved, moved);
}

void CheckInterval(const IntervalValue& interval) {
  const std::string bytes(reinterpret_cast<const char*>(&interval), sizeof interval);
  auto write = [&bytes](Kind kind, bool quirks) {
    Column column;
    column.kind = kind;
    Buffer out;
    DEMAND(WriteValue(out, column, Bytes(bytes), {quirks, false}), "an interval");
    rapidjson::Document document;
    fuzz::ParseStrictly(out.view(), &document);
    return std::string(out.view());
  };
  // A twelfth of 365.25 days.
  const __int128 exact = static_cast<__int128>(interval.months) * 2629800000000 +
                         static_cast<__int128>(interval.days) * kMicrosPerDay + interval.micros;
  const __int128 kept = std::min(std::max(exact, kInt64Min), kInt64Max);
  const std::string micros = write(Kind::kDuration, false);
  DEMAND(micros == std::to_string(static_cast<int64_t>(kept)), micros);
  const double difference =
      std::strtod(write(Kind::kDuration, true).c_str(), nullptr) - static_cast<double>(kept);
  DEMAND(difference < 1e6 && difference > -1e6, micros);  // doubles, but no other number

  const std::string text = write(Kind::kIntervalText, false);
  long long years, months, days, hours, minutes;
  int read = 0;
  DEMAND(std::sscanf(text.c_str(), "\"P%lldY%lldM%lldDT%lldH%lldM%n", &years, &months, &days,
                     &hours, &minutes, &read) == 5,
         text);
  std::string seconds = text.substr(static_cast<size_t>(read));
  DEMAND(seconds.size() >= 3 && seconds.substr(seconds.size() - 2) == "S\"", text);
  seconds.resize(seconds.size() - 2);
  const size_t point = std::min(seconds.find('.'), seconds.size());
  std::string fraction = seconds.substr(std::min(point + 1, seconds.size()));
  fraction.resize(6, '0');
  const bool negative = seconds[0] == '-';
  const __int128 part = std::stoll(fraction);
  const __int128 sum =
      ((static_cast<__int128>(hours) * 60 + minutes) * 60 + std::stoll(seconds.substr(0, point))) *
          kMicrosPerSecond +
      (negative ? -part : part);
  DEMAND(sum == interval.micros && days == interval.days && years * 12 + months == interval.months,
         text);
}

// Arrays pass through java.sql types under quirks.
void CheckArrays(int64_t micros, int32_t days, int64_t time) {
  const std::pair<Kind, int64_t> items[] = {{Kind::kTimestampMicros, micros},
                                            {Kind::kTimestampNanos, micros},
                                            {Kind::kZonedTimestamp, micros},
                                            {Kind::kIsoTimestamp, micros},
                                            {Kind::kDate, days},
                                            {Kind::kIsoDate, days},
                                            {Kind::kTimeMicros, time},
                                            {Kind::kZonedTime, time}};
  for (const auto& [kind, number] : items) {
    Column column;
    column.kind = Kind::kArray;
    column.element = std::make_unique<Column>();
    column.element->kind = kind;
    const std::vector<FieldValue> values = {Number(number), State(FieldState::kNull),
                                            Number(number)};
    for (const bool quirks : {false, true}) {
      Buffer out;
      if (!WriteValue(out, column, Items(FieldState::kValue, values), {quirks, false})) continue;
      rapidjson::Document document;
      fuzz::ParseStrictly(out.view(), &document);
      DEMAND(document.Size() == 3 && document[0] == document[2] && document[1].IsNull(),
             out.view());
    }
  }
}

}  // namespace
}  // namespace penstock::event

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  using namespace penstock::event;
  fuzz::Input input(data, size);
  const auto any = input.Edge<int64_t>();
  CheckTimestamp(any, input.Below(7));
  int64_t stored = any;
  if (stored < kFirstTimestamp || stored >= kEndTimestamp) stored %= kFirstTimestamp;
  CheckZone(stored, input.Between(-18 * 3600, 18 * 3600));
  auto days = input.Edge<int32_t>();
  if (input.Number<uint8_t>() == 0) days = -152384 + input.Between(-15, 15);  // 1582-10-15
  const bool infinite = days == kDateInfinity || days == kDateMinusInfinity;
  if (!infinite && (days < kFirstDay || days >= kEndDay)) days %= kFirstDay;
  CheckDate(days);
  const int64_t time = static_cast<int64_t>(input.Number<uint64_t>() % (kMicrosPerDay + 1));
  CheckTime(time, time + input.Between(-16 * 3600, 16 * 3600) * kMicrosPerSecond);
  IntervalValue interval;
  interval.micros = input.Edge<int64_t>();
  interval.days = input.Edge<int32_t>();
  interval.months = input.Edge<int32_t>();
  CheckInterval(interval);
  CheckArrays(stored, days, time);
  (void)ParseTimeZoneRule(input.Line(), input.Line(), input.Line());
  return 0;
}
