#include "logged_value.h"

extern "C" {
#include "access/htup_details.h"
#include "utils/lsyscache.h"
}

#include "extension/pg/pg_compat.h"

namespace penstock::output {

bool IsOutside(TupleDesc desc, AttrNumber attnum, Datum value) {
  return TupleDescAttr(desc, attnum - 1)->attlen == -1 &&
         VARATT_IS_EXTERNAL_ONDISK(DatumGetPointer(value));
}

bool ReadLogged(TupleDesc desc, HeapTuple tuple, AttrNumber attnum, Datum *value) {
  bool is_null;
  if (tuple == nullptr) return false;
  *value = HeapGetAttrCompat(tuple, attnum, desc, &is_null);
  return !is_null && !IsOutside(desc, attnum, *value);
}

char *PrintLogged(TupleDesc desc, AttrNumber attnum, Datum value) {
  Oid function;
  bool is_varlena;
  getTypeOutputInfo(TupleDescAttr(desc, attnum - 1)->atttypid, &function, &is_varlena);
  return OidOutputFunctionCall(function, value);
}

}  // namespace penstock::output
