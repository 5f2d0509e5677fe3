// row_lookup.h: finds the row that a request names, for the reader process.
#ifndef PENSTOCK_ROW_LOOKUP_H
#define PENSTOCK_ROW_LOOKUP_H

#include "pg_prelude.h"

extern "C" {
#include "executor/tuptable.h"
#include "utils/relcache.h"
}
#include "output_plugin/rendezvous.h"

namespace penstock::pg {

// Whether a row that the request names is one to take.
struct RowJudge {
  bool (*takes)(void* self, Relation relation, TupleTableSlot* slot);
  void* self;
};

// Puts a row whose columns have the request's values, text by text, into the slot: one that the
// active snapshot sees and the judge takes. False: there is none. The relation is locked by the
// caller. ERROR when the columns cannot be found any more.
bool FindRow(Relation relation, const PenstockRowRequest* request, const RowJudge& judge,
             TupleTableSlot* slot);

}  // namespace penstock::pg

#endif
