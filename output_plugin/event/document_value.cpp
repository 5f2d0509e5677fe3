#include "document_value.h"

#include <limits>

#include "json_text.h"
#include "numeric.h"
#include "time_text.h"

namespace penstock::event {
namespace {

// Longer numbers than this are refused by Jackson, which Elasticsearch parses with; it reads them
// from strings all the same.
constexpr size_t kLongestNumber = 1000;

bool WriteInfinity(Buffer& out, bool positive) {
  out.Append(positive ? "\"infinity\"" : "\"-infinity\"");
  return true;
}

}  // namespace

// All digits, as numeric_out prints them.
bool WriteNumber(Buffer& out, const Column&, const FieldValue& value, const WriteMode&) {
  const Numeric numeric(BytesOf(value));
  switch (numeric.kind()) {
    case Numeric::Kind::kNaN:
      out.Append("\"NaN\"");
      return true;
    case Numeric::Kind::kPositiveInfinity:
      out.Append("\"Infinity\"");
      return true;
    case Numeric::Kind::kNegativeInfinity:
      out.Append("\"-Infinity\"");
      return true;
    case Numeric::Kind::kFinite:
      break;
  }
  const size_t start = out.size();
  numeric.AppendPlain(out, numeric.display_scale());
  if (out.size() - start <= kLongestNumber) return true;
  out.Truncate(start);
  out.Append('"');
  numeric.AppendPlain(out, numeric.display_scale());
  out.Append('"');
  return true;
}

bool WriteMoneyNumber(Buffer& out, const Column& column, const FieldValue& value,
                      const WriteMode&) {
  uint64_t scale = 1;
  for (int i = 0; i < column.money_digits; ++i) scale *= 10;
  const auto bits = static_cast<uint64_t>(value.number);
  const uint64_t magnitude = value.number < 0 ? 0 - bits : bits;
  if (value.number < 0) out.Append('-');
  AppendUint(out, magnitude / scale);
  if (scale == 1) return true;
  out.Append('.');
  uint64_t fraction = magnitude % scale;
  for (scale /= 10; scale != 0; scale /= 10) {
    out.Append(static_cast<char>('0' + fraction / scale));
    fraction %= scale;
  }
  return true;
}

bool WriteDay(Buffer& out, const Column&, const FieldValue& value, const WriteMode&) {
  if (value.number == kDateInfinity) return WriteInfinity(out, true);
  if (value.number == kDateMinusInfinity) return WriteInfinity(out, false);
  out.Append('"');
  AppendIsoDate(out, value.number + kEpochDays);
  out.Append('"');
  return true;
}

// Of timetz the time in UTC, marked with Z. 24:00:00 stays what it is.
bool WriteClock(Buffer& out, const Column& column, const FieldValue& value, const WriteMode&) {
  int64_t micros = value.number;
  const bool utc = column.kind == Kind::kUtcClock;
  if (utc) micros -= FloorDivide(micros, kMicrosPerDay) * kMicrosPerDay;
  out.Append('"');
  AppendIsoTime(out, micros, kFewest);
  out.Append(utc ? "Z\"" : "\"");
  return true;
}

bool WriteInstant(Buffer& out, const Column&, const FieldValue& value, const WriteMode&) {
  if (value.number == kTimestampInfinity) return WriteInfinity(out, true);
  if (value.number == kTimestampMinusInfinity) return WriteInfinity(out, false);
  out.Append('"');
  AppendIsoTimestamp(out, value.number, 6);
  out.Append("Z\"");
  return true;
}

bool WritePeriod(Buffer& out, const Column&, const FieldValue& value, const WriteMode&) {
  IntervalValue interval;
  std::memcpy(&interval, value.bytes, sizeof interval);
  // Since 17 intervals have infinities: all three fields at their ends.
  constexpr auto kMonths = std::numeric_limits<int32_t>();
  constexpr auto kMicros = std::numeric_limits<int64_t>();
  if (interval.months == kMonths.max() && interval.days == kMonths.max() &&
      interval.micros == kMicros.max()) {
    return WriteInfinity(out, true);
  }
  if (interval.months == kMonths.min() && interval.days == kMonths.min() &&
      interval.micros == kMicros.min()) {
    return WriteInfinity(out, false);
  }
  out.Append('"');
  AppendInterval(out, interval, false);
  out.Append('"');
  return true;
}

// The text is valid JSON, where line breaks are white space between tokens only. Bulk requests have
// one document a line.
bool WriteRawJson(Buffer& out, const Column&, const FieldValue& value, const WriteMode&) {
  std::string_view text = BytesOf(value);
  for (size_t end; (end = text.find_first_of("\r\n")) != std::string_view::npos;) {
    out.Append(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  out.Append(text);
  return true;
}

bool WriteObject(Buffer& out, const Column&, const FieldValue& value, const WriteMode&) {
  WriteHstoreObject(out, BytesOf(value));
  return true;
}

bool WriteBinary(Buffer& out, const Column&, const FieldValue& value, const WriteMode&) {
  out.Append('"');
  AppendBase64(out, value.bytes, value.size);
  out.Append('"');
  return true;
}

bool WriteBitText(Buffer& out, const Column&, const FieldValue& value, const WriteMode&) {
  int32_t bit_count;
  std::memcpy(&bit_count, value.bytes, sizeof bit_count);
  const char* bits = value.bytes + sizeof bit_count;
  out.Append('"');
  for (int i = 0; i < bit_count; ++i) {
    out.Append((static_cast<unsigned char>(bits[i / 8]) >> (7 - i % 8) & 1) != 0 ? '1' : '0');
  }
  out.Append('"');
  return true;
}

bool WriteCoordinates(Buffer& out, const Column&, const FieldValue& value, const WriteMode&) {
  double xy[2];
  std::memcpy(xy, value.bytes, sizeof xy);
  out.Append("{\"x\":");
  AppendDouble(out, xy[0]);
  out.Append(",\"y\":");
  AppendDouble(out, xy[1]);
  out.Append('}');
  return true;
}

// Arrays of several dimensions are arrays of arrays, as to_jsonb has them.
bool WriteList(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode) {
  out.Append('[');
  for (uint32_t i = 0; i < value.size; ++i) {
    if (i != 0) out.Append(',');
    const FieldValue& item = value.items[i];
    if (item.state == FieldState::kItems) {
      WriteList(out, column, item, mode);
    } else if (item.state != FieldState::kValue) {
      out.Append("null");
    } else {
      WriteValue(out, *column.element, item, mode);
    }
  }
  out.Append(']');
  return true;
}

}  // namespace penstock::event
