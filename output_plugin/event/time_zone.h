// time_zone.h: offsets of a time zone, and TimezoneConverter's rules which fields move to it.
#ifndef PENSTOCK_EVENT_TIME_ZONE_H
#define PENSTOCK_EVENT_TIME_ZONE_H

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "buffer.h"
#include "extension/core/status.h"

namespace penstock::event {

struct Column;
struct FieldValue;
struct WriteMode;

// Seconds east of UTC. The rules of a named zone come from whoever has a database of them.
struct TimeZone {
  int fixed_offset = 0;
  const void* rules = nullptr;
  int (*offset_at)(const void* rules, int64_t unix_seconds) = nullptr;

  int OffsetAt(int64_t unix_seconds) const {
    return offset_at == nullptr ? fixed_offset : offset_at(rules, unix_seconds);
  }
  // Of a local time, as seconds since 1970 in that zone: of a time that a change of the clock skips
  // or repeats the offset before the change, as Java takes it.
  int OffsetOfLocal(int64_t local_seconds) const;
};

// One name of include.list or exclude.list.
struct ZonedFields {
  enum class Match : uint8_t { kTopic, kTable, kEither };
  Match match = Match::kEither;
  std::string name;
  std::set<std::string> fields;  // empty: all
};

struct TimeZoneRule {
  std::string name;          // as Java spells it
  bool needs_rules = false;  // a name, not an offset
  TimeZone zone;
  bool exclude = false;
  std::vector<ZonedFields> lists;  // empty: all fields of all tables

  // Whether a field is moved in the events of a table.
  bool Moves(const std::string& topic, const std::string& table, const std::string& field) const;
};

// zone: a name or an offset such as +05:30. One of the lists must be empty.
Result<TimeZoneRule> ParseTimeZoneRule(const std::string& zone, const std::string& include,
                                       const std::string& exclude);

// Makes a finished column with a type that TimezoneConverter knows print its values in the zone,
// which must outlive it. Others stay as they are.
void MoveToZone(Column* column, const TimeZone* zone, bool quirks);

// The writer of columns that were moved.
bool WriteInZone(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode);

}  // namespace penstock::event

#endif
