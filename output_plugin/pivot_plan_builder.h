// pivot_plan_builder.h: which columns of a relation the records of format=pivot tell, and which
// they are about.
#ifndef PENSTOCK_OUTPUT_PIVOT_PLAN_BUILDER_H
#define PENSTOCK_OUTPUT_PIVOT_PLAN_BUILDER_H

#include <array>
#include <vector>

#include "plan_builder.h"

namespace penstock::output {

// Columns that the options name, in the order in which they do; empty with other formats.
struct PivotColumns {
  std::vector<AttrNumber> extra;
  std::array<AttrNumber, event::kPivotTimes> times{};  // InvalidAttrNumber: the commit's time

  bool Uses(AttrNumber attnum) const;
};

Status FindPivotColumns(const RelationShape& shape, const event::EventOptions& options,
                        PivotColumns* columns);

// Fills bound->plan.pivot once the columns are there. Fails when a column has the name of one of
// the record's own or, for snapshots, when changes to come would not have their old values.
Status PlanPivot(const RelationShape& shape, const event::EventOptions& options,
                 const PivotColumns& columns, Purpose purpose, BoundPlan* bound);

}  // namespace penstock::output

#endif
