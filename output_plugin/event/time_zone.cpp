#include "time_zone.h"

#include <cctype>
#include <ctime>
#include <utility>

#include "column.h"
#include "extension/core/option.h"
#include "time_text.h"

namespace penstock::event {
namespace {

constexpr int64_t kSecondsPerDay = 86400;
constexpr int64_t kEpochSeconds = kEpochDays * kSecondsPerDay;

Status Invalid(const std::string& message, const std::string& hint = {}) {
  return Status(StatusCode::kInvalidOption, message, hint);
}

// +hh:mm or +hh:mm:ss.
bool ParseOffset(const std::string& text, int* seconds) {
  if ((text.size() != 6 && text.size() != 9) || (text[0] != '+' && text[0] != '-')) return false;
  int parts[3] = {0, 0, 0};
  for (size_t i = 1; i < text.size(); ++i) {
    if (i % 3 == 0 ? text[i] != ':' : std::isdigit(static_cast<unsigned char>(text[i])) == 0) {
      return false;
    }
    if (i % 3 != 0) parts[i / 3] = parts[i / 3] * 10 + (text[i] - '0');
  }
  *seconds = (parts[0] * 60 + parts[1]) * 60 + parts[2];
  if (*seconds > 18 * 3600 || parts[1] > 59 || parts[2] > 59) return false;  // Java's limits
  if (text[0] == '-') *seconds = -*seconds;
  return true;
}

// The fields of a name: items without them mean all.
Status AddItem(const std::string& item, ZonedFields::Match match, const std::string& name,
               const std::string& field, std::vector<ZonedFields>* lists) {
  for (const char* part : {"source.", "before.", "after."}) {
    if (field.rfind(part, 0) == 0) {
      return Status(StatusCode::kNotSupported,
                    "field \"" + item + "\" of a TimezoneConverter is not supported",
                    "Fields are columns, in before and after alike.");
    }
  }
  for (ZonedFields& known : *lists) {
    if (known.match != match || known.name != name) continue;
    if (!field.empty()) known.fields.insert(field);
    return {};
  }
  ZonedFields fields{match, name, {}};
  if (!field.empty()) fields.fields.insert(field);
  lists->push_back(std::move(fields));
  return {};
}

// "source:table:field,field…": a prefix holds for the items after it too.
Status ParseItems(const std::string& text, std::vector<ZonedFields>* lists) {
  ZonedFields::Match match = ZonedFields::Match::kEither;
  for (const std::string& item : SplitList(text)) {
    std::vector<std::string> parts = SplitList(item, ':');
    const bool is_source = !parts.empty() && EqualsIgnoreCase(parts[0], "source");
    if (parts.size() > 1 && (is_source || EqualsIgnoreCase(parts[0], "topic"))) {
      match = is_source ? ZonedFields::Match::kTable : ZonedFields::Match::kTopic;
      parts.erase(parts.begin());
    }
    if (parts.empty() || parts.size() > 2) {
      return Invalid("invalid item \"" + item + "\" in a list of a TimezoneConverter",
                     "Items are source:table, source:table:field, topic:topic, topic:topic:field "
                     "or name:field.");
    }
    const std::string field = parts.size() > 1 ? parts[1] : "";
    if (Status s = AddItem(item, match, parts[0], field, lists); !s.ok()) return s;
  }
  return {};
}

void AppendOffset(Buffer& out, int seconds) {
  if (seconds == 0) return out.Append('Z');
  out.Append(seconds < 0 ? '-' : '+');
  const int size = seconds < 0 ? -seconds : seconds;
  auto two = [&out](int number) {
    out.Append(static_cast<char>('0' + number / 10));
    out.Append(static_cast<char>('0' + number % 10));
  };
  two(size / 3600);
  out.Append(':');
  two(size / 60 % 60);
  if (size % 60 == 0) return;
  out.Append(':');
  two(size % 60);
}

bool IsInfinite(int64_t micros) {
  return micros == kTimestampInfinity || micros == kTimestampMinusInfinity;
}

int64_t UnixSeconds(int64_t micros) {
  return FloorDivide(micros, kMicrosPerSecond) + kEpochSeconds;
}

// Debezium looks the offset up as if the UTC time were a local one.
void AppendZonedTimestamp(Buffer& out, const TimeZone& zone, int64_t micros, bool quirks) {
  const int64_t seconds = UnixSeconds(micros);
  const int offset = quirks ? zone.OffsetOfLocal(seconds) : zone.OffsetAt(seconds);
  out.Append('"');
  AppendIsoTimestamp(out, micros + offset * kMicrosPerSecond, kFewest);
  AppendOffset(out, offset);
  out.Append('"');
}

// A time of day knows no date: the offset is that of the present.
void AppendZonedTime(Buffer& out, const TimeZone& zone, int64_t micros) {
  const int offset = zone.OffsetAt(std::time(nullptr));
  const int64_t local = micros + offset * kMicrosPerSecond;
  out.Append('"');
  AppendIsoTime(out, local - FloorDivide(local, kMicrosPerDay) * kMicrosPerDay, kFewest);
  AppendOffset(out, offset);
  out.Append('"');
}

bool CanMove(Kind kind) {
  switch (kind) {
    case Kind::kZonedTime:
    case Kind::kTimestampMillis:
    case Kind::kTimestampMicros:
    case Kind::kTimestampNanos:
    case Kind::kConnectTimestamp:
    case Kind::kZonedTimestamp:
      return true;
    default:
      return false;
  }
}

}  // namespace

int TimeZone::OffsetOfLocal(int64_t local_seconds) const {
  if (offset_at == nullptr) return fixed_offset;
  const int before = OffsetAt(local_seconds - kSecondsPerDay);
  const int after = OffsetAt(local_seconds + kSecondsPerDay);
  if (before == after) return before;
  if (OffsetAt(local_seconds - before) == before) return before;
  return OffsetAt(local_seconds - after) == after ? after : before;
}

bool TimeZoneRule::Moves(const std::string& topic, const std::string& table,
                         const std::string& field) const {
  if (lists.empty()) return true;
  // The first that matches counts, looked for in this order.
  const std::pair<ZonedFields::Match, const std::string*> order[] = {
      {ZonedFields::Match::kTopic, &topic},
      {ZonedFields::Match::kTable, &table},
      {ZonedFields::Match::kEither, &topic},
      {ZonedFields::Match::kEither, &table}};
  for (const auto& [match, known] : order) {
    for (const ZonedFields& list : lists) {
      if (list.match != match || list.name != *known) continue;
      return exclude != (list.fields.empty() || list.fields.count(field) != 0);
    }
  }
  return exclude;
}

Result<TimeZoneRule> ParseTimeZoneRule(const std::string& zone, const std::string& include,
                                       const std::string& exclude) {
  TimeZoneRule rule;
  rule.name = std::string(Trim(zone));
  if (rule.name.empty()) return Invalid("a TimezoneConverter needs option \"converted.timezone\"");
  const bool is_offset = ParseOffset(rule.name, &rule.zone.fixed_offset);
  rule.needs_rules = !is_offset && rule.name != "UTC" && rule.name != "Z";
  if (!include.empty() && !exclude.empty()) {
    return Invalid(
        "options \"include.list\" and \"exclude.list\" of a TimezoneConverter exclude "
        "each other");
  }
  rule.exclude = !exclude.empty();
  if (Status s = ParseItems(include + exclude, &rule.lists); !s.ok()) return s;
  return rule;
}

void MoveToZone(Column* column, const TimeZone* zone, bool quirks) {
  if (!CanMove(column->kind)) return;
  auto hidden = std::make_unique<Column>();
  hidden->name = column->name;
  hidden->kind = column->kind;
  hidden->optional = column->optional;
  hidden->scale = column->scale;
  column->element = std::move(hidden);
  column->kind = Kind::kInZone;
  column->zone = zone;
  if (column->has_default || column->optional) return;
  // The value that stands for an unknown one moves too.
  FieldValue epoch;
  epoch.state = FieldState::kValue;
  epoch.number = column->element->kind == Kind::kZonedTime ? 0 : -kEpochMicros;
  Buffer moved;
  (void)WriteInZone(moved, *column, epoch, WriteMode{quirks, false});
  column->absent_json.assign(moved.data(), moved.size());
}

bool WriteInZone(Buffer& out, const Column& column, const FieldValue& value,
                 const WriteMode& mode) {
  const Column& hidden = *column.element;
  if (mode.plain) return WriteValue(out, hidden, value, mode);
  if (hidden.kind == Kind::kZonedTime) {
    AppendZonedTime(out, *column.zone, value.number);
    return true;
  }
  if (IsInfinite(value.number)) return WriteValue(out, hidden, value, mode);
  if (hidden.kind == Kind::kZonedTimestamp) {
    AppendZonedTimestamp(out, *column.zone, value.number, mode.quirks);
    return true;
  }
  FieldValue moved = value;
  moved.number -= column.zone->OffsetOfLocal(UnixSeconds(value.number)) * kMicrosPerSecond;
  return WriteValue(out, hidden, moved, mode);
}

}  // namespace penstock::event
