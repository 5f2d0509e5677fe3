// row_filter.h: conditions on rows: those of a publication and those of the option row.filter.
//
// An update of a row that leaves the filter becomes a delete, one that enters it a create. So the
// old rows must hold the columns of the filter.
#ifndef PENSTOCK_OUTPUT_ROW_FILTER_H
#define PENSTOCK_OUTPUT_ROW_FILTER_H

#include "relation_shape.h"

extern "C" {
#include "access/htup.h"
#include "nodes/nodes.h"
}

namespace penstock::output {

// Plain data, in the memory context it was made in.
struct RowFilter;

// Parses a condition in SQL syntax. text: UTF-8. ERROR when it is none, or has more in it than the
// row's own columns and built-in immutable functions and operators.
Node *ParseRowFilter(const char *text, Relation relation);

// Makes a filter in CurrentMemoryContext. condition: over the columns of named, which is relation
// or the root it is published through.
RowFilter *MakeRowFilter(Node *condition, Relation relation, Relation named);

// ERROR unless the shape's old rows hold every column of the filter.
void RequireInOldRow(const RowFilter &filter, const RelationShape &shape);

// Whether a stored row passes; large values are fetched. Not while decoding.
bool PassesStored(const RowFilter &filter, const Datum *values, const bool *nulls);

// The operation that a change is under the filter: c, u or d; '\0': none.
char FilterChange(const RowFilter &filter, char operation, HeapTuple old_tuple,
                  HeapTuple new_tuple);

}  // namespace penstock::output

#endif
