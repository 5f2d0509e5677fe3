/*
 * worker.h: the inside of a sink worker, shared by its C and C++ files; after pg_prelude.h and
 * shared_state.h.
 *
 * One PenstockWorker per process, in TopMemoryContext, never freed: an ERROR ends the process. It
 * is plain data, so that a longjmp may pass any function that holds a pointer to it; the C++
 * objects (sink, options) live on the heap behind "delivery" and "config" (worker_delivery.h,
 * worker_config.cpp) and are reached through functions that return plain values.
 */
#ifndef PENSTOCK_WORKER_H
#define PENSTOCK_WORKER_H

#ifdef __cplusplus
extern "C" {
#endif

struct LogicalDecodingContext;
struct PenstockEvent;
struct PenstockEventWriter;
struct PenstockFetchedRow;
struct PenstockRowRequest;
struct List;

/* A sink's row, as the worker read it; palloc'd in TopMemoryContext. */
typedef struct PenstockSinkRow {
  Oid owner;
  bool owner_is_superuser;
  bool owner_reads_files;  /* pg_read_server_files */
  bool owner_writes_files; /* pg_write_server_files */
  char *name;
  char *connector;
  char *slot_name;
  uint32 generation;
  bool snapshot_completed;
  bool snapshot_requested; /* an incremental one is under way */
  XLogRecPtr slot_start_lsn;
  uint64 system_identifier; /* 0: none stored */
  int option_count;
  char **option_names;
  char **option_values;
} PenstockSinkRow;

typedef struct PenstockWorker {
  PenstockSinkEntry *entry;
  PenstockSinkRow row;
  struct PenstockConfig *config;           /* options sorted by reader (worker_config.cpp) */
  struct PenstockDelivery *delivery;       /* the sink and what is in flight (worker_delivery.h) */
  struct LogicalDecodingContext *ctx;      /* while streaming */
  struct PenstockRowReader *reader;        /* the process that reads rows again; NULL: none */
  struct PenstockIncremental *incremental; /* incremental snapshots; NULL: there was none */
  struct PenstockHeartbeat *heartbeat;     /* while streaming; NULL: none are asked for */
  WaitEventSet *wait_set;
  XLogRecPtr flush_lsn;     /* WAL known to be flushed up to here */
  XLogRecPtr read_lsn;      /* every record that ends here or before is decoded */
  XLogRecPtr confirmed_lsn; /* last given to the slot */
  XLogRecPtr saved_lsn;     /* last written to the slot's file */
  TimestampTz last_save_time;
  TimestampTz last_service_time;
  TimestampTz snapshot_blocked_since; /* destination away during the snapshot; 0: not */
  bool in_snapshot;
  uint32_t *readable; /* OIDs of the tables the owner may read, ascending (worker_rights.cpp) */
  uint32 readable_count;
  XLogRecPtr readable_lsn; /* when that was looked up */
} PenstockWorker;

/* module.cpp: NULL, or why the loaded penstock_output cannot be used with this module */
extern const char *penstock_output_mismatch(void);

/* worker_config.cpp */
extern void penstock_read_row(PenstockWorker *worker); /* proc_exit when the sink is not wanted */
extern void penstock_make_config(PenstockWorker *worker);
extern struct List *penstock_event_options(PenstockWorker *worker); /* list of DefElem */
extern bool penstock_wants_snapshot(PenstockWorker *worker);
extern bool penstock_wants_stream(PenstockWorker *worker);
extern int penstock_save_interval_ms(PenstockWorker *worker);
/* Whether the filters take a table of this name, in UTF-8, and kind. */
extern bool penstock_takes_table(PenstockWorker *worker, const char *schema, const char *table,
                                 bool is_partitioned, bool is_partition);
/* The order in which tables are read: the place of the first pattern of table.include.list that
 * matches, 0 without the option; -1 when snapshot.include.collection.list leaves the table out. */
extern int penstock_snapshot_rank(PenstockWorker *worker, const char *schema_and_table);

/* Whether a lost slot is made anew and the rows are read again. */
extern bool penstock_may_start_over(PenstockWorker *worker);
/* The statement that reads a table (schema.table) in its place; NULL: none. */
extern const char *penstock_select_override(PenstockWorker *worker, const char *schema_and_table);

/* worker_heartbeat.cpp */
/* position_known: an earlier run has delivered. */
extern void penstock_start_heartbeats(PenstockWorker *worker, bool position_known);
extern void penstock_heartbeats_may_start(PenstockWorker *worker); /* a transaction is over */
/* True when one is due; it is due again later once penstock_heartbeat_sent is called. */
extern bool penstock_make_heartbeat(PenstockWorker *worker, TimestampTz now,
                                    struct PenstockEvent *event);
extern void penstock_heartbeat_sent(PenstockWorker *worker, TimestampTz now);

/* worker_rights.cpp: fills readable; outside a transaction, before decoding */
extern void penstock_read_rights(PenstockWorker *worker);

/* What touches the sink; may raise an ERROR. */

/* worker_sink.cpp */
extern void penstock_open_sink(PenstockWorker *worker, XLogRecPtr slot_start, bool snapshot_pending,
                               XLogRecPtr *resume_lsn);
extern void penstock_abandon_sink(PenstockWorker *worker);

/* worker_events.cpp */
extern const struct PenstockEventWriter *penstock_event_writer(PenstockWorker *worker);
extern struct PenstockEventWriter *penstock_writer_of(PenstockWorker *worker);
/* Ends what was written between two transactions. Returns where that was: it is delivered when
 * penstock_delivered_after says so. */
extern uint64_t penstock_end_outside(PenstockWorker *worker);

/* worker_progress.cpp */
extern bool penstock_delivered_after(PenstockWorker *worker, uint64_t lsn);
/* Marks the end of the snapshot and waits until all of it is delivered. */
extern void penstock_finish_snapshot(PenstockWorker *worker, XLogRecPtr lsn);
/* Polls the sink, publishes counters, moves and saves the slot's position, follows SIGHUP. Called
 * between records and while waiting; the slot must be held unless in_snapshot. */
extern void penstock_service(PenstockWorker *worker);
extern void penstock_service_if_due(PenstockWorker *worker);
extern bool penstock_in_flight(PenstockWorker *worker);
extern void penstock_drain(PenstockWorker *worker);
/* Sleeps until the latch is set, the sink has work, or the time is over. */
extern void penstock_sleep(PenstockWorker *worker, long timeout_ms, uint32 wait_event);
/* A row could not be read again, for this reason, and is tried further; NULL: it was read. */
extern void penstock_note_rows_away(PenstockWorker *worker, const char *reason);

/* row_fetch.cpp: has the reader process read a row, however long that takes. False: it is gone. The
 * bytes are valid until the next call. */
extern bool penstock_fetch_row(PenstockWorker *worker, const struct PenstockRowRequest *request,
                               struct PenstockFetchedRow *row);
extern void penstock_stop_reader(PenstockWorker *worker);

/* incremental_worker.cpp */
/* Sets what the plugin reports beside events. */
extern void penstock_prepare_signals(PenstockWorker *worker, struct PenstockEventWriter *writer);
extern void penstock_want_incremental(PenstockWorker *worker); /* some tables are to be read */
/* Between two records of the WAL: takes what the process that reads has sent, and writes it when
 * the stream has come far enough. */
extern void penstock_incremental_step(PenstockWorker *worker);
extern void penstock_stop_incremental(PenstockWorker *worker);

/* wal_loop.c */
/* Makes the slot (ephemeral) in the current transaction when snapshot is wanted, and gives that
 * transaction the slot's snapshot; persists and releases it. Returns the consistent point. */
extern XLogRecPtr penstock_create_slot(PenstockWorker *worker, bool use_snapshot);
extern void penstock_stream(PenstockWorker *worker, XLogRecPtr start_lsn) __attribute__((noreturn));
extern void penstock_confirm(PenstockWorker *worker, XLogRecPtr lsn);
extern void penstock_save_slot(PenstockWorker *worker);

/* snapshot.cpp: reads the tables in the current transaction */
extern void penstock_read_tables(PenstockWorker *worker, XLogRecPtr lsn);

/* worker.cpp */
/* Settings of server, database or role that must not reach penstock's own processes. */
extern void penstock_override_settings(void);
extern void penstock_check_output_allowed(void);
/* Leaves without counting a failure; the launcher starts the sink again when it is still wanted. */
extern void penstock_leave(PenstockWorker *worker, PenstockSinkState state, const char *reason)
    __attribute__((noreturn));

/* entry points of background workers */
extern PGDLLEXPORT void penstock_launcher_main(Datum argument);
extern PGDLLEXPORT void penstock_scanner_main(Datum argument);
extern PGDLLEXPORT void penstock_sink_main(Datum argument);
extern PGDLLEXPORT void penstock_reader_main(Datum argument);
extern PGDLLEXPORT void penstock_snapshot_main(Datum argument);

#ifdef __cplusplus
}
#endif

#endif
