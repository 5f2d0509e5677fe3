/*
 * wal_loop.c: makes the slot, reads the WAL and hands it to logical decoding. C because XL_ROUTINE
 * takes the address of a compound literal.
 *
 * No transaction is open and no resource owner set while streaming; decoding opens and aborts its
 * own transaction for every decoded one. The process is marked PROC_IN_LOGICAL_DECODING: it must
 * not read user tables and must not write.
 */
#include "pg_prelude.h"

#include "access/xlog_internal.h"
#include "access/xlogreader.h"
#include "access/xlogutils.h"
#include "pg_compat.h"
#include "replication/decode.h"
#include "replication/logical.h"
#include "replication/snapbuild.h"

#include "output_plugin/rendezvous.h"
#include "shared_state.h"
#include "worker.h"

#define PENSTOCK_PLUGIN "penstock_output"

/* Naps after something was read, before the commit hook is asked to wake us: a busy source then
 * pays for no wake-ups. Where a transaction or more comes each millisecond, naps are longer: each
 * costs a look at the sink, a page of WAL read again and the writers a switch of processes. */
#define BUSY_NAP_MS 1
#define CROWDED_NAP_MS 4
#define BUSY_NAPS 3
/* Longest sleep without a wake-up: asynchronous commits and other databases' WAL. */
#define IDLE_SLEEP_MAX_MS 100

static PenstockWorker *current_worker;

/* How long to nap, by the transactions that came since the last nap. */
static long nap_length_ms(PenstockWorker *worker) {
  static uint64 seen = 0;
  static TimestampTz since = 0;
  const uint64 count = pg_atomic_read_u64(&worker->entry->transaction_count);
  const TimestampTz now = worker->last_service_time;
  const bool crowded = (TimestampTz)(count - seen) * 1000 >= now - since && count != seen;

  seen = count;
  since = now;
  return crowded ? CROWDED_NAP_MS : BUSY_NAP_MS;
}

/* Waits until the WAL is flushed up to target; returns the flushed position. */
static XLogRecPtr wait_for_wal(XLogRecPtr target) {
  static uint32 wait_event = 0;
  PenstockWorker *worker = current_worker;
  int naps = 0;
  long sleep_ms = 4;

  if (worker->flush_lsn >= target) return worker->flush_lsn;
  worker->flush_lsn = GetFlushRecPtr(NULL);
  if (worker->flush_lsn >= target) return worker->flush_lsn;
  if (wait_event == 0) wait_event = WaitEventExtensionCompat("PenstockWaitForWal");

  for (;;) {
    CHECK_FOR_INTERRUPTS();
    penstock_service(worker);
    if (worker->ctx != NULL) penstock_incremental_step(worker);
    worker->flush_lsn = GetFlushRecPtr(NULL);
    if (worker->flush_lsn >= target) break;
    if (naps < BUSY_NAPS) {
      naps++;
      penstock_sleep(worker, nap_length_ms(worker), wait_event);
      continue;
    }
    penstock_arm_wake(worker->entry);
    worker->flush_lsn = GetFlushRecPtr(NULL);
    if (worker->flush_lsn >= target) break;
    penstock_sleep(worker, sleep_ms, wait_event);
    sleep_ms = Min(sleep_ms * 2, IDLE_SLEEP_MAX_MS);
  }
  penstock_disarm_wake(worker->entry);
  return worker->flush_lsn;
}

static int read_page(XLogReaderState *state, XLogRecPtr page, int needed, XLogRecPtr record,
                     char *buffer) {
  XLogRecPtr available = wait_for_wal(page + needed);
  TimeLineID timeline;
  int count;
  WALReadError error;
  XLogSegNo segment;

  GetFlushRecPtr(&timeline);
  XLogReadDetermineTimeline(state, page, needed, timeline);
  if (state->currTLI != timeline) {
    /* A record of before the last promotion: its timeline ends there. */
    timeline = state->currTLI;
    available = Min(available, state->currTLIValidUntil);
    if (page + needed > available) return -1;
  }
  count = page + XLOG_BLCKSZ <= available ? XLOG_BLCKSZ : (int)(available - page);
  if (!WALRead(state, buffer, page, count, timeline, &error)) WALReadRaiseError(&error);
  XLByteToSeg(page, segment, state->segcxt.ws_segsize);
  CheckXLogRemoved(segment, state->seg.ws_tli);
  return count;
}

