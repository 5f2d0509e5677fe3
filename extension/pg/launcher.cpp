// launcher.cpp: one process for the whole server, connected to no database. It starts a short
// scanner in each database whose sinks may have changed, and one worker for each wanted sink; it
// alone starts, restarts (with back-off and jitter) and ends workers.
//
// Which sinks are wanted is written into shared memory by the scanners; which run is written there
// by the workers themselves, so a launcher that starts anew finds its workers again.
#include "pg_prelude.h"
// After the prelude.
extern "C" {
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_database.h"
#include "tcop/tcopprot.h"
}
#include "guc.h"
#include "pg_compat.h"
#include "shared_state.h"
#include "worker.h"

namespace {

// What the launcher alone knows of a sink's worker between its registration and its first sign.
struct Start {
  BackgroundWorkerHandle* handle;
  TimestampTz stop_requested;  // 0: not; when SIGTERM was sent last
};

struct Launcher {
  MemoryContext context;
  List* databases;  // OIDs still to be scanned
  BackgroundWorkerHandle* scanner;
  TimestampTz next_full_scan;
  TimestampTz next_scanner_start;  // not before, when there was no free worker slot
  Start* starts;                   // by index of the entry
};

Launcher launcher;

constexpr long kMaxSleepMs = 1000;
constexpr int64 kSecondUs = 1000000;

void AddDatabase(Oid database) {
  MemoryContext old = MemoryContextSwitchTo(launcher.context);
  launcher.databases = list_append_unique_oid(launcher.databases, database);
  MemoryContextSwitchTo(old);
}

bool ListsDatabase(const List* databases, Oid database) {
  return list_member_oid(databases, database);
}

// Entries of databases that are gone: their workers and slots went with them.
void ClearGoneDatabases(const List* databases) {
  LWLockAcquire(penstock_shared->lock, LW_EXCLUSIVE);
  for (int i = 0; i < penstock_shared->max_sinks; i++) {
    PenstockSinkEntry* entry = &penstock_shared->sinks[i];
    if (entry->in_use && entry->pid == 0 && !ListsDatabase(databases, entry->database)) {
      SpinLockAcquire(&entry->mutex);
      entry->in_use = false;
      SpinLockRelease(&entry->mutex);
    }
  }
  LWLockRelease(penstock_shared->lock);
}

// Templates are left alone: a connection to one makes CREATE DATABASE fail.
void ListDatabases() {
  StartTransactionCommand();
  (void)GetTransactionSnapshot();
  List* existing = NIL;
  Relation relation = table_open(DatabaseRelationId, AccessShareLock);
  TableScanDesc scan = table_beginscan_catalog(relation, 0, nullptr);
  HeapTuple tuple;
  while (HeapTupleIsValid(tuple = heap_getnext(scan, ForwardScanDirection))) {
    auto* database = reinterpret_cast<Form_pg_database>(GETSTRUCT(tuple));
    existing = lappend_oid(existing, database->oid);
    if (database->datallowconn && !database->datistemplate) AddDatabase(database->oid);
  }
  table_endscan(scan);
  table_close(relation, AccessShareLock);
  ClearGoneDatabases(existing);
  CommitTransactionCommand();
}

void CollectRequests() {
  Oid requests[PENSTOCK_MAX_SCAN_REQUESTS];
  SpinLockAcquire(&penstock_shared->request_mutex);
  int count = penstock_shared->request_count;
  bool all = penstock_shared->scan_all;
  memcpy(requests, penstock_shared->requests, count * sizeof(Oid));
  penstock_shared->request_count = 0;
  penstock_shared->scan_all = false;
  SpinLockRelease(&penstock_shared->request_mutex);
  for (int i = 0; i < count; i++) AddDatabase(requests[i]);
  TimestampTz now = GetCurrentTimestamp();
  if (!all && now < launcher.next_full_scan) return;
  ListDatabases();
  launcher.next_full_scan = now + penstock_naptime_s * kSecondUs;
}

BackgroundWorkerHandle* StartProcess(const char* name, const char* type, const char* function,
                                     Datum argument) {
  BackgroundWorker worker;
  memset(&worker, 0, sizeof(worker));
  strlcpy(worker.bgw_name, name, sizeof(worker.bgw_name));
  strlcpy(worker.bgw_type, type, sizeof(worker.bgw_type));
  strlcpy(worker.bgw_library_name, "penstock", sizeof(worker.bgw_library_name));
  strlcpy(worker.bgw_function_name, function, sizeof(worker.bgw_function_name));
  worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
  worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
  worker.bgw_restart_time = BGW_NEVER_RESTART;
  worker.bgw_notify_pid = MyProcPid;
  worker.bgw_main_arg = argument;
  MemoryContext old = MemoryContextSwitchTo(launcher.context);
  BackgroundWorkerHandle* handle = nullptr;
  bool registered = RegisterDynamicBackgroundWorker(&worker, &handle);
  MemoryContextSwitchTo(old);
  return registered ? handle : nullptr;
}

// True when the process is over; its handle is freed.
bool Reap(BackgroundWorkerHandle** handle) {
  pid_t pid;
  if (*handle == nullptr) return true;
  BgwHandleStatus status = GetBackgroundWorkerPid(*handle, &pid);
  if (status != BGWH_STOPPED) return false;
  pfree(*handle);
  *handle = nullptr;
  return true;
}

void RunScanner() {
  if (!Reap(&launcher.scanner) || launcher.databases == NIL) return;
  TimestampTz now = GetCurrentTimestamp();
  if (now < launcher.next_scanner_start) return;
  Oid database = linitial_oid(launcher.databases);
  launcher.scanner = StartProcess("penstock scanner", "penstock scanner", "penstock_scanner_main",
                                  ObjectIdGetDatum(database));
  if (launcher.scanner != nullptr) {
    launcher.databases = list_delete_first(launcher.databases);
    return;
  }
  ereport(WARNING, (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
                    errmsg("out of background worker slots: penstock cannot look for sinks"),
                    errhint("Increase max_worker_processes and restart the server.")));
  launcher.next_scanner_start = now + penstock_restart_max_interval_s * kSecondUs;
}

void NoFreeSlot(PenstockSinkEntry* entry) {
  penstock_set_state(
      entry, PENSTOCK_SINK_FAILED,
      "out of background worker slots; increase max_worker_processes and restart the "
      "server");
  penstock_note_failure(entry, true);
}

void StartSink(int index, PenstockSinkEntry* entry, const char* sink_name) {
  char name[BGW_MAXLEN];
  snprintf(name, sizeof(name), "penstock sink %s", sink_name);
  Start* start = &launcher.starts[index];
  start->stop_requested = 0;
  start->handle = StartProcess(name, "penstock sink", "penstock_sink_main", Int32GetDatum(index));
  if (start->handle == nullptr) NoFreeSlot(entry);
}

bool MayStart(PenstockSinkState state, bool restart) {
  switch (state) {
    case PENSTOCK_SINK_PAUSED:
    case PENSTOCK_SINK_LOST:
    case PENSTOCK_SINK_DROPPING:
      return false;
    case PENSTOCK_SINK_FAILED:
      return restart;
    default:
      return true;
  }
}

void StopSink(Start* start, pid_t pid) {
  TimestampTz now = GetCurrentTimestamp();
  if (start->stop_requested != 0 && now - start->stop_requested < kSecondUs) return;
  start->stop_requested = now;
  // The entry carried this pid a moment ago; its owner takes it out before it ends.
  if (kill(pid, SIGTERM) != 0 && errno != ESRCH) {
    ereport(LOG, (errmsg("could not send a signal to process %d: %m", pid)));
  }
}

void ManageSink(int index) {
  PenstockSinkEntry* entry = &penstock_shared->sinks[index];
  Start* start = &launcher.starts[index];
  NameData name;
  SpinLockAcquire(&entry->mutex);
  bool in_use = entry->in_use;
  bool wanted = entry->wanted;
  bool stale = entry->worker_generation != entry->generation;
  pid_t pid = entry->pid;
  PenstockSinkState state = entry->state;
  bool restart = entry->restart;
  TimestampTz next_start = entry->next_start_time;
  Oid database = entry->database;
  name = entry->name;
  SpinLockRelease(&entry->mutex);
  if (!in_use) return;
  if (pid != 0) {
    if (!wanted || stale) StopSink(start, pid);
    return;
  }
  bool had_handle = start->handle != nullptr;
  if (!Reap(&start->handle)) return;  // on its way up or down
  if (had_handle) {
    if (state == PENSTOCK_SINK_DROPPING) AddDatabase(database);
    if (wanted && start->stop_requested == 0 && MayStart(state, restart)) {
      // Without a next start the worker ended without saying why (pg_terminate_backend, a FATAL
      // before its first step).
      if (next_start == 0) penstock_note_failure(entry, true);
      return;
    }
  }
  if (!wanted || !MayStart(state, restart)) return;
  if (GetCurrentTimestamp() < Max(next_start, penstock_shared->start_after)) return;
  StartSink(index, entry, NameStr(name));
}

long SleepMs() {
  TimestampTz now = GetCurrentTimestamp();
  long sleep_ms = kMaxSleepMs;
  if (launcher.next_full_scan > now) {
    sleep_ms = Min(sleep_ms, TimestampDifferenceMilliseconds(now, launcher.next_full_scan) + 1);
  }
  for (int i = 0; i < penstock_shared->max_sinks; i++) {
    PenstockSinkEntry* entry = &penstock_shared->sinks[i];
    TimestampTz next = Max(entry->next_start_time, penstock_shared->start_after);
    if (entry->in_use && entry->pid == 0 && next > now) {
      sleep_ms = Min(sleep_ms, TimestampDifferenceMilliseconds(now, next) + 1);
    }
  }
  return sleep_ms;
}

void RunLauncher() {
  uint32 wait_event = WaitEventExtensionCompat("PenstockLauncherMain");
  for (;;) {
    CHECK_FOR_INTERRUPTS();
    if (ConfigReloadPending) {
      ConfigReloadPending = false;
      ProcessConfigFile(PGC_SIGHUP);
      launcher.next_full_scan = 0;
    }
    CollectRequests();
    // May ask for a scan once a worker is gone.
    for (int i = 0; i < penstock_shared->max_sinks; i++) ManageSink(i);
    RunScanner();
    (void)WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, SleepMs(),
                    wait_event);
    ResetLatch(MyLatch);
  }
}

}  // namespace

extern "C" {

static void penstock_launcher_exit(int, Datum) {
  penstock_shared->launcher_latch = nullptr;
  penstock_shared->launcher_pid = 0;
}

void penstock_launcher_main(Datum) {
  pqsignal(SIGHUP, SignalHandlerForConfigReload);
  pqsignal(SIGTERM, die);
  BackgroundWorkerUnblockSignals();
  BackgroundWorkerInitializeConnection(nullptr, nullptr, 0);
  launcher.context =
      AllocSetContextCreate(TopMemoryContext, "penstock launcher", ALLOCSET_DEFAULT_SIZES);
  launcher.starts = static_cast<Start*>(
      MemoryContextAllocZero(TopMemoryContext, penstock_shared->max_sinks * sizeof(Start)));
  penstock_shared->launcher_pid = MyProcPid;
  penstock_shared->launcher_latch = MyLatch;
  before_shmem_exit(penstock_launcher_exit, 0);
  pgstat_report_activity(STATE_IDLE, nullptr);
  RunLauncher();
}

}  // extern "C"
