// value_json.cpp: WriteValue, one small function per kind; documents, extensions, numbers and times
// have files of their own.
#include <cstdlib>
#include <cstring>
#include <string>

#include "column.h"
#include "document_value.h"
#include "extension_value.h"
#include "hstore.h"
#include "java_calendar.h"
#include "json_text.h"
#include "numeric.h"
#include "numeric_value.h"
#include "time_text.h"
#include "time_value.h"

namespace penstock::event {
namespace {

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

}  // namespace penstock::event
