// scanner.cpp: a short process that reads penstock.sink of one database, writes what it finds into
// shared memory for the launcher, and finishes what drop_sink began: the slot goes first, then the
// row, so that a crash in between is repaired by the next scan.
#include "pg_prelude.h"
// After the prelude.
extern "C" {
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "replication/slot.h"
#include "tcop/tcopprot.h"
}
#include "failpoint.h"
#include "guc.h"
#include "pg_compat.h"
#include "shared_state.h"
#include "worker.h"

namespace {

struct Row {
  int32 id;
  uint32 generation;
  bool paused;
  bool dropping;
  bool snapshot_requested;
  TimestampTz created_at;
  NameData name;
  NameData slot_name;
};

struct Rows {
  Row* rows;
  uint64 count;
};

// What is to be removed once no worker runs: filled under the lock, worked off without it.
struct Removal {
  int32 id;
  TimestampTz created_at;
  bool has_row;
  bool keep_slot;  // another sink's row names it
  bool row_is_locked;
  NameData name;
  NameData slot_name;
};

struct Removals {
  Removal* items;
  int count;
};

const char kSelect[] =
    "SELECT id, generation, paused, dropping, name, slot_name, created_at,"
    " EXISTS (SELECT FROM penstock.sink_snapshot AS t WHERE t.sink_id = sink.id)"
    " FROM penstock.sink ORDER BY id";

// A transaction that sits on a row or on the table must not keep the scanner from other databases.
const char kLockTimeout[] = "2s";

void BeginSql() {
  SetCurrentStatementStartTimestamp();
  StartTransactionCommand();
  SPI_connect();
  PushActiveSnapshot(GetTransactionSnapshot());
}

void EndSql() {
  PopActiveSnapshot();
  SPI_finish();
  CommitTransactionCommand();
}

Datum Column(uint64 row, int number) {
  bool is_null;
  return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number, &is_null);
}

Rows ReadRows() {
  Rows result = {nullptr, 0};
  BeginSql();
  if (OidIsValid(get_extension_oid("penstock", true))) {
    if (SPI_execute(kSelect, true, 0) != SPI_OK_SELECT) elog(ERROR, "could not read penstock.sink");
    result.count = SPI_processed;
    result.rows = static_cast<Row*>(
        MemoryContextAllocZero(TopMemoryContext, (result.count + 1) * sizeof(Row)));
    for (uint64 i = 0; i < result.count; i++) {
      Row* row = &result.rows[i];
      row->id = DatumGetInt32(Column(i, 1));
      row->generation = DatumGetUInt32(Column(i, 2));
      row->paused = DatumGetBool(Column(i, 3));
      row->dropping = DatumGetBool(Column(i, 4));
      row->name = *DatumGetName(Column(i, 5));
      row->slot_name = *DatumGetName(Column(i, 6));
      row->created_at = DatumGetTimestampTz(Column(i, 7));
      row->snapshot_requested = DatumGetBool(Column(i, 8));
    }
  }
  EndSql();
  return result;
}

void ZeroCounters(PenstockSinkEntry* entry) {
  pg_atomic_write_u64(&entry->event_count, 0);
  pg_atomic_write_u64(&entry->event_bytes, 0);
  pg_atomic_write_u64(&entry->transaction_count, 0);
  pg_atomic_write_u64(&entry->snapshot_row_count, 0);
  pg_atomic_write_u64(&entry->in_flight_count, 0);
  pg_atomic_write_u64(&entry->in_flight_bytes, 0);
  pg_atomic_write_u64(&entry->retry_count, 0);
  pg_atomic_write_u64(&entry->skipped_count, 0);
  pg_atomic_write_u64(&entry->read_lsn, 0);
  pg_atomic_write_u64(&entry->delivered_lsn, 0);
}

PenstockSinkEntry* NewEntry(const Row& row, TimestampTz now) {
  for (int i = 0; i < penstock_shared->max_sinks; i++) {
    PenstockSinkEntry* entry = &penstock_shared->sinks[i];
    if (entry->in_use || entry->pid != 0) continue;
    ZeroCounters(entry);
    SpinLockAcquire(&entry->mutex);
    entry->in_use = true;
    entry->database = MyDatabaseId;
    entry->sink_id = row.id;
    entry->created_at = row.created_at;
    entry->generation = 0;
    entry->worker_generation = 0;
    entry->last_error[0] = '\0';
    entry->last_error_time = 0;
    entry->last_delivery_time = 0;
    entry->last_commit_time = 0;
    entry->stats_reset = now;
    entry->state_since = now;
    SpinLockRelease(&entry->mutex);
    return entry;
  }
  return nullptr;
}

