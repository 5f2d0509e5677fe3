// worker.cpp: the life of a sink's worker: read the row, make the slot and take the snapshot when
// that is still to be done, then stream for ever. Any ERROR ends the process; its message goes into
// the sink's entry and the launcher starts another one.
#include "pg_prelude.h"
#include "pg_guard.h"
// After the prelude.
extern "C" {
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "replication/slot.h"
#include "tcop/tcopprot.h"
#include "utils/varlena.h"
}
#include <sys/resource.h>

#include "guc.h"
#include "pg_compat.h"
#include "shared_state.h"
#include "worker.h"
#include "worker_notify.h"

namespace {

const char kPlugin[] = "penstock_output";
const char kAllowList[] = "output_plugin_libraries";

PenstockWorker* the_worker = nullptr;

enum class SlotState { kMissing, kForeign, kInvalid, kValid };

SlotState LookAtSlot(const char* name) {
  SlotState state = SlotState::kMissing;
  LWLockAcquire(ReplicationSlotControlLock, LW_SHARED);
  ReplicationSlot* slot = SearchNamedReplicationSlot(name, false);
  if (slot != nullptr) {
    SpinLockAcquire(&slot->mutex);
    if (slot->data.database != MyDatabaseId || strcmp(NameStr(slot->data.plugin), kPlugin) != 0) {
      state = SlotState::kForeign;
    } else {
      state = SlotIsInvalidated(slot) ? SlotState::kInvalid : SlotState::kValid;
    }
    SpinLockRelease(&slot->mutex);
  }
  LWLockRelease(ReplicationSlotControlLock);
  return state;
}

// False when there is nothing to do for this process.
bool Attach(int index) {
  PenstockSinkEntry* entry = &penstock_shared->sinks[index];
  SpinLockAcquire(&entry->mutex);
  bool attached = entry->in_use && entry->wanted && entry->pid == 0;
  if (attached) {
    entry->pid = MyProcPid;
    entry->latch = MyLatch;
    entry->worker_generation = entry->generation;
    entry->next_start_time = 0;
  }
  SpinLockRelease(&entry->mutex);
  if (!attached) return false;
  the_worker = static_cast<PenstockWorker*>(
      MemoryContextAllocZero(TopMemoryContext, sizeof(PenstockWorker)));
  the_worker->entry = entry;
  return true;
}

void CheckCluster(const PenstockSinkRow& row) {
  if (row.system_identifier == 0 || row.system_identifier == GetSystemIdentifier()) return;
  penstock_set_state(the_worker->entry, PENSTOCK_SINK_FAILED, nullptr);
  the_worker->entry->restart = false;
  ereport(ERROR,
          (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
           errmsg("sink \"%s\" belongs to another cluster", row.name),
           errhint("Drop it with penstock.drop_sink and create it anew to deliver from here.")));
}

void CheckOutput() {
  const char* mismatch = penstock_output_mismatch();
  if (mismatch == nullptr) return;
  ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                  errmsg("penstock_output does not fit penstock: %s", mismatch),
                  errhint("Install both from the same package, then restart the server.")));
}

// slot_start: invalid when the snapshot is yet to be taken.
void StoreCompleted(PenstockWorker* worker, XLogRecPtr slot_start) {
  Oid types[5] = {INT4OID, LSNOID, INT8OID, INT4OID, TIMESTAMPTZOID};
  Datum values[5] = {Int32GetDatum(worker->entry->sink_id), LSNGetDatum(slot_start),
                     Int64GetDatum(static_cast<int64>(GetSystemIdentifier())),
                     UInt32GetDatum(worker->row.generation),
                     TimestampTzGetDatum(worker->entry->created_at)};
  SetCurrentStatementStartTimestamp();
  StartTransactionCommand();
  SPI_connect();
  PushActiveSnapshot(GetTransactionSnapshot());
  int result = SPI_execute_with_args(
      "UPDATE penstock.sink SET slot_start_lsn = nullif($2, '0/0'),"
      " snapshot_completed_at = CASE WHEN $2 <> '0/0' THEN pg_catalog.now() END,"
      " system_identifier = $3"
      " WHERE id = $1 AND generation = $4 AND created_at = $5 AND NOT dropping",
      5, types, values, nullptr, false, 0);
  if (result != SPI_OK_UPDATE) elog(ERROR, "could not update penstock.sink");
  // What was read may be less than the sink now captures.
  if (SPI_processed == 0) {
    ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                    errmsg("sink \"%s\" was changed during the snapshot", worker->row.name),
                    errhint("The snapshot is taken again.")));
  }
  PopActiveSnapshot();
  SPI_finish();
  CommitTransactionCommand();
  worker->row.snapshot_completed = slot_start != InvalidXLogRecPtr;
  worker->row.slot_start_lsn = slot_start;
}

