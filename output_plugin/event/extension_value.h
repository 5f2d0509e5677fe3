// extension_value.h: values of PostGIS and pgvector, from what their output functions print. Rows
// of the writer table in value_json.cpp.
#ifndef PENSTOCK_EVENT_EXTENSION_VALUE_H
#define PENSTOCK_EVENT_EXTENSION_VALUE_H

#include "column.h"

namespace penstock::event {

// EWKB in hex; the reference system is read from it. False: no EWKB.
bool WriteGeometry(Buffer& out, const Column& column, const FieldValue& value,
                   const WriteMode& mode);

// [1,2.5]: as doubles or as floats.
bool WriteVector(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode);

// {1:1.5,3:2}/5. False: more dimensions than Debezium's 16-bit schema takes.
bool WriteSparseVector(Buffer& out, const Column& column, const FieldValue& value,
                       const WriteMode& mode);

}  // namespace penstock::event

#endif