// Caller holds the entry's spinlock. Another generation starts with a clean slate.
void Renew(PenstockSinkEntry* entry, const Row& row, TimestampTz now) {
  PenstockSinkState state = entry->state;
  entry->wanted = !row.paused && !row.dropping;
  entry->snapshot_requested = row.snapshot_requested;
  if (entry->generation != row.generation) {
    state = PENSTOCK_SINK_CREATING;
    entry->restart = true;
    entry->failures = 0;
    entry->next_start_time = 0;
    entry->last_error[0] = '\0';
    entry->last_error_time = 0;
  }
  if (row.dropping) {
    state = PENSTOCK_SINK_DROPPING;
  } else if (row.paused) {
    state = PENSTOCK_SINK_PAUSED;
  }
  if (state != entry->state) entry->state_since = now;
  entry->state = state;
  entry->generation = row.generation;
  entry->name = row.name;
  entry->slot_name = row.slot_name;
}

Removal* AddRemoval(Removals* removals, int32 id, TimestampTz created_at) {
  Removal* removal = &removals->items[removals->count++];
  removal->id = id;
  removal->created_at = created_at;
  return removal;
}

// A row on its way out that never got an entry had no worker either.
void RemoveRow(const Row& row, Removals* removals) {
  Removal* removal = AddRemoval(removals, row.id, row.created_at);
  removal->has_row = true;
  removal->name = row.name;
  removal->slot_name = row.slot_name;
}

// False when there is no entry left for the row.
bool PublishRow(const Row& row, TimestampTz now, Removals* removals) {
  PenstockSinkEntry* entry = penstock_find_entry(MyDatabaseId, row.id);
  // Of a sink of before the extension was created again: that one goes first.
  if (entry != nullptr && entry->created_at != row.created_at) return true;
  if (entry == nullptr && row.dropping) {
    RemoveRow(row, removals);
    return true;
  }
  if (entry == nullptr) entry = NewEntry(row, now);
  if (entry == nullptr) return false;
  SpinLockAcquire(&entry->mutex);
  Renew(entry, row, now);
  Latch* latch = entry->snapshot_requested ? entry->latch : nullptr;
  SpinLockRelease(&entry->mutex);
  // Of a process that has ended it wakes nobody.
  if (latch != nullptr) SetLatch(latch);
  ConditionVariableBroadcast(&entry->progress);
  return true;
}

bool HasRow(const Rows& rows, const PenstockSinkEntry* entry) {
  for (uint64 i = 0; i < rows.count; i++) {
    if (rows.rows[i].id == entry->sink_id) return rows.rows[i].created_at == entry->created_at;
  }
  return false;
}

// A row of the same id made no slot yet: it waits for the entry to go.
bool OthersNameSlot(const Rows& rows, const PenstockSinkEntry* entry) {
  for (uint64 i = 0; i < rows.count; i++) {
    const Row& row = rows.rows[i];
    if (row.id != entry->sink_id &&
        strcmp(NameStr(entry->slot_name), NameStr(row.slot_name)) == 0) {
      return true;
    }
  }
  return false;
}

// Sinks whose worker still runs are marked: the launcher stops the worker and asks for another
// scan.
void RemoveEntry(const Rows& rows, PenstockSinkEntry* entry, Removals* removals) {
  bool has_row = HasRow(rows, entry);
  SpinLockAcquire(&entry->mutex);
  if (!has_row) {
    entry->wanted = false;
    entry->state = PENSTOCK_SINK_DROPPING;
  }
  bool ready = entry->state == PENSTOCK_SINK_DROPPING && entry->pid == 0;
  SpinLockRelease(&entry->mutex);
  if (!ready) return;
  Removal* removal = AddRemoval(removals, entry->sink_id, entry->created_at);
  removal->has_row = has_row;
  removal->keep_slot = !has_row && OthersNameSlot(rows, entry);
  removal->name = entry->name;
  removal->slot_name = entry->slot_name;
}

// Collects what is ready to be removed.
void PublishRows(const Rows& rows, Removals* removals) {
  TimestampTz now = GetCurrentTimestamp();
  uint64 missing = 0;
  LWLockAcquire(penstock_shared->lock, LW_EXCLUSIVE);
  for (uint64 i = 0; i < rows.count; i++) {
    if (!PublishRow(rows.rows[i], now, removals)) missing++;
  }
  for (int i = 0; i < penstock_shared->max_sinks; i++) {
    PenstockSinkEntry* entry = &penstock_shared->sinks[i];
    if (entry->in_use && entry->database == MyDatabaseId) RemoveEntry(rows, entry, removals);
  }
  LWLockRelease(penstock_shared->lock);
  if (missing > 0) {
    ereport(WARNING,
            (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
             errmsg("too many sinks: " UINT64_FORMAT " sinks of database \"%u\" cannot start",
                    missing, MyDatabaseId),
             errhint("Increase penstock.max_sinks and restart the server.")));
  }
}