// The slot's consistent point; with rows read and handed to the sink when snapshot is set.
XLogRecPtr CreateSlotAndRead(PenstockWorker* worker, bool snapshot) {
  XLogRecPtr resume;
  if (!snapshot) {
    XLogRecPtr start = penstock_create_slot(worker, false);
    penstock_open_sink(worker, start, true, &resume);
    // Delivered like a snapshot, before the sink counts as made.
    worker->in_snapshot = true;
    worker->in_snapshot = penstock_notify(worker, "SKIPPED", nullptr, nullptr, -1);
    return start;
  }
  SetCurrentStatementStartTimestamp();
  StartTransactionCommand();
  XactIsoLevel = XACT_REPEATABLE_READ;
  XactReadOnly = true;
  XLogRecPtr start = penstock_create_slot(worker, true);
  worker->in_snapshot = true;
  penstock_set_state(worker->entry, PENSTOCK_SINK_SNAPSHOTTING, nullptr);
  penstock_open_sink(worker, start, true, &resume);
  penstock_read_tables(worker, start);
  // Delivery may take longer; xmin and locks are not needed for it.
  CommitTransactionCommand();
  return start;
}

void Create(PenstockWorker* worker) {
  const char* slot_name = worker->row.slot_name;
  penstock_set_state(worker->entry, PENSTOCK_SINK_CREATING, nullptr);
  pgstat_report_activity(STATE_RUNNING, "creating the replication slot");
  switch (LookAtSlot(slot_name)) {
    case SlotState::kMissing:
      break;
    case SlotState::kForeign:
      ereport(ERROR,
              (errcode(ERRCODE_DUPLICATE_OBJECT),
               errmsg("replication slot \"%s\" exists and does not belong to penstock", slot_name),
               errhint("Drop the sink and create it with another slot.name.")));
      break;
    default:
      // Of an attempt that did not complete.
      ReplicationSlotDrop(slot_name, true);
  }
  XLogRecPtr start = CreateSlotAndRead(worker, penstock_wants_snapshot(worker));
  if (worker->in_snapshot) penstock_finish_snapshot(worker, start);
  worker->in_snapshot = false;
  if (!penstock_wants_stream(worker)) ReplicationSlotDrop(slot_name, true);
  StoreCompleted(worker, start);
  pg_atomic_write_u64(&worker->entry->delivered_lsn, start);
}

// LSN_FORMAT_ARGS checks its argument's type in a way only C understands.
uint32 LsnHigh(XLogRecPtr lsn) { return static_cast<uint32>(lsn >> 32); }
uint32 LsnLow(XLogRecPtr lsn) { return static_cast<uint32>(lsn); }

void CheckDestinationPosition(PenstockWorker* worker, XLogRecPtr position) {
  XLogRecPtr confirmed = MyReplicationSlot->data.confirmed_flush;
  if (position == InvalidXLogRecPtr || position >= confirmed) return;
  worker->entry->restart = false;
  ereport(
      ERROR,
      (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
       errmsg("the destination of sink \"%s\" is behind its replication slot", worker->row.name),
       errdetail("The destination has everything up to %X/%X, the slot starts at %X/%X.",
                 LsnHigh(position), LsnLow(position), LsnHigh(confirmed), LsnLow(confirmed)),
       errhint("Changes in between are lost to it: drop the sink and create it anew.")));
}

