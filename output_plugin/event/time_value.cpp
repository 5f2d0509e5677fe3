#include "time_value.h"

#include <cstring>

#include "java_calendar.h"
#include "json_text.h"
#include "time_text.h"

namespace penstock::event {
namespace {

// Days since 1970. Snapshots of Debezium read dates through java.sql.Date, which loses the era and
// has other infinities than the stream.
int64_t EpochDays(const FieldValue& value, bool java_date) {
  const auto days = static_cast<int32_t>(value.number);
  if (!java_date) {
    // Both infinities wrap around in Debezium's 32-bit addition; so they do here.
    return static_cast<int32_t>(static_cast<uint32_t>(days) + static_cast<uint32_t>(kEpochDays));
  }
  if (days == kDateInfinity) return -622191234;
  if (days == kDateMinusInfinity) return -625821272;
  return JavaDays(static_cast<int64_t>(days) + kEpochDays);
}

// pgjdbc's PGStatement.DATE_POSITIVE_INFINITY and DATE_NEGATIVE_INFINITY, in milliseconds.
constexpr int64_t kJavaInfinityMillis = 9223372036825200;
constexpr int64_t kJavaMinusInfinityMillis = -9223372036832400;

bool WriteNanos(Buffer& out, int64_t micros) {
  // Debezium computes days * 86400e9 + nanoseconds of the day, and fails where one overflows.
  const int64_t days = FloorDivide(micros, kMicrosPerDay);
  int64_t nanos;
  if (__builtin_mul_overflow(days, kMicrosPerDay * 1000, &nanos)) return false;
  if (__builtin_add_overflow(nanos, (micros - days * kMicrosPerDay) * 1000, &nanos)) return false;
  AppendInt(out, nanos);
  return true;
}

bool WriteInfiniteTimestamp(Buffer& out, Kind kind, bool positive) {
  const int64_t millis = positive ? kJavaInfinityMillis : kJavaMinusInfinityMillis;
  switch (kind) {
    case Kind::kTimestampMillis:
    case Kind::kConnectTimestamp:
      AppendInt(out, millis);
      return true;
    case Kind::kTimestampNanos:
      AppendInt(out, positive ? kTimestampInfinity : kTimestampMinusInfinity);
      return true;
    case Kind::kIsoTimestamp:
      out.Append(positive ? "\"+294247-01-10T04:00:25.2Z\"" : "\"-290308-12-21T19:59:27.6Z\"");
      return true;
    case Kind::kZonedTimestamp:
      out.Append(positive ? "\"infinity\"" : "\"-infinity\"");
      return true;
    default:
      AppendInt(out, millis * 1000);
      return true;
  }
}

}  // namespace

bool WriteDate(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode) {
  const bool java_date = mode.quirks && mode.snapshot;
  if (column.kind != Kind::kIsoDate) {
    AppendInt(out, EpochDays(value, java_date));
    return true;
  }
  out.Append('"');
  if (java_date && value.number == kDateInfinity) {
    out.Append("+292278994-08-16");
  } else if (java_date && value.number == kDateMinusInfinity) {
    out.Append("+292269055-12-02");
  } else {
    AppendIsoDate(out, EpochDays(value, java_date));
  }
  out.Append("Z\"");
  return true;
}

bool WriteTime(Buffer& out, const Column& column, const FieldValue& value, const WriteMode&) {
  const int64_t micros = value.number;
  switch (column.kind) {
    case Kind::kTimeMillis:
    case Kind::kConnectTime:
      AppendInt(out, micros / 1000);
      return true;
    case Kind::kTimeNanos:
      AppendInt(out, micros * 1000);
      return true;
    case Kind::kIsoTime:
    case Kind::kZonedTime:
      out.Append('"');
      AppendIsoTime(out, micros - FloorDivide(micros, kMicrosPerDay) * kMicrosPerDay, kFewest);
      out.Append("Z\"");
      return true;
    default:
      AppendInt(out, micros);
      return true;
  }
}

bool WriteTimestamp(Buffer& out, const Column& column, const FieldValue& value, const WriteMode&) {
  if (value.number == kTimestampInfinity || value.number == kTimestampMinusInfinity) {
    return WriteInfiniteTimestamp(out, column.kind, value.number == kTimestampInfinity);
  }
  switch (column.kind) {
    case Kind::kTimestampMillis:
    case Kind::kConnectTimestamp:
      AppendInt(out, FloorDivide(value.number, 1000) + kEpochMicros / 1000);
      return true;
    case Kind::kIsoTimestamp:
    case Kind::kZonedTimestamp:
      out.Append('"');
      AppendIsoTimestamp(out, value.number,
                         column.kind == Kind::kIsoTimestamp ? kFewest : column.scale);
      out.Append("Z\"");
      return true;
    default:
      break;
  }
  int64_t micros;  // PostgreSQL's last 30 years do not fit
  if (__builtin_add_overflow(value.number, kEpochMicros, &micros)) return false;
  if (column.kind == Kind::kTimestampNanos) return WriteNanos(out, micros);
  AppendInt(out, micros);
  return true;
}

bool WriteInterval(Buffer& out, const Column& column, const FieldValue& value,
                   const WriteMode& mode) {
  IntervalValue interval;
  std::memcpy(&interval, value.bytes, sizeof interval);
  if (column.kind == Kind::kDuration) {
    AppendInt(out, mode.quirks ? QuirkyIntervalMicros(interval) : IntervalMicros(interval));
    return true;
  }
  out.Append('"');
  AppendInterval(out, interval, mode.quirks);
  out.Append('"');
  return true;
}

}  // namespace penstock::event
