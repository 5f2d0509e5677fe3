// plan_builder.h: from a RelationShape to the plan its events are written with.
#ifndef PENSTOCK_OUTPUT_PLAN_BUILDER_H
#define PENSTOCK_OUTPUT_PLAN_BUILDER_H

#include <memory>
#include <string>
#include <vector>

#include "event/plan.h"
#include "relation_shape.h"

namespace penstock::output {

// What the rows of a plan come from.
enum class Purpose : uint8_t {
  kStream,
  kSnapshot,  // the table as it is, before any change
  kReread,    // documents of a change that did not hold all: their ids are known
};

// A finished plan and where the row reader finds the values of its columns.
struct BoundPlan {
  struct Source {
    AttrNumber attnum;
    TypeShape type;  // points into the shape's memory context
    bool in_identity;
  };
  event::RelationPlan plan;
  std::vector<Source> sources;  // parallel to plan.columns
  // The logged old rows hold every key column, and of documents the routing column.
  bool key_in_old_row = true;
  // Columns of the identity index; empty: whole rows are logged, or nothing is.
  std::vector<AttrNumber> identity;
};

// The column that an option names for the relation. Fails when the table lacks it, or when the
// changes do not bring it along.
Status FindNamedColumn(const RelationShape& shape, const std::string& option,
                       const std::string& name, const ColumnShape** column);

// The columns that the rules of an option name for a relation; the first rule that matches counts.
// matched: one did.
Status RuledColumns(const RelationShape& shape, const std::string& option,
                    const std::vector<event::KeyRule>& rules, std::vector<AttrNumber>* columns,
                    bool* matched);

// Makes the plan. Makes no backend calls, so that it may own C++ objects; runs inside RunCxx. Fails
// when the options do not fit the relation.
Result<std::unique_ptr<BoundPlan>> BuildPlan(const RelationShape& shape,
                                             const event::EventOptions& options, Purpose purpose);

}  // namespace penstock::output

#endif
