// row_reader.h: from tuples to field values.
#ifndef PENSTOCK_OUTPUT_ROW_READER_H
#define PENSTOCK_OUTPUT_ROW_READER_H

#include "relation_cache.h"

extern "C" {
#include "access/htup.h"
#include "access/tupdesc.h"
}

namespace penstock::output {

// A decoded change as arrays parallel to the plan's columns, in CurrentMemoryContext. NULL where
// there is no such row.
struct RowPair {
  event::FieldValue *before;
  event::FieldValue *after;
};

// Reads old and new tuple of a change (either may be NULL). A value that the update left in TOAST
// storage is taken from the old tuple when the identity covers it, else it is unavailable.
RowPair ReadChange(const CachedRelation &relation, TupleDesc desc, HeapTuple old_tuple,
                   HeapTuple new_tuple);

// Reads a complete row, fetching TOASTed values: for snapshots only, never while decoding.
event::FieldValue *ReadStoredRow(const CachedRelation &relation, const Datum *values,
                                 const bool *nulls);

}  // namespace penstock::output

#endif