XLogRecPtr penstock_create_slot(PenstockWorker *worker, bool use_snapshot) {
  LogicalDecodingContext *ctx;
  XLogRecPtr consistent_point;

  current_worker = worker;
  CheckLogicalDecodingRequirements();
  ReplicationSlotCreateCompat(worker->row.slot_name, true, RS_EPHEMERAL, false, false);
  ctx =
      CreateInitDecodingContext(PENSTOCK_PLUGIN, NIL, use_snapshot, InvalidXLogRecPtr,
                                XL_ROUTINE(.page_read = read_page, .segment_open = wal_segment_open,
                                           .segment_close = wal_segment_close),
                                NULL, NULL, NULL);
  /* Waits for the transactions that run now. */
  DecodingContextFindStartpoint(ctx);
  if (use_snapshot) {
    Snapshot snapshot = SnapBuildInitialSnapshot(ctx->snapshot_builder);
    RestoreTransactionSnapshot(snapshot, MyProc);
  }
  FreeDecodingContext(ctx);
  consistent_point = MyReplicationSlot->data.confirmed_flush;
  ReplicationSlotPersist();
  ReplicationSlotRelease();
  return consistent_point;
}

void penstock_confirm(PenstockWorker *worker, XLogRecPtr lsn) {
  if (lsn <= worker->confirmed_lsn || MyReplicationSlot == NULL) return;
  /* First: should the slot's file not be written, it must not look moved by somebody else. */
  pg_atomic_write_u64(&worker->entry->delivered_lsn, lsn);
  LogicalConfirmReceivedLocation(lsn);
  worker->confirmed_lsn = lsn;
}

void penstock_save_slot(PenstockWorker *worker) {
  if (MyReplicationSlot == NULL || worker->saved_lsn >= worker->confirmed_lsn) return;
  ReplicationSlotMarkDirty();
  ReplicationSlotSave();
  worker->saved_lsn = worker->confirmed_lsn;
}

static void decode_next_record(PenstockWorker *worker, LogicalDecodingContext *ctx) {
  char *error = NULL;
  XLogRecord *record = XLogReadRecord(ctx->reader, &error);

  if (error != NULL) {
    ereport(ERROR,
            (errcode(ERRCODE_DATA_CORRUPTED), errmsg("could not read WAL record: %s", error)));
  }
  if (record != NULL) LogicalDecodingProcessRecord(ctx, ctx->reader);
  worker->read_lsn = ctx->reader->EndRecPtr;
}

void penstock_stream(PenstockWorker *worker, XLogRecPtr start_lsn) {
  MemoryContext context =
      AllocSetContextCreate(TopMemoryContext, "penstock decoding", ALLOCSET_DEFAULT_SIZES);
  void **writer = find_rendezvous_variable(PENSTOCK_WRITER_VARIABLE);
  LogicalDecodingContext *ctx;
  uint32 records = 0;

  current_worker = worker;
  MemoryContextSwitchTo(context);
  /* Read by the plugin's start-up callback. */
  *writer = (void *)penstock_event_writer(worker);
  ctx = CreateDecodingContext(start_lsn, penstock_event_options(worker), false,
                              XL_ROUTINE(.page_read = read_page, .segment_open = wal_segment_open,
                                         .segment_close = wal_segment_close),
                              NULL, NULL, NULL);
  worker->ctx = ctx;
  worker->confirmed_lsn = MyReplicationSlot->data.confirmed_flush;
  worker->saved_lsn = worker->confirmed_lsn;
  if (worker->row.snapshot_requested) penstock_want_incremental(worker);
  penstock_start_heartbeats(worker, worker->confirmed_lsn > worker->row.slot_start_lsn);
  /* Of before the position nothing is left to deliver. */
  worker->read_lsn = worker->confirmed_lsn;
  XLogBeginRead(ctx->reader, MyReplicationSlot->data.restart_lsn);

  for (;;) {
    decode_next_record(worker, ctx);
    MemoryContextSwitchTo(context);
    CHECK_FOR_INTERRUPTS();
    penstock_incremental_step(worker);
    if ((++records & 63) == 0) penstock_service_if_due(worker);
  }
}
