// snapshot_statement.h: a table of the initial snapshot that is read with a statement.
#ifndef PENSTOCK_SNAPSHOT_STATEMENT_H
#define PENSTOCK_SNAPSHOT_STATEMENT_H

#include "worker.h"

struct RelationData;
struct TupleTableSlot;

// Takes one row, in the shape of the table; valid during the call.
using PenstockRowTaker = void (*)(void* self, TupleTableSlot* row);

// Runs the statement as the sink's owner, under the active snapshot. ERROR when its columns are not
// those of the table. name: for messages.
void penstock_read_statement(PenstockWorker* worker, RelationData* relation, const char* name,
                             const char* statement, PenstockRowTaker take, void* self);

#endif
