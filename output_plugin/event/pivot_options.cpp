#include "pivot_options.h"

#include <set>

#include "document_options.h"

namespace penstock::event {
namespace {

using Values = std::map<std::string, std::string>;

// In the order of PivotColumn.
constexpr const char* kNames[] = {"change_field",      "old_value",        "new_value",
                                  "datetime_created",  "datetime_updated", "datetime_deleted",
                                  "datetime_inserted", "crud_type"};
static_assert(sizeof kNames / sizeof kNames[0] == kPivotColumns, "one name per column");

constexpr size_t kFirstTime = static_cast<size_t>(PivotColumn::kCreated);

// What has no meaning for pivot records. harmless: the value that changes nothing.
struct Misplaced {
  const char* name;
  const char* harmless;
  const char* reason;
};
constexpr Misplaced kNotForPivot[] = {
    {"arrays.nested", "true", "Arrays of pivot records are JSON in all their dimensions."},
    {"binary.handling.mode", nullptr, "Values of pivot records are text."},
    {"decimal.handling.mode", nullptr, "Values of pivot records are text with all digits."},
    {"event.converting.failure.handling.mode", nullptr, "Every value has a text."},
    {"hstore.handling.mode", nullptr, "Values of pivot records are text."},
    {"include.unknown.datatypes", nullptr, "Every type has a text."},
    {"interval.handling.mode", nullptr, "Intervals of pivot records are ISO 8601 text."},
    {"json.expand", nullptr, "Values of pivot records are text."},
    {"message.prefix.exclude.list", nullptr, "Logical messages change no field."},
    {"message.prefix.include.list", nullptr, "Logical messages change no field."},
    {"money.fraction.digits", nullptr, "Values of pivot records are text with all digits."},
    {"time.precision.mode", nullptr, "Times of pivot records are ISO 8601 text."},
    {"tombstones.on.delete", "false", "A pivot record is kept; there is nothing to delete."},
    {"unavailable.value.placeholder", nullptr, "A value that did not change makes no record."},
};

Status Invalid(const std::string& message, const std::string& hint = {}) {
  return Status(StatusCode::kInvalidOption, message, hint);
}

std::string Given(const Values& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? std::string() : std::string(Trim(found->second));
}

Status RefuseWithoutPivot(const Values& values) {
  for (const auto& [name, value] : values) {
    if (name.rfind("pivot.", 0) != 0) continue;
    return Invalid("option \"" + name + "\" needs format=pivot");
  }
  return {};
}

Status RefuseMisplaced(const Values& values, const EventOptions& options) {
  if (options.document.addressing) {
    return Invalid("format=pivot does not go to documents",
                   "Its records are the history of a row; a document is its state.");
  }
  for (const Misplaced& row : kNotForPivot) {
    const auto found = values.find(row.name);
    if (found == values.end()) continue;
    if (row.harmless != nullptr && EqualsIgnoreCase(found->second, row.harmless)) continue;
    return Invalid(std::string("option \"") + row.name + "\" does not apply to format=pivot",
                   row.reason);
  }
  if (options.skip_truncate) return {};
  return Invalid("option \"skipped.operations\" must hold t for format=pivot",
                 "TRUNCATE does not say which rows it removes; use DELETE.");
}

// "col,col" for all tables, or "table-regex:col,col;…"
Status ParseColumns(const std::string& option, const std::string& text,
                    std::vector<KeyRule>* rules) {
  const bool by_table = text.find(':') != std::string::npos;
  return text.empty() ? Status() : ParseKeyRules(option, by_table ? text : ".*:" + text, rules);
}

// "name:other,…" with one of the record's own names before each colon.
template <typename Use>
Status ParsePairs(const std::string& option, const std::string& text, size_t first, size_t last,
                  Use use) {
  for (const std::string& item : SplitList(text)) {
    const size_t colon = item.find(':');
    size_t column = first;
    while (column < last && item.substr(0, colon) != kNames[column]) ++column;
    const std::string other =
        colon == std::string::npos ? std::string() : std::string(Trim(item.substr(colon + 1)));
    if (column < last && !other.empty() && use(column, other)) continue;
    std::string known;
    for (size_t i = first; i < last; ++i)
      known += (i == first ? "" : ", ") + std::string(kNames[i]);
    return Invalid("invalid item \"" + item + "\" in option \"" + option + "\"",
                   "Items are name:column, each name once, of " + known + ".");
  }
  return {};
}

Status ParseNames(const Values& values, PivotOptions* pivot) {
  constexpr char kOption[] = "pivot.column.names";
  std::set<size_t> seen;
  for (size_t i = 0; i < kPivotColumns; ++i) pivot->names[i] = kNames[i];
  Status status = ParsePairs(kOption, Given(values, kOption), 0, kPivotColumns,
                             [&](size_t column, const std::string& name) {
                               pivot->names[column] = name;
                               return seen.insert(column).second;
                             });
  if (!status.ok()) return status;
  std::set<std::string> names(pivot->names.begin(), pivot->names.end());
  if (!pivot->id_column.empty()) names.insert(pivot->id_column);
  if (names.size() == kPivotColumns + (pivot->id_column.empty() ? 0 : 1)) return {};
  return Invalid(std::string("option \"") + kOption + "\" names two columns alike");
}

Status ParseSources(const Values& values, PivotOptions* pivot) {
  constexpr char kOption[] = "pivot.column.map";
  return ParsePairs(kOption, Given(values, kOption), kFirstTime, kFirstTime + kPivotTimes,
                    [&](size_t column, const std::string& source) {
                      std::string& place = pivot->sources[column - kFirstTime];
                      const bool first = place.empty();
                      place = source;
                      return first;
                    });
}

Status ParsePivot(const Values& values, PivotOptions* pivot) {
  pivot->id_column = Given(values, "pivot.id.column");
  if (EqualsIgnoreCase(Given(values, "pivot.old.values.missing"), "null")) {
    pivot->old_values_missing = OldValuesMissing::kNull;
  }
  const std::pair<const char*, std::vector<KeyRule>*> lists[] = {
      {"pivot.key.columns", &pivot->key_columns}, {"pivot.extra.columns", &pivot->extra_columns}};
  for (const auto& [name, rules] : lists) {
    if (Status s = ParseColumns(name, Given(values, name), rules); !s.ok()) return s;
  }
  if (Status s = ParseNames(values, pivot); !s.ok()) return s;
  return ParseSources(values, pivot);
}

}  // namespace

Status FinishPivot(const Values& values, EventOptions* options) {
  if (!EqualsIgnoreCase(Given(values, "format"), "pivot")) return RefuseWithoutPivot(values);
  if (options->format != Format::kPivot) {
    return Invalid("format=pivot and transforms that shape events exclude each other",
                   "Transforms that name topics go with it.");
  }
  if (Status s = RefuseMisplaced(values, *options); !s.ok()) return s;
  if (Status s = ParsePivot(values, &options->pivot); !s.ok()) return s;
  // Records are the same each time they are written, so what is different each time is left out
  // unless it was asked for.
  if (values.count("extended.headers.enabled") == 0) options->extended_headers = false;
  if (values.count("schemas.enable") == 0) {
    if (values.count("key.converter.schemas.enable") == 0) options->key_schemas = false;
    if (values.count("value.converter.schemas.enable") == 0) options->value_schemas = false;
  }
  if (values.count("identity.missing") == 0 &&
      options->pivot.old_values_missing == OldValuesMissing::kFail) {
    options->identity_missing = IdentityMissing::kFail;
  }
  options->quirks = false;  // there is no Debezium to equal
  return {};
}

}  // namespace penstock::event
