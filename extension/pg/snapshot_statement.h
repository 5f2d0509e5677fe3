// snapshot_statement.h: a table of the initial snapshot that is read with a statement.
#ifndef PENSTOCK_SNAPSHOT_STATEMENT_H
#define PENSTOCK_SNAPSHOT_STATEMENT_H

#include "worker.h"

struct RelationData;
struct TupleTableSlot;

// Takes one row, in the shape of the table; valid during the call. False: no more.
using PenstockRowTaker = bool (*)(void* self, TupleTableSlot* row);

struct PenstockStatement {
  const char* text;
  Oid owner;  // of the sink
  const char* search_path;
  const char* what;  // for messages: which statement
};

// Runs the statement as the sink's owner, under the active snapshot. ERROR when its columns are not
// those of the table.
void penstock_read_statement(const PenstockStatement* statement, RelationData* relation,
                             PenstockRowTaker take, void* self);

// Code of the sink's owner runs with the owner's rights and search_path, and none of the worker's.
struct PenstockOwnerPhase {
  Oid user;
  int context;
  int settings;
};
PenstockOwnerPhase penstock_become_owner(Oid owner, const char* search_path);
void penstock_become_worker(const PenstockOwnerPhase* phase);

#endif
