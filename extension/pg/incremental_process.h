// incremental_process.h: the inside of the process that reads incremental snapshots for a sink:
// shared by its files.
//
// The worker decodes and must neither read tables nor write. So this process keeps the signals that
// the worker finds in the stream, in penstock.sink_snapshot, reads the tables that they ask for
// chunk by chunk, and hands the events to the worker, which puts them where they belong in the
// stream. Where a table has been read up to is stored once the chunk is at the destination:
// whatever happens before, the chunk is read again.
//
// Plain data, so that an ERROR may pass everything.
#ifndef PENSTOCK_INCREMENTAL_PROCESS_H
#define PENSTOCK_INCREMENTAL_PROCESS_H

#include "incremental_channel.h"

extern "C" {
#include "utils/rel.h"
}

namespace penstock::pg {

struct IncrementalProcess {
  IncrementalGreeting greeting;
  SideEnds ends;
  const PenstockOutputApi* api;
  MemoryContext encoder_context;
  void* encoder;
  PenstockEventWriter writer;
  StringInfoData events;  // of the row that is being written
  uint32 event_count;
  MemoryContext loop_context;  // reset for each chunk
  char* signal;                // a message that is not kept yet; NULL: none
  Size signal_length;
  uint32 attempt;                   // counts all of them
  bool watching, delivered, again;  // what the worker has said of it
  bool look;
  bool running;  // a snapshot was announced as started
};

// A table that is to be read, as penstock.sink_snapshot has it. Texts in the server's encoding.
struct IncrementalTask {
  int64 number;
  Oid relation;
  const char* table;
  const char* condition;      // NULL: none
  const char* surrogate_key;  // NULL: none
  const char* signal_id;      // NULL: not asked for by a signal
  int key_count;              // 0: not begun
  char** key_columns;
  char** last_key;  // NULL: no row was sent
  char** max_key;
  int64 row_count;
  const char* tables;  // all that are to be read, joined by commas
  bool announced;      // some of them are part of a snapshot that was announced as started
};

// incremental_tasks.cpp. Each is a transaction of its own unless it says otherwise.
// False: there is nothing to read now.
bool LoadTask(IncrementalProcess* process, IncrementalTask* task);
// In the caller's transaction.
void BeginTask(const IncrementalProcess* process, const IncrementalTask* task, int key_count,
               const char* const* key_columns, const char* const* max_key);
void AdvanceTask(const IncrementalProcess* process, const IncrementalTask* task,
                 const char* const* last_key, int64 rows);
// True when there was such a task and it was the last.
bool RemoveTask(const IncrementalProcess* process, const IncrementalTask* task);
// Does what the signal says, once.
void KeepSignal(IncrementalProcess* process, const SignalRow* signal);
// It cannot be done: it must not come again.
void PassSignal(IncrementalProcess* process, const SignalRow* signal);

// incremental_chunk.cpp
struct ChunkKey {
  AttrNumber number;
  const char* name;
  const char* quoted;
  const char* type;                                                 // qualified
  const char *less, *less_equal, *equal, *greater, *greater_equal;  // OPERATOR(…)
  Oid output;
};

// How a table is read now.
struct ChunkPlan {
  Oid relation;
  const char* from;  // of the statement
  int key_count;
  ChunkKey key[INDEX_MAX_KEYS];
  int watch_count;  // columns that tell rows apart in the WAL
  AttrNumber watch[INDEX_MAX_KEYS];
  const char* watch_names[INDEX_MAX_KEYS];
  Oid watch_output[INDEX_MAX_KEYS];
};

struct Chunk {
  ChunkSnapshot snapshot;
  List* rows;  // of StringInfo: messages
  int64 row_count;
  int64 read_count;  // with rows that filters leave out
  uint64 bytes;
  char** last_key;
  bool last;  // of the table
};

// Why a table cannot be read.
struct CannotRead {
  const char* status;  // of the notification
  const char* reason;  // NULL: it can
};

// Opens and locks the table, with all that a query on it reads. NULL: it is gone.
Relation OpenForChunk(IncrementalProcess* process, Oid relid);
CannotRead PlanChunk(IncrementalProcess* process, Relation relation, const IncrementalTask* task,
                     ChunkPlan* plan);
bool SamePlan(const ChunkPlan* a, const ChunkPlan* b);
// The key of the last row of the table, as texts; NULL: it is empty.
char** ReadMaxKey(IncrementalProcess* process, const ChunkPlan* plan, const IncrementalTask* task);
// Returns when every transaction that was decoded before the call is visible to new snapshots.
void WaitUntilDecodedIsVisible(const IncrementalProcess* process);
// Reads a chunk in a transaction of its own. False: the table is not as the plan has it any more.
bool ReadChunk(IncrementalProcess* process, const IncrementalTask* task, const ChunkPlan* plan,
               Chunk* chunk);

// incremental_process.cpp
// Has the worker tell; pairs: names and values, ended by NULL, in the server's encoding.
void SendNotification(IncrementalProcess* process, const char* type, const char* id,
                      const char* const* pairs, FromProcess word = FromProcess::kNotify);

}  // namespace penstock::pg

#endif
