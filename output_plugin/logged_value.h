// logged_value.h: single values of the tuples that a change brings along.
#ifndef PENSTOCK_OUTPUT_LOGGED_VALUE_H
#define PENSTOCK_OUTPUT_LOGGED_VALUE_H

#include "extension/pg/pg_prelude.h"

extern "C" {
#include "access/attnum.h"
#include "access/htup.h"
#include "access/tupdesc.h"
}

namespace penstock::output {

// Whether it is a large value that stayed outside the WAL.
bool IsOutside(TupleDesc desc, AttrNumber attnum, Datum value);

// False: there is no tuple, or its value is outside the WAL, or null, as columns outside the
// identity are in old rows.
bool ReadLogged(TupleDesc desc, HeapTuple tuple, AttrNumber attnum, Datum *value);

// As the type's output function prints it.
char *PrintLogged(TupleDesc desc, AttrNumber attnum, Datum value);

}  // namespace penstock::output

#endif
