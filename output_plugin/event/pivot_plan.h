// pivot_plan.h: what the records of format=pivot look like for one relation.
//
// A record is the row's key and extra columns, then the fixed columns of PivotColumn, then the
// change's id if it is asked for. docs/pivot.md says what each holds.
#ifndef PENSTOCK_EVENT_PIVOT_PLAN_H
#define PENSTOCK_EVENT_PIVOT_PLAN_H

#include <array>
#include <string>
#include <vector>

#include "column.h"
#include "event_options.h"

namespace penstock::event {

struct PivotField {
  int index = -1;      // in the row
  bool extra = false;  // told by every record: a record of its own only when it changes
  std::string start;   // ,"change_field":"name","old_value":  (made by FinishPivotPlan)
};

struct PivotPlan {
  std::vector<int> told;  // key columns, then extra columns: indexes in the row
  std::vector<PivotField> fields;
  std::array<int, kPivotTimes> times{-1, -1, -1, -1};  // indexes in the row; -1: the commit's time

  // Made by FinishPivotPlan:
  std::vector<std::string> told_starts;  // ,"name":
  std::string key_prefix, key_suffix;
  std::string value_prefix, value_suffix;
  std::string key_field_start;  // ,"change_field":
  std::string new_start;        // ,"new_value":
  std::array<std::string, kPivotTimes> time_starts;
  std::string operation_start;  // ,"crud_type":"
  std::string id_start;         // of the last column; empty: there is none
};

// Whether a value of this kind is a JSON scalar of its own in a record's key and extra columns; the
// others are text.
bool IsPivotScalar(Kind kind);

// name: what schemas are named after. Indexes must be set.
void FinishPivotPlan(const std::vector<Column>& columns, const std::vector<int>& key,
                     const std::string& name, const EventOptions& options, PivotPlan* plan);

}  // namespace penstock::event

#endif
