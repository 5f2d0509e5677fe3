/*
 * shared_state.h: what launcher, sink workers and backends share. One array of sinks in shared
 * memory, sized by penstock.max_sinks at server start.
 *
 * Locking: an entry's fields are protected by its spinlock "mutex", except the atomics, which only
 * the sink's worker writes and anyone reads. Which entry belongs to which sink (in_use, database,
 * sink_id, created_at) changes under state->lock (LWLock, exclusive). Nothing process-local is kept
 * here.
 *
 * C header: read by C and C++ files below extension/pg only, after pg_prelude.h.
 */
#ifndef PENSTOCK_SHARED_STATE_H
#define PENSTOCK_SHARED_STATE_H

#ifdef __cplusplus
extern "C" {
#endif

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
#define PENSTOCK_MAX_SCAN_REQUESTS 64

typedef struct PenstockSinkEntry {
  slock_t mutex;
  bool in_use;
  bool restart;            /* FAILED only: try again by itself */
  bool wanted;             /* the launcher should have a worker running */
  bool snapshot_requested; /* by snapshot_sink: the worker looks into penstock.sink_snapshot */
  bool wake_latch;         /* worker sleeps for WAL: committing backends set its latch */
  Oid database;
  int32 sink_id;          /* penstock.sink.id */
  TimestampTz created_at; /* of the row: a re-created extension counts ids from 1 again */
  NameData name;
  NameData slot_name;
  uint32 generation; /* of the row (penstock.sink.generation) the worker runs with */
  PenstockSinkState state;
  pid_t pid;                /* 0: no worker */
  uint32 worker_generation; /* the worker was started with; a difference restarts it */
  Latch *latch;             /* of the worker's PGPROC; valid while pid != 0 */
  int failures;             /* in a row, for the back-off */
  TimestampTz next_start_time;
  TimestampTz state_since;
  TimestampTz last_error_time; /* 0: none */
  char last_error[PENSTOCK_ERROR_LEN];
  TimestampTz last_delivery_time;
  TimestampTz last_commit_time; /* commit time of the last transaction delivered */
  TimestampTz stats_reset;
  ConditionVariable progress; /* broadcast when state or delivered_lsn changed; no lock */
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
  pg_atomic_uint64
      delivered_lsn; /* position: nothing undelivered before it; confirmed to the slot */
} PenstockSinkEntry;

typedef struct PenstockSharedState {
  LWLock *lock;
  pid_t launcher_pid;
  Latch *launcher_latch;
  pg_atomic_uint32 sleeping_workers; /* entries with wake_latch set: the commit hook's first test */
  /* Databases whose sinks changed, for the launcher to scan: set by backends after commit.
   * scan_all stands for every database when the list was full. */
  slock_t request_mutex;
  bool scan_all;
  int request_count;
  Oid requests[PENSTOCK_MAX_SCAN_REQUESTS];
  /* After a crash of a server process no worker starts before this: should the crash be ours, it
   * must not come again and again. */
  TimestampTz start_after;
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
/* Asks the launcher to scan a database now. */
extern void penstock_request_scan(Oid database);
/* The entry of a sink, or NULL. Caller holds penstock_shared->lock at least shared. */
extern PenstockSinkEntry *penstock_find_entry(Oid database, int32 sink_id);

/* A copy of what an entry says, taken without anyone waiting. */
typedef struct PenstockSinkSnapshot {
  Oid database;
  int32 sink_id;
  NameData name;
  NameData slot_name;
  uint32 generation;
  PenstockSinkState state;
  pid_t pid;
  int failures;
  TimestampTz next_start_time;
  TimestampTz state_since;
  TimestampTz last_error_time;
  char last_error[PENSTOCK_ERROR_LEN];
  TimestampTz last_delivery_time;
  TimestampTz last_commit_time;
  TimestampTz stats_reset;
  uint64 event_count;
  uint64 event_bytes;
  uint64 transaction_count;
  uint64 snapshot_row_count;
  uint64 in_flight_count;
  uint64 in_flight_bytes;
  uint64 retry_count;
  uint64 skipped_count;
  XLogRecPtr read_lsn;
  XLogRecPtr delivered_lsn;
} PenstockSinkSnapshot;

/* False when the sink has no entry (yet). Takes penstock_shared->lock shared for a moment. */
extern bool penstock_get_sink(Oid database, int32 sink_id, PenstockSinkSnapshot *snapshot);
/* The sinks of a database; palloc'd array, its length in count. */
extern PenstockSinkSnapshot *penstock_get_sinks(Oid database, int *count);
/* Waits until everything up to lsn is delivered: true; false when timeout_ms (-1: none) passed, or
 * when the sink cannot get there by itself (paused, lost, dropping, failed for good); snapshot
 * tells which. generation: of the row; an older one in shared memory says nothing about what was
 * decided since, so that a sink that was just resumed does not count as paused. */
extern bool penstock_wait_for_lsn(Oid database, int32 sink_id, uint32 generation, XLogRecPtr lsn,
                                  int64 timeout_ms, PenstockSinkSnapshot *snapshot);
/* Zeroes the counters of a sink and sets stats_reset; false when it has no entry. */
extern bool penstock_reset_sink_stats(Oid database, int32 sink_id);

/* Used by launcher, scanner and worker. error NULL: last_error stays. */
extern void penstock_set_state(PenstockSinkEntry *entry, PenstockSinkState state,
                               const char *error);
extern void penstock_wake_launcher(void);
/* Notes one more failure in a row and when to try again: from one second doubling up to
 * penstock.restart_max_interval, less up to a quarter at random. */
extern void penstock_note_failure(PenstockSinkEntry *entry, bool restart);

/* module.cpp's part of start-up: hooks for shared memory, callback at commit */
extern void penstock_install_shmem_hooks(void);
extern void penstock_install_commit_hook(void);
/* The worker goes to sleep for WAL, or is awake again (wake.cpp). */
extern void penstock_arm_wake(PenstockSinkEntry *entry);
extern void penstock_disarm_wake(PenstockSinkEntry *entry);

#ifdef __cplusplus
}
#endif

#endif
