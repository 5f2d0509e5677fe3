#include "pivot_plan_builder.h"

#include <algorithm>

#include "event/pivot_options.h"

namespace penstock::output {
namespace {

using event::EventOptions;
using event::PivotColumn;

constexpr size_t kFirstTime = static_cast<size_t>(PivotColumn::kCreated);

std::string FullName(const RelationShape& shape) {
  return std::string(shape.schema) + "." + shape.table;
}

// A time comes from the column that the option names, else from one that is called like it.
Status FindTimes(const RelationShape& shape, const EventOptions& options, PivotColumns* columns) {
  for (size_t i = 0; i < event::kPivotTimes; ++i) {
    const std::string& given = options.pivot.sources[i];
    if (given == event::kPivotCommitTime) continue;
    const std::string& name = given.empty() ? options.pivot.names[kFirstTime + i] : given;
    const ColumnShape* column = nullptr;
    const Status found = FindNamedColumn(shape, "pivot.column.map", name, &column);
    if (found.ok()) {
      columns->times[i] = column->attnum;
    } else if (!given.empty()) {
      return found;
    }
  }
  return {};
}

bool Holds(const std::vector<int>& indexes, int index) {
  return std::find(indexes.begin(), indexes.end(), index) != indexes.end();
}

// Two columns of one name would be one.
Status CheckNames(const RelationShape& shape, const EventOptions& options,
                  const event::RelationPlan& plan) {
  for (const int index : plan.pivot.told) {
    const std::string& name = plan.columns[static_cast<size_t>(index)].name;
    const auto& names = options.pivot.names;
    const bool taken = std::find(names.begin(), names.end(), name) != names.end() ||
                       name == options.pivot.id_column;
    const bool in_key = name == event::kPivotChangeId && Holds(plan.key, index);
    if (!taken && !in_key) continue;
    return Status(StatusCode::kInvalidOption,
                  "table \"" + FullName(shape) + "\" has column \"" + name +
                      "\", as pivot records have by themselves",
                  "Give theirs another name with pivot.column.names.");
  }
  return {};
}

Status CheckOldValues(const RelationShape& shape, const EventOptions& options) {
  const bool needed = !options.skip_update || !options.skip_delete;
  if (shape.identity_full || !needed || options.pivot.AcceptsMissing()) return {};
  return Status(StatusCode::kInvalidOption,
                "table \"" + FullName(shape) + "\" does not log the old values of its rows",
                "Use SELECT penstock.set_replica_identity('" + FullName(shape) +
                    "', 'full'), or pivot.old.values.missing=null.");
}

}  // namespace

bool PivotColumns::Uses(AttrNumber attnum) const {
  return std::find(extra.begin(), extra.end(), attnum) != extra.end() ||
         std::find(times.begin(), times.end(), attnum) != times.end();
}

Status FindPivotColumns(const RelationShape& shape, const EventOptions& options,
                        PivotColumns* columns) {
  if (options.format != event::Format::kPivot) return {};
  bool matched = false;
  if (Status s = RuledColumns(shape, "pivot.extra.columns", options.pivot.extra_columns,
                              &columns->extra, &matched);
      !s.ok()) {
    return s;
  }
  return FindTimes(shape, options, columns);
}

Status PlanPivot(const RelationShape& shape, const EventOptions& options,
                 const PivotColumns& columns, Purpose purpose, BoundPlan* bound) {
  event::RelationPlan& plan = bound->plan;
  event::PivotPlan& pivot = plan.pivot;
  const auto index_of = [bound](AttrNumber attnum) {
    for (size_t i = 0; i < bound->sources.size(); ++i) {
      if (bound->sources[i].attnum == attnum) return static_cast<int>(i);
    }
    return -1;
  };
  pivot.told = plan.key;
  for (const AttrNumber attnum : columns.extra) {
    const int index = index_of(attnum);
    if (!Holds(pivot.told, index)) pivot.told.push_back(index);
  }
  // Of a masked key or time column there is a second one, which is no field either.
  std::vector<AttrNumber> told;
  for (const int index : plan.key)
    told.push_back(bound->sources[static_cast<size_t>(index)].attnum);
  for (size_t i = 0; i < event::kPivotTimes; ++i) {
    if (columns.times[i] == InvalidAttrNumber) continue;
    pivot.times[i] = index_of(columns.times[i]);
    told.push_back(columns.times[i]);
  }
  for (size_t i = 0; i < plan.columns.size(); ++i) {
    const int index = static_cast<int>(i);
    const AttrNumber attnum = bound->sources[i].attnum;
    const bool is_told = std::find(told.begin(), told.end(), attnum) != told.end();
    if (!plan.in_value[i] || is_told) continue;
    pivot.fields.push_back({index, Holds(pivot.told, index), {}});
  }
  if (Status s = CheckNames(shape, options, plan); !s.ok()) return s;
  return purpose == Purpose::kSnapshot ? CheckOldValues(shape, options) : Status();
}

}  // namespace penstock::output