// While the entry lives it remembers what was confirmed: a slot that is further on was made again,
// or moved by somebody else, over changes that were not delivered.
bool SlotWasMoved(PenstockWorker* worker) {
  XLogRecPtr delivered = pg_atomic_read_u64(&worker->entry->delivered_lsn);
  if (delivered == InvalidXLogRecPtr) return false;
  return MyReplicationSlot->data.confirmed_flush > delivered;
}

// The slot does not lead on from where the destination is. With snapshot.mode=when_needed all rows
// are read again, from a new slot. That is noted first: this process may die on the way.
void StartOverOrLeave(PenstockWorker* worker, const char* reason) {
  if (!penstock_may_start_over(worker)) {
    penstock_leave(worker, PENSTOCK_SINK_LOST,
                   psprintf("%s; changes may be missing at the destination: drop the sink and "
                            "create it anew",
                            reason));
  }
  ereport(LOG, (errmsg("sink \"%s\" reads all rows again: %s", worker->row.name, reason)));
  if (MyReplicationSlot != nullptr) ReplicationSlotRelease();
  StoreCompleted(worker, InvalidXLogRecPtr);
  Create(worker);
}

void Stream(PenstockWorker* worker) {
  XLogRecPtr position = InvalidXLogRecPtr;
  SlotState slot = LookAtSlot(worker->row.slot_name);
  if (slot != SlotState::kMissing) {
    ReplicationSlotAcquireCompat(worker->row.slot_name, true);
    if (slot == SlotState::kValid)
      slot = SlotIsInvalidated(MyReplicationSlot) ? SlotState::kInvalid : slot;
  }
  const char* lost = nullptr;
  if (slot == SlotState::kMissing || slot == SlotState::kForeign) {
    lost = "the replication slot does not exist any more";
  } else if (slot == SlotState::kInvalid) {
    lost = psprintf("the replication slot was invalidated, %s",
                    SlotInvalidationCause(MyReplicationSlot));
  } else if (SlotWasMoved(worker)) {
    lost = "the replication slot was made again or moved by somebody else";
  }
  if (lost != nullptr) {
    StartOverOrLeave(worker, lost);
    ReplicationSlotAcquireCompat(worker->row.slot_name, true);
  }
  pgstat_report_activity(STATE_RUNNING, "streaming");
  if (worker->delivery == nullptr) {
    penstock_open_sink(worker, worker->row.slot_start_lsn, false, &position);
    CheckDestinationPosition(worker, position);
  }
  penstock_set_state(worker->entry, PENSTOCK_SINK_STREAMING, nullptr);
  penstock_stream(worker, position);
}

void Run(PenstockWorker* worker) {
  penstock_read_row(worker);
  CheckCluster(worker->row);
  CheckOutput();
  penstock_make_config(worker);
  penstock_check_output_allowed();
  penstock_read_rights(worker);
  if (!worker->row.snapshot_completed) Create(worker);
  if (!penstock_wants_stream(worker)) {
    penstock_leave(worker, PENSTOCK_SINK_PAUSED, "snapshot completed");
  }
  Stream(worker);
}

// In PG_CATCH: the error is still to be reported by the caller.
void NoteError(PenstockWorker* worker) {
  char text[PENSTOCK_ERROR_LEN];
  MemoryContextSwitchTo(TopMemoryContext);
  ErrorData* error = CopyErrorData();
  if (error->hint != nullptr) {
    snprintf(text, sizeof(text), "%s (%s)", error->message, error->hint);
  } else {
    strlcpy(text, error->message, sizeof(text));
  }
  bool restart = worker->entry->restart;
  penstock_note_failure(worker->entry, restart);
  penstock_set_state(worker->entry, PENSTOCK_SINK_FAILED, text);
}

struct Setting {
  const char* name;
  const char* value;
};

const Setting kOverrides[] = {
    {"statement_timeout", "0"},
    {"lock_timeout", "0"},
    {"idle_in_transaction_session_timeout", "0"},
#if HAVE_TRANSACTION_TIMEOUT
    {"transaction_timeout", "0"},
#endif
    {"default_transaction_read_only", "off"},
    {"default_transaction_isolation", "read committed"},
    {"default_transaction_deferrable", "off"},
    {"search_path", "pg_catalog, pg_temp"},
    {"session_replication_role", "origin"},
    {"row_security", "off"},
    {"synchronous_commit", "local"},
};

