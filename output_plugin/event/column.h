// column.h: what one column looks like in an event, and how its values are written.
#ifndef PENSTOCK_EVENT_COLUMN_H
#define PENSTOCK_EVENT_COLUMN_H

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "buffer.h"
#include "column_mask.h"
#include "event_options.h"

namespace penstock::event {

// How a value is written. The stored form that each kind expects in FieldValue stands behind it.
enum class Kind : uint8_t {
  kBool,              // number: 0, 1
  kInt16,             // number
  kInt32,             // number
  kInt64,             // number
  kFloat,             // real
  kDouble,            // real
  kText,              // bytes: UTF-8
  kJson,              // bytes: UTF-8
  kXml,               // bytes: UTF-8
  kLtree,             // bytes: UTF-8
  kTsvector,          // bytes: UTF-8
  kEnum,              // bytes: label
  kUuid,              // bytes: 16
  kDecimal,           // bytes: numeric payload; scale, precision
  kVariableDecimal,   // bytes: numeric payload
  kNumericDouble,     // bytes: numeric payload
  kNumericText,       // bytes: numeric payload; scale < 0: the value's own
  kMoneyDecimal,      // number: 10^-money_digits; scale
  kMoneyDouble,       // number
  kMoneyText,         // number
  kDate,              // number: days since 2000
  kConnectDate,       // number
  kIsoDate,           // number
  kTimeMillis,        // number: microseconds of the day
  kTimeMicros,        // number
  kTimeNanos,         // number
  kConnectTime,       // number
  kIsoTime,           // number
  kZonedTime,         // number: microseconds of the day in UTC, may lie outside one day
  kTimestampMillis,   // number: microseconds since 2000
  kTimestampMicros,   // number
  kTimestampNanos,    // number
  kConnectTimestamp,  // number
  kIsoTimestamp,      // number
  kZonedTimestamp,    // number; scale: fraction digits
  kDuration,          // bytes: IntervalValue
  kIntervalText,      // bytes: IntervalValue
  kBytes,             // bytes
  kBase64,            // bytes
  kBase64Url,         // bytes
  kHex,               // bytes
  kBit,               // bytes: varbit payload
  kBits,              // bytes: varbit payload; length
  kPoint,             // bytes: two doubles
  kHstoreJson,        // bytes: hstore's text
  kHstoreMap,         // bytes: hstore's text
  kName,              // bytes: UTF-8; Debezium streams null instead
  kArray,             // items
  kMasked,            // what element expects
  kGeometry,          // bytes: EWKB in hex, as PostGIS prints it
  kGeography,         // bytes: the same
  kDoubleVector,      // bytes: pgvector's text
  kFloatVector,       // bytes: pgvector's text
  kSparseVector,      // bytes: pgvector's text
  kJsonTree,          // bytes: UTF-8 JSON
  kInZone,            // what element expects

  // Of documents (format=document): plain JSON values.
  kKeyword,      // bytes: UTF-8
  kNumber,       // bytes: numeric payload
  kMoneyNumber,  // number: 10^-money_digits
  kDay,          // number: days since 2000
  kClock,        // number: microseconds of the day
  kUtcClock,     // number: microseconds of the day in UTC, may lie outside one day
  kInstant,      // number: microseconds since 2000
  kPeriod,       // bytes: IntervalValue
  kRawJson,      // bytes: UTF-8
  kObject,       // bytes: hstore's text
  kBinary,       // bytes
  kBitText,      // bytes: varbit payload
  kCoordinates,  // bytes: two doubles
  kList,         // items
};
constexpr Kind kFirstDocumentKind = Kind::kKeyword;
constexpr size_t kKindCount = static_cast<size_t>(Kind::kList) + 1;

enum class FieldState : uint8_t {
  kNull,
  kValue,
  kUnavailable,  // large value that the update did not change: not in the WAL
  kAbsent,       // not part of the logged old row
  kItems,        // an inner dimension of an array
};

// One value of a row as the row reader found it; points into the reader's memory.
struct FieldValue {
  FieldState state = FieldState::kNull;
  uint32_t size = 0;  // of bytes, or number of items
  union {
    int64_t number = 0;
    double real;
    const char* bytes;
    const FieldValue* items;
  };
};

inline std::string_view BytesOf(const FieldValue& value) { return {value.bytes, value.size}; }

struct Column {
  std::string name;
  Kind kind = Kind::kText;
  bool optional = true;
  int scale = 0;
  int precision = 0;                 // 0: no connect.decimal.precision parameter
  int length = 0;                    // kBits
  int money_digits = 2;              // of the stored value
  bool any_depth = false;            // kArray: of as many dimensions as the value has
  bool null_loses_array = false;     // kArray: quirk, a NULL element makes it null
  bool loses_items = false;          // kArray: quirk of types that are arrays by another name
  bool java_numbers = false;         // kBytes and its like: text of a geometric type under quirks
  std::string allowed;               // kEnum: labels joined by commas
  std::string type_name;             // PostgreSQL's, for the TOAST rules of arrays
  std::unique_ptr<Column> element;   // kArray; kMasked, kInZone: the column that it hides
  std::unique_ptr<ColumnMask> mask;  // kMasked
  const TimeZone* zone = nullptr;    // kInZone
  // Of the schema, after those that the kind has: name and value.
  std::vector<std::pair<std::string, std::string>> parameters;
  bool has_default = false;
  std::string default_json;

  // Made by FinishColumn:
  std::string field_name;         // field.name.adjustment.mode
  std::string prefix;             // ,"name":
  std::string schema;             // {"type":…,"field":"name"}
  std::string null_json;          // what a NULL prints
  std::string absent_json;        // what a column outside the logged old row prints
  std::string unavailable_json;   // what an unchanged large value prints
  bool unavailable_known = true;  // false: that is a null that nobody could tell from a real one
};

// Fills the derived members. name, kind, parameters and default must be set. Of kinds of documents
// the prefix alone: they have no schema, and an unknown value never reaches one.
void FinishColumn(Column* column, const EventOptions& options);

// The schema object of a column; field empty: an array's element.
std::string ColumnSchema(const Column& column, std::string_view field);

// What writing depends on besides the column.
struct WriteMode {
  bool quirks = false;
  bool snapshot = false;
  bool plain = false;  // for keys: what a transform does to rows does not touch them
};

// Writes the value (state kValue). False: the kind cannot express it, nothing was written.
bool WriteValue(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode);

// Writes any state; false as above, then null_json was written.
bool WriteField(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode);

// The value as Kafka Connect's SimpleHeaderConverter prints a struct member: decimals as plain
// numbers, only quote and backslash escaped.
void WriteHeaderField(Buffer& out, const Column& column, const FieldValue& value,
                      const WriteMode& mode);

// The zero-like value that Debezium shows where a NOT NULL column is unknown.
std::string FallbackJson(const Column& column);

}  // namespace penstock::event

#endif
