// value_json.cpp: WriteValue, one small function per kind.
#include <charconv>
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
    const std::string run(text.substr(i, end - i));
    if (run.find_first_of("0123456789") == std::string::npos) {
      out.Append(run);  // the sign of -Infinity
    } else {
      AppendDouble(out, std::strtod(run.c_str(), nullptr));
    }
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
// Both have 10 digits at most, so it fits.
__int128 RoundMoney(int64_t value, int digits, int scale) {
  __int128 units = value;
  for (; digits < scale; ++digits) units *= 10;
  for (; digits > scale + 1; --digits) units /= 10;
  if (digits > scale) units = (units + (units < 0 ? -5 : 5)) / 10;
  return units;
}

// The decimal text of units * 10^-scale.
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

// All digits, whatever the column's scale is; beyond 2^53 a division would round twice.
double MoneyDouble(int64_t value, int digits) {
  constexpr int64_t kExact = int64_t{1} << 53;
  if (value > -kExact && value < kExact) return static_cast<double>(value) / std::pow(10.0, digits);
  const std::string text = std::to_string(value) + "e-" + std::to_string(digits);
  double result = 0;
  std::from_chars(text.data(), text.data() + text.size(), result);
  return result;
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

constexpr int64_t kGregorianCutover = -141427;  // 1582-10-15

// Of a date that Debezium reads by java.util.Calendar the era is lost, 44 BC becomes 44, and the
// ten days that the Gregorian calendar left out are counted on.
int64_t JavaDays(int64_t epoch_days) {
  if (epoch_days < kGregorianCutover && epoch_days >= kGregorianCutover - 10)
    return epoch_days + 10;
  CivilDate date = CivilFromDays(epoch_days);
  if (date.year > 0) return epoch_days;
  date.year = 1 - date.year;
  return DaysFromCivil(date);
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
  if (days == kDateMinusInfinity) return -625821272;
  return JavaDays(static_cast<int64_t>(days) + kEpochDays);
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

void WriteHstoreObject(Buffer& out, std::string_view text, StringWriter append) {
  out.Append('{');
  bool first = true;
  for (const HstorePair& pair : ParseHstore(text)) {
    if (!first) out.Append(',');
    first = false;
    append(out, pair.key);
    out.Append(':');
    if (pair.is_null) {
      out.Append("null");
    } else {
      append(out, pair.value);
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
  WriteHstoreObject(object, BytesOf(value), AppendRawString);
  AppendString(out, object.view());
  return true;
}

// java.sql.Time has milliseconds and no 24:00; so do Debezium's arrays of times.
int64_t QuirkyTime(const Column& column, int64_t micros) {
  if (micros == kMicrosPerDay) return 0;
  return column.kind == Kind::kZonedTime ? FloorDivide(micros, kMicrosPerSecond) * kMicrosPerSecond
                                         : micros / 1000 * 1000;
}

// java.sql.Timestamp takes dates before the cutover for Julian ones.
int64_t JulianMoment(int64_t micros) {
  const int64_t days = FloorDivide(micros, kMicrosPerDay);
  if (micros == kTimestampMinusInfinity || days + kEpochDays >= kGregorianCutover) return micros;
  const CivilDate date = CivilFromDays(days + kEpochDays);
  // Its centuries that are no multiple of 4 have a leap day too; both calendars agree from March
  // 200.
  const int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const int64_t shift = FloorDivide(year, 100) - FloorDivide(year, 400) - 2;
  return micros + shift * kMicrosPerDay;
}

int64_t JavaMoment(int64_t micros) {
  if (micros == kTimestampInfinity || micros == kTimestampMinusInfinity) return micros;
  const int64_t days = FloorDivide(micros, kMicrosPerDay);
  return micros + (JavaDays(days + kEpochDays) - kEpochDays - days) * kMicrosPerDay;
}

bool IsTimestamp(Kind kind) {
  return kind >= Kind::kTimestampMillis && kind <= Kind::kIsoTimestamp;
}
bool IsTime(Kind kind) { return kind >= Kind::kTimeMillis && kind <= Kind::kZonedTime; }
bool IsNumericKind(Kind kind) { return kind >= Kind::kDecimal && kind <= Kind::kNumericText; }

// -infinity of a timestamptz[].
bool WriteMinusInfinity(Buffer& out, const Column& element) {
  Buffer midnight;
  AppendIsoTimestamp(midnight, 0, element.scale);
  out.Append("\"+292269055-12-02T23");
  out.Append(midnight.view().substr(sizeof "2000-01-01T00" - 1));
  out.Append("Z\"");
  return true;
}

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
    // Where a schema takes no null, Debezium loses the array.
    return element.optional && !column.null_loses_array;
  }
  WriteMode element_mode = mode;
  if (mode.quirks) {
    if (IsTime(element.kind)) item.number = QuirkyTime(element, item.number);
    if (IsTimestamp(element.kind)) item.number = JulianMoment(item.number);
    if (element.kind == Kind::kZonedTimestamp) item.number = JavaMoment(item.number);
    if (element.kind == Kind::kZonedTimestamp && item.number == kTimestampMinusInfinity) {
      return WriteMinusInfinity(out, element);
    }
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
    if (WriteElement(out, column, value.items[i], mode)) continue;
    if (column.element->kind != Kind::kTimestampNanos) {
      out.Truncate(start);
      return false;
    }
    out.Append("null");  // out of the range of nanoseconds
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
    WriteInZone,                                             // in a time zone
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