// penstock.worker_nice. Before any thread is started: on Linux they inherit it.
void GiveWay() {
  if (penstock_worker_nice == 0) return;
  errno = 0;
  const int priority = getpriority(PRIO_PROCESS, 0);
  if (errno != 0 || setpriority(PRIO_PROCESS, 0, priority + penstock_worker_nice) != 0) {
    ereport(LOG, (errmsg("could not set the scheduling priority of the sink worker: %m")));
  }
}

}  // namespace

extern "C" {

// Before the slot is let go of by PostgreSQL's own hook, which was registered earlier.
static void penstock_before_exit(int, Datum) {
  LWLockReleaseAll();
  ConditionVariableCancelSleep();
  penstock_disarm_wake(the_worker->entry);
  penstock_stop_reader(the_worker);
  penstock_stop_incremental(the_worker);
  penstock_save_slot(the_worker);
  penstock_abandon_sink(the_worker);
}

// After the slot is free: the scanner may drop it as soon as the entry shows no process.
static void penstock_at_exit(int, Datum) {
  PenstockSinkEntry* entry = the_worker->entry;
  SpinLockAcquire(&entry->mutex);
  entry->pid = 0;
  entry->latch = nullptr;
  SpinLockRelease(&entry->mutex);
  pg_atomic_write_u64(&entry->in_flight_count, 0);
  pg_atomic_write_u64(&entry->in_flight_bytes, 0);
  penstock_wake_launcher();
}

void penstock_override_settings(void) {
  for (const Setting& setting : kOverrides) {
    SetConfigOption(setting.name, setting.value, PGC_SUSET, PGC_S_OVERRIDE);
  }
}

void penstock_leave(PenstockWorker* worker, PenstockSinkState state, const char* reason) {
  ereport(LOG, (errmsg("sink \"%s\" is %s: %s", worker->row.name, penstock_sink_state_name(state),
                       reason)));
  penstock_set_state(worker->entry, state, reason);
  proc_exit(0);
}

// output_plugin_libraries came with minor releases of August 2026; older servers do not know it.
void penstock_check_output_allowed(void) {
  const char* value = GetConfigOption(kAllowList, true, false);
  if (value == nullptr) return;
  List* names;
  ListCell* cell;
  if (!SplitGUCList(pstrdup(value), ',', &names)) names = NIL;
  foreach (cell, names) {
    if (strcmp(static_cast<char*>(lfirst(cell)), kPlugin) == 0) return;
  }
  char* wanted = value[0] == '\0' ? pstrdup(kPlugin) : psprintf("%s, %s", value, kPlugin);
  if (!penstock_allow_self) {
    ereport(ERROR,
            (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
             errmsg("output plugin \"%s\" is not listed in output_plugin_libraries", kPlugin),
             errhint("Set output_plugin_libraries = '%s' and reload the configuration.", wanted)));
  }
  SetConfigOption(kAllowList, wanted, PGC_SUSET, PGC_S_SESSION);
}

void penstock_sink_main(Datum argument) {
  pqsignal(SIGHUP, SignalHandlerForConfigReload);
  // Seen by every CHECK_FOR_INTERRUPTS, so that back-pressure and lock waits let go at once.
  pqsignal(SIGTERM, die);
  BackgroundWorkerUnblockSignals();
  if (penstock_shared == nullptr || !Attach(DatumGetInt32(argument))) proc_exit(0);
  on_shmem_exit(penstock_at_exit, 0);
  BackgroundWorkerInitializeConnectionByOid(the_worker->entry->database, InvalidOid, 0);
  before_shmem_exit(penstock_before_exit, 0);
  penstock_override_settings();
  GiveWay();
  the_worker->entry->restart = true;
  PG_TRY();
  {
    Run(the_worker);
  }
  PG_CATCH();
  {
    NoteError(the_worker);
    penstock_drain(the_worker);
    PG_RE_THROW();
  }
  PG_END_TRY();
}

}  // extern "C"