// True when the slot is gone. Never touches a slot of another plugin or database.
bool DropSlot(const Removal& removal) {
  bool ours = false;
  pid_t active_pid = 0;
  LWLockAcquire(ReplicationSlotControlLock, LW_SHARED);
  ReplicationSlot* slot = SearchNamedReplicationSlot(NameStr(removal.slot_name), false);
  if (slot != nullptr) {
    SpinLockAcquire(&slot->mutex);
    ours = slot->data.database == MyDatabaseId &&
           strcmp(NameStr(slot->data.plugin), "penstock_output") == 0;
    active_pid = slot->active_pid;
    SpinLockRelease(&slot->mutex);
  }
  LWLockRelease(ReplicationSlotControlLock);
  if (!ours) return true;
  if (active_pid != 0) {
    ereport(WARNING,
            (errcode(ERRCODE_OBJECT_IN_USE),
             errmsg("replication slot \"%s\" of dropped sink \"%s\" is in use by process %d",
                    NameStr(removal.slot_name), NameStr(removal.name), active_pid),
             errhint("The slot goes when that process lets go of it.")));
    return false;
  }
  ReplicationSlotDrop(NameStr(removal.slot_name), true);
  ereport(LOG, (errmsg("dropped replication slot \"%s\" of sink \"%s\"", NameStr(removal.slot_name),
                       NameStr(removal.name))));
  return true;
}

const char kDelete[] = "DELETE FROM penstock.sink WHERE id = $1 AND created_at = $2 AND dropping";
const char kDeleteUnlocked[] =
    "DELETE FROM penstock.sink WHERE id = (SELECT id FROM penstock.sink"
    " WHERE id = $1 AND created_at = $2 AND dropping FOR UPDATE SKIP LOCKED)";

// False when there was nothing to delete.
bool DeleteRow(const Removal& removal, const char* sql) {
  Oid types[2] = {INT4OID, TIMESTAMPTZOID};
  Datum values[2] = {Int32GetDatum(removal.id), TimestampTzGetDatum(removal.created_at)};
  BeginSql();
  if (SPI_execute_with_args(sql, 2, types, values, nullptr, false, 0) != SPI_OK_DELETE) {
    elog(ERROR, "could not delete from penstock.sink");
  }
  const bool deleted = SPI_processed == 1;
  EndSql();
  return deleted;
}

void ClearEntry(const Removal& removal) {
  bool cleared = false;
  LWLockAcquire(penstock_shared->lock, LW_EXCLUSIVE);
  PenstockSinkEntry* entry = penstock_find_entry(MyDatabaseId, removal.id);
  if (entry != nullptr && entry->created_at == removal.created_at) {
    SpinLockAcquire(&entry->mutex);
    entry->in_use = false;
    SpinLockRelease(&entry->mutex);
    ConditionVariableBroadcast(&entry->progress);
    cleared = true;
  }
  LWLockRelease(penstock_shared->lock);
  // A row may wait for its number.
  if (cleared && !removal.has_row) penstock_request_scan(MyDatabaseId);
}

void Remove(Removal* removal) {
  CHECK_FOR_INTERRUPTS();
  if (!removal->keep_slot && !DropSlot(*removal)) return;
  removal->row_is_locked = removal->has_row && !DeleteRow(*removal, kDeleteUnlocked);
  if (!removal->row_is_locked) ClearEntry(*removal);
}

// A row that is locked holds up no other one: it is waited for at the end. When the lock timeout
// makes an ERROR of that, the next scan tries again.
void RemoveAll(const Removals& removals) {
  for (int i = 0; i < removals.count; i++) Remove(&removals.items[i]);
  for (int i = 0; i < removals.count; i++) {
    if (!removals.items[i].row_is_locked) continue;
    (void)DeleteRow(removals.items[i], kDelete);
    ClearEntry(removals.items[i]);
  }
}

}  // namespace

extern "C" {

void penstock_scanner_main(Datum argument) {
  pqsignal(SIGTERM, die);
  BackgroundWorkerUnblockSignals();
  if (penstock_shared == nullptr) proc_exit(0);
  BackgroundWorkerInitializeConnectionByOid(DatumGetObjectId(argument), InvalidOid, 0);
  penstock_override_settings();
  SetConfigOption("lock_timeout", kLockTimeout, PGC_SUSET, PGC_S_OVERRIDE);
  penstock::pg::FailpointPg("scanner");
  Rows rows = ReadRows();
  Removals removals = {};
  removals.items = static_cast<Removal*>(MemoryContextAllocZero(
      TopMemoryContext, (penstock_shared->max_sinks + rows.count) * sizeof(Removal)));
  PublishRows(rows, &removals);
  RemoveAll(removals);
  proc_exit(0);
}

}  // extern "C"
