// document_plan.h: how the rows of a relation become documents: kinds of their columns, ids and
// routing.
#ifndef PENSTOCK_OUTPUT_DOCUMENT_PLAN_H
#define PENSTOCK_OUTPUT_DOCUMENT_PLAN_H

#include <vector>

#include "plan_builder.h"

namespace penstock::output {

// Sets kind and parameters with which documents write a type; none is left out.
void SetDocumentKind(const TypeShape& type, event::Column* column);

// The column that option routing names for this relation; InvalidAttrNumber: none.
Status RoutingColumn(const RelationShape& shape, const event::EventOptions& options,
                     AttrNumber* routing);

// Fills bound->plan.document once the columns are there. Fails when the rows have no key, when a
// column cannot be a field, or, for snapshots, when changes to come would not say which document
// they mean.
Status PlanDocument(const RelationShape& shape, const event::EventOptions& options,
                    const std::vector<AttrNumber>& key, AttrNumber routing, Purpose purpose,
                    BoundPlan* bound);

}  // namespace penstock::output

#endif
