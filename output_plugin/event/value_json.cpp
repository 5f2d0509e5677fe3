// value_json.cpp: WriteValue, one small function per kind.
#include <cmath>
#include <cstdlib>

#include "column.h"
#include "document_value.h"
#include "extension_value.h"
#include "hstore.h"
#include "json_text.h"
#include "numeric.h"
#include "time_text.h"

namespace penstock::event {
namespace {

std::string_view BytesOf(const FieldValue& value) { return {value.bytes, value.size}; }

void AppendQuotedBase64(Buffer& out, const char* bytes, size_t size) {
  out.Append('"');
  AppendBase64(out, bytes, size);
  out.Append('"');
}

// Debezium sees geometric types as Java objects, whose numbers print as Java's doubles.
void AppendJavaNumbers(Buffer& out, std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const size_t digits = text.find_first_not_of("0123456789.eE+-", i);
    const size_t end = digits == std::string_view::npos ? text.size() : digits;
    if (end == i) {
      out.Append(text[i++]);
      continue;
    }
    AppendDouble(out, std::strtod(std::string(text.substr(i, end - i)).c_str(), nullptr));
    i = end;
  }
}

bool WriteBytes(Buffer& out, const Column& column, const FieldValue& value, const WriteMode&) {
  std::string_view bytes = BytesOf(value);
  Buffer rewritten;
  if (column.java_numbers) {
    AppendJavaNumbers(rewritten, bytes);
    bytes = rewritten.view();
  }
  out.Append('"');
  if (column.kind == Kind::kHex) {
    AppendHex(out, bytes.data(), bytes.size());
  } else {
    AppendBase64(out, bytes.data(), bytes.size(), column.kind == Kind::kBase64Url);
  }
  out.Append('"');
  return true;
}

bool WriteUuid(Buffer& out, const Column&, const FieldValue& value, const WriteMode&) {
  const char* bytes = value.bytes;
  out.Append('"');
  const size_t groups[] = {4, 2, 2, 2, 6};
  for (size_t i = 0; i < 5; ++i) {
    if (i != 0) out.Append('-');
    AppendHex(out, bytes, groups[i]);
    bytes += groups[i];
  }
  out.Append('"');
  return true;
}

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

// money: an integer of 10^-money_digits, rounded half up (away from zero) to the column's scale.
// False when that does not fit.
bool RoundMoney(int64_t value, int digits, int scale, int64_t* rounded) {
  __int128 units = value;
  for (; digits < scale; ++digits) units *= 10;
  for (; digits > scale + 1; --digits) units /= 10;
  if (digits > scale) units = (units + (units < 0 ? -5 : 5)) / 10;
  *rounded = static_cast<int64_t>(units);
  return units == *rounded;
}

bool WriteMoney(Buffer& out, const Column& column, const FieldValue& value, const WriteMode&) {
  int64_t units;
  if (!RoundMoney(value.number, column.money_digits, column.scale, &units)) return false;
  if (column.kind == Kind::kMoneyDecimal) {
    char bytes[8];
    int n = 8;
    int64_t rest = units;
    do {
      bytes[--n] = static_cast<char>(rest);
      rest >>= 8;
    } while (n > 0 && !((rest == 0 && bytes[n] >= 0) || (rest == -1 && bytes[n] < 0)));
    AppendQuotedBase64(out, bytes + n, static_cast<size_t>(8 - n));
    return true;
  }
  if (column.kind == Kind::kMoneyDouble) {
    AppendDouble(out, static_cast<double>(units) / std::pow(10.0, column.scale));
    return true;
  }
  uint64_t magnitude = units < 0 ? 0 - static_cast<uint64_t>(units) : static_cast<uint64_t>(units);
  std::string text = std::to_string(magnitude);
  const auto scale = static_cast<size_t>(column.scale);
  if (text.size() <= scale) text.insert(0, scale + 1 - text.size(), '0');
  if (scale != 0) text.insert(text.size() - scale, ".");
  out.Append('"');
  if (units < 0) out.Append('-');
  out.Append(text);
  out.Append('"');
  return true;
}

// Days since 1970. Snapshots of Debezium read dates through java.sql.Date, which loses the era and
// has other infinities than the stream.
int64_t EpochDays(const FieldValue& value, bool java_date) {
  const auto days = static_cast<int32_t>(value.number);
  if (!java_date) {
    // Both infinities wrap around in Debezium's 32-bit addition; so they do here.
    return static_cast<int32_t>(static_cast<uint32_t>(days) + static_cast<uint32_t>(kEpochDays));
  }
  if (days == kDateInfinity) return -622191234;
  if (days == kDateMinusInfinity) return 622191233;
  CivilDate date = CivilFromDays(static_cast<int64_t>(days) + kEpochDays);
  if (date.year > 0) return static_cast<int64_t>(days) + kEpochDays;
  date.year = 1 - date.year;
  return DaysFromCivil(date);
}

bool WriteDate(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode) {
  const bool java_date = mode.quirks && mode.snapshot;
  if (column.kind != Kind::kIsoDate) {
    AppendInt(out, EpochDays(value, java_date));
    return true;
  }
  out.Append('"');
  if (java_date && value.number == kDateInfinity) {
    out.Append("+292278994-08-16");
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

bool WriteInterval(Buffer& out, const Column& column, const FieldValue& value, const WriteMode&) {
  IntervalValue interval;
  std::memcpy(&interval, value.bytes, sizeof interval);
  if (column.kind == Kind::kDuration) {
    AppendInt(out, IntervalMicros(interval));
    return true;
  }
  out.Append('"');
  AppendInterval(out, interval);
  out.Append('"');
  return true;
}

// A bit string as java.util.BitSet's bytes: little-endian, trimmed to the highest set bit.
bool WriteBits(Buffer& out, const Column& column, const FieldValue& value, const WriteMode&) {
  int32_t bit_count;
  std::memcpy(&bit_count, value.bytes, sizeof bit_count);
  const char* bits = value.bytes + sizeof bit_count;
  auto bit = [bits](int index) {
    return (static_cast<unsigned char>(bits[index / 8]) >> (7 - index % 8)) & 1;
  };
  if (column.kind == Kind::kBit) {
    if (bit_count == 0) return false;  // an empty varbit(1)
    out.Append(bit(bit_count - 1) != 0 ? "true" : "false");
    return true;
  }
  std::string bytes(static_cast<size_t>(bit_count + 7) / 8, '\0');
  size_t used = 0;
  for (int position = 0; position < bit_count; ++position) {
    if (bit(bit_count - 1 - position) == 0) continue;
    const auto byte = static_cast<size_t>(position) / 8;
    bytes[byte] = static_cast<char>(bytes[byte] | 1 << position % 8);
    used = byte + 1;
  }
  AppendQuotedBase64(out, bytes.data(), used);
  return true;
}

bool WritePoint(Buffer& out, const Column&, const FieldValue& value, const WriteMode&) {
  double xy[2];
  std::memcpy(xy, value.bytes, sizeof xy);
  out.Append("{\"x\":");
  AppendDouble(out, xy[0]);
  out.Append(",\"y\":");
  AppendDouble(out, xy[1]);
  char wkb[21] = {1, 1, 0, 0, 0};  // little-endian, type POINT
  std::memcpy(wkb + 5, xy, sizeof xy);
  out.Append(",\"wkb\":");
  AppendQuotedBase64(out, wkb, sizeof wkb);
  out.Append(",\"srid\":null}");
  return true;
}

}  // namespace

void WriteHstoreObject(Buffer& out, std::string_view text) {
  out.Append('{');
  bool first = true;
  for (const HstorePair& pair : ParseHstore(text)) {
    if (!first) out.Append(',');
    first = false;
    AppendString(out, pair.key);
    out.Append(':');
    if (pair.is_null) {
      out.Append("null");
    } else {
      AppendString(out, pair.value);
    }
  }
  out.Append('}');
}

namespace {

bool WriteHstore(Buffer& out, const Column& column, const FieldValue& value, const WriteMode&) {
  if (column.kind == Kind::kHstoreMap) {
    WriteHstoreObject(out, BytesOf(value));
    return true;
  }
  Buffer object;
  WriteHstoreObject(object, BytesOf(value));
  AppendString(out, object.view());
  return true;
}

// java.sql.Time has milliseconds and no 24:00; so do Debezium's arrays of times.
int64_t QuirkyTime(const Column& column, int64_t micros) {
  if (micros == kMicrosPerDay) return 0;
  return column.kind == Kind::kZonedTime ? FloorDivide(micros, kMicrosPerSecond) * kMicrosPerSecond
                                         : micros / 1000 * 1000;
}

bool IsTime(Kind kind) { return kind >= Kind::kTimeMillis && kind <= Kind::kZonedTime; }
bool IsNumericKind(Kind kind) { return kind >= Kind::kDecimal && kind <= Kind::kNumericText; }

bool WriteArray(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode);

// An inner dimension. False: the schema has another number of dimensions.
bool WriteInner(Buffer& out, const Column& column, FieldValue item, const WriteMode& mode) {
  if (item.state != FieldState::kItems) return false;
  item.state = FieldState::kValue;
  return WriteArray(out, column.any_depth ? column : *column.element, item, mode);
}

bool WriteElement(Buffer& out, const Column& column, FieldValue item, const WriteMode& mode) {
  const Column& element = *column.element;
  if (element.kind == Kind::kArray || item.state == FieldState::kItems) {
    const bool fits = column.any_depth || element.kind == Kind::kArray;
    return fits && WriteInner(out, column, item, mode);
  }
  if (item.state != FieldState::kValue) {
    out.Append("null");
    return element.optional;  // where a schema takes no null, Debezium loses the array
  }
  WriteMode element_mode = mode;
  if (mode.quirks) {
    if (IsTime(element.kind)) item.number = QuirkyTime(element, item.number);
    element_mode.snapshot = true;  // dates of arrays go through java.sql.Date in the stream too
    if (IsNumericKind(element.kind) && Numeric(BytesOf(item)).kind() != Numeric::Kind::kFinite) {
      return false;  // one NaN and the whole array is null
    }
  }
  return WriteValue(out, element, item, element_mode);
}

bool WriteArray(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode) {
  const size_t start = out.size();
  const uint32_t count = column.loses_items ? 0 : value.size;
  if (column.loses_items && value.size == 0) return false;
  out.Append('[');
  for (uint32_t i = 0; i < count; ++i) {
    if (i != 0) out.Append(',');
    if (!WriteElement(out, column, value.items[i], mode)) {
      out.Truncate(start);
      return false;
    }
  }
  out.Append(']');
  return true;
}

bool WriteName(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode) {
  if (mode.quirks && !mode.snapshot) {
    out.Append(column.optional ? column.null_json : FallbackJson(column));
  } else {
    AppendString(out, BytesOf(value));
  }
  return true;
}

bool WriteBool(Buffer& out, const Column&, const FieldValue& value, const WriteMode&) {
  out.Append(value.number != 0 ? "true" : "false");
  return true;
}

bool WriteInt(Buffer& out, const Column&, const FieldValue& value, const WriteMode&) {
  AppendInt(out, value.number);
  return true;
}

bool WriteFloat(Buffer& out, const Column&, const FieldValue& value, const WriteMode&) {
  AppendFloat(out, static_cast<float>(value.real));
  return true;
}

bool WriteDouble(Buffer& out, const Column&, const FieldValue& value, const WriteMode&) {
  AppendDouble(out, value.real);
  return true;
}

bool WriteText(Buffer& out, const Column&, const FieldValue& value, const WriteMode&) {
  AppendString(out, BytesOf(value));
  return true;
}

// By kind, in the order of the enum.
constexpr Writer kWriters[] = {
    WriteBool,                                               // boolean
    WriteInt, WriteInt, WriteInt,                            // integers
    WriteFloat, WriteDouble,                                 // floats
    WriteText, WriteText, WriteText,                         // text, json, xml
    WriteText, WriteText, WriteText,                         // ltree, tsvector, enum
    WriteUuid,                                               // uuid
    WriteNumeric, WriteNumeric, WriteNumeric, WriteNumeric,  // numeric
    WriteMoney, WriteMoney, WriteMoney,                      // money
    WriteDate, WriteDate, WriteDate,                         // date
    WriteTime, WriteTime, WriteTime,                         // time
    WriteTime, WriteTime, WriteTime,                         // ... and timetz
    WriteTimestamp, WriteTimestamp, WriteTimestamp,          // timestamp
    WriteTimestamp, WriteTimestamp, WriteTimestamp,          // ... and timestamptz
    WriteInterval, WriteInterval,                            // interval
    WriteBytes, WriteBytes, WriteBytes, WriteBytes,          // bytea
    WriteBits, WriteBits,                                    // bit, varbit
    WritePoint,                                              // point
    WriteHstore, WriteHstore,                                // hstore
    WriteName,                                               // name
    WriteArray,                                              // arrays
    WriteMasked,                                             // masked
    WriteGeometry, WriteGeometry,                            // geometry, geography
    WriteVector, WriteVector, WriteSparseVector,             // pgvector
    WriteRawJson,                                            // json as a tree
    // documents
    WriteText, WriteNumber, WriteMoneyNumber,     // keyword, numeric, money
    WriteDay, WriteClock, WriteClock,             // date, time, timetz
    WriteInstant, WritePeriod,                    // timestamp and timestamptz, interval
    WriteRawJson, WriteObject,                    // json and jsonb, hstore
    WriteBinary, WriteBitText, WriteCoordinates,  // bytea, bit and varbit, point
    WriteList,                                    // arrays
};
static_assert(sizeof kWriters / sizeof kWriters[0] == kKindCount, "one writer per kind");

}  // namespace

bool WriteValue(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode) {
  return kWriters[static_cast<size_t>(column.kind)](out, column, value, mode);
}

void WriteHeaderField(Buffer& out, const Column& column, const FieldValue& value,
                      const WriteMode& mode) {
  if (value.state != FieldState::kValue) {
    WriteField(out, column, value, mode);
    return;
  }
  switch (column.kind) {
    case Kind::kDecimal: {
      const Numeric numeric(BytesOf(value));
      if (numeric.kind() == Numeric::Kind::kFinite) return numeric.AppendPlain(out, column.scale);
      return out.Append("null");
    }
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
