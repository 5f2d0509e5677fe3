/*
 * shared_state.h: what launcher, sink workers and backends share. One array of sinks in shared
 * memory, sized by penstock.max_sinks at server start.
 *
 * Locking: an entry's fields are protected by its spinlock "mutex", except the atomics, which only
 * the sink's worker writes and anyone reads. Which entry belongs to which sink (in_use, database,
 * sink_id) changes under state->lock (LWLock, exclusive). Nothing process-local is kept here.
 *
 * C header: read by C and C++ files below extension/pg only, after pg_prelude.h.
 */
#ifndef PENSTOCK_SHARED_STATE_H
#define PENSTOCK_SHARED_STATE_H

typedef enum PenstockSinkState {
  PENSTOCK_SINK_CREATING,     /* slot not made yet, or waiting for its consistent point */
  PENSTOCK_SINK_SNAPSHOTTING, /* initial snapshot under way; the slot is provisional */
  PENSTOCK_SINK_STREAMING,
  PENSTOCK_SINK_RETRYING, /* destination away: inside the worker, the slot is held */
  PENSTOCK_SINK_PAUSED,   /* by pause_sink: no worker, the slot keeps WAL */
  PENSTOCK_SINK_FAILED,   /* stopped with last_error; the launcher tries again with back-off when
                             "restart" is set, else alter_sink or resume_sink does */
  PENSTOCK_SINK_LOST,     /* slot missing or invalidated */
  PENSTOCK_SINK_DROPPING  /* worker stops, slot goes, then the row */
} PenstockSinkState;

#define PENSTOCK_ERROR_LEN 512

typedef struct PenstockSinkEntry {
  slock_t mutex;
  bool in_use;
  bool restart;     /* FAILED only: try again by itself */
  bool wanted;      /* the launcher should have a worker running */
  bool wake_latch;  /* worker sleeps for WAL: committing backends set its latch */
  Oid database;
  int32 sink_id; /* penstock.sink.id */
  NameData name;
  NameData slot_name;
  uint32 generation; /* of the row (penstock.sink.generation) the worker runs with */
  PenstockSinkState state;
  pid_t pid;       /* 0: no worker */
  Latch *latch;    /* of the worker's PGPROC; valid while pid != 0 */
  int failures;    /* in a row, for the back-off */
  TimestampTz next_start_time;
  TimestampTz state_since;
  TimestampTz last_error_time; /* 0: none */
  char last_error[PENSTOCK_ERROR_LEN];
  TimestampTz last_delivery_time;
  TimestampTz last_commit_time; /* commit time of the last transaction delivered */
  TimestampTz stats_reset;
  /* written by the worker only */
  pg_atomic_uint64 event_count;
  pg_atomic_uint64 event_bytes;
  pg_atomic_uint64 transaction_count;
  pg_atomic_uint64 snapshot_row_count;
  pg_atomic_uint64 in_flight_count;
  pg_atomic_uint64 in_flight_bytes;
  pg_atomic_uint64 retry_count;
  pg_atomic_uint64 skipped_count; /* changes without usable identity */
  pg_atomic_uint64 read_lsn;      /* WAL decoded up to here */
  pg_atomic_uint64 delivered_lsn; /* position: nothing undelivered before it; confirmed to the slot */
} PenstockSinkEntry;

typedef struct PenstockSharedState {
  LWLock *lock;
  pid_t launcher_pid;
  Latch *launcher_latch;
  pg_atomic_uint32 sleeping_workers; /* entries with wake_latch set: the commit hook's first test */
  /* Databases whose sinks changed, for the launcher to scan: set by backends after commit. */
  pg_atomic_uint32 scan_requests;
  int max_sinks;
  PenstockSinkEntry sinks[FLEXIBLE_ARRAY_MEMBER];
} PenstockSharedState;

/* NULL without shared_preload_libraries. */
extern PenstockSharedState *penstock_shared;

/* runtime side (launcher.cpp, shared_state.cpp) */
extern const char *penstock_sink_state_name(PenstockSinkState state);
/* Called by SQL functions in a transaction that changed penstock.sink: at commit, asks the launcher
 * to scan this database. Does nothing on abort. */
extern void penstock_request_scan_at_commit(void);
/* The entry of a sink, or NULL. Caller holds penstock_shared->lock at least shared. */
extern PenstockSinkEntry *penstock_find_entry(Oid database, int32 sink_id);

#endif
