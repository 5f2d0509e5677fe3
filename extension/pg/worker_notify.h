// worker_notify.h: notifications about snapshots.
#ifndef PENSTOCK_WORKER_NOTIFY_H
#define PENSTOCK_WORKER_NOTIFY_H

#include "worker.h"

// Sends or logs one, if the options ask for it. table: schema.table, NULL where it is about the
// whole snapshot; tables: all of them, joined by commas; rows: read of the table, -1: it begins.
// True when the destination got a record.
bool penstock_notify(PenstockWorker* worker, const char* type, const char* table,
                     const char* tables, int64 rows);

// The same about an incremental snapshot. id: of its signal; empty: one is made up. pairs: names
// and values, ended by NULL; in the server's encoding.
bool penstock_notify_incremental(PenstockWorker* worker, const char* type, const char* id,
                                 const char* const* pairs);

#endif
