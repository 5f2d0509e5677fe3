// worker_notify.h: notifications about the initial snapshot.
#ifndef PENSTOCK_WORKER_NOTIFY_H
#define PENSTOCK_WORKER_NOTIFY_H

#include "worker.h"

// Sends or logs one, if the options ask for it. table: schema.table, NULL where it is about the
// whole snapshot; tables: all of them, joined by commas; rows: read of the table, -1: it begins.
// True when the destination got a record.
bool penstock_notify(PenstockWorker* worker, const char* type, const char* table,
                     const char* tables, int64 rows);

#endif
