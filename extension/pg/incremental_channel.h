// incremental_channel.h: how a sink's worker and the process that reads its incremental snapshots
// talk, over the queues of side_process.h.
//
// worker → process   the greeting, then signals to keep and answers to what the process sends
// process → worker   what it is about to read, rows, where they belong in the stream, notifications
#ifndef PENSTOCK_INCREMENTAL_CHANNEL_H
#define PENSTOCK_INCREMENTAL_CHANNEL_H

#include "side_process.h"

namespace penstock::pg {

enum class ToProcess : char {
  kSignal = 'S',  // end_lsn, number, then id, type and data, each with a byte that is 0 for null
  // Each with the number of the attempt that it answers: others were given up.
  kWatching = 'W',   // from now on changes of the table are watched
  kDelivered = 'D',  // the chunk is at the destination
  kAgain = 'A',      // the chunk cannot be used: read it again
  kLook = 'L',       // there is something new in the catalogue
};

enum class FromProcess : char {
  kKept = 'K',   // the last signal
  kWatch = 'W',  // number, relation, columns: a chunk of it is to be read; rows before do not count
  kRow = 'R',    // key, number of events, events
  kChunk = 'C',  // attempt, lsn, snapshot: all rows of the chunk were sent
  kNotify = 'N',  // type, id, pairs of names and values
  kNotice = 'I',  // the same, to be told before the rows of the chunk
  kDone = 'X',    // the process ends: nothing is left to do
};

struct IncrementalGreeting {
  int32 sink_id;
  TimestampTz created_at;
  Oid owner;
  char* sink_name;
  int64 chunk_rows;
  List* options;  // list of DefElem with string values
};

struct SignalRow {
  uint64 end_lsn;
  uint32 number;  // of the signal within its transaction
  const char* id;
  const char* type;
  const char* data;
};

// Which transactions a chunk shows.
struct ChunkSnapshot {
  uint32 attempt;  // counted from 0
  uint64 lsn;      // every transaction that it shows was committed before
  TransactionId xmin;
  TransactionId xmax;
  uint32 count;
  const TransactionId* running;
};

void PutIncrementalGreeting(StringInfo message, const IncrementalGreeting* greeting);
void GetIncrementalGreeting(const void* data, Size length, IncrementalGreeting* greeting);
void PutSignal(StringInfo message, const SignalRow* signal);
// The texts stay where data is.
void GetSignal(const void* data, Size length, SignalRow* signal);
void PutChunk(StringInfo message, const ChunkSnapshot* chunk);
// The array is in the current memory context.
void GetChunk(const void* data, Size length, ChunkSnapshot* chunk);

void PutEvent(StringInfo message, const PenstockEvent* event);
// Reads the next event; everything but the headers, an array in the current memory context, stays
// where the message is.
void GetEvent(StringInfo message, PenstockEvent* event);

}  // namespace penstock::pg

#endif
