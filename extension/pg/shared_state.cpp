// shared_state.cpp: the array of sinks in shared memory; see shared_state.h for who writes what.
#include "pg_prelude.h"
// After the prelude.
extern "C" {
#include "common/pg_prng.h"
#include "mb/pg_wchar.h"
}
#include "guc.h"
#include "pg_compat.h"
#include "shared_state.h"

PenstockSharedState* penstock_shared = nullptr;

namespace {

const char kTranche[] = "penstock";

shmem_request_hook_type previous_request_hook = nullptr;
shmem_startup_hook_type previous_startup_hook = nullptr;

// How often shared memory was made anew after crashes, in the postmaster's own memory.
int crash_count = -1;
TimestampTz last_start_time = 0;

constexpr int64 kSecondUs = 1000000;
constexpr int64 kCrashMemoryUs = 600 * kSecondUs;

// Two seconds after the first crash, doubling up to penstock.restart_max_interval.
TimestampTz StartAfter() {
  TimestampTz now = GetCurrentTimestamp();
  crash_count =
      now - last_start_time > kCrashMemoryUs && last_start_time != 0 ? 1 : crash_count + 1;
  last_start_time = now;
  if (crash_count == 0) return 0;
  int64 seconds = 1;
  for (int i = 0; i < crash_count && seconds < penstock_restart_max_interval_s; i++) seconds *= 2;
  return now + Min(seconds, penstock_restart_max_interval_s) * kSecondUs;
}

Size SharedSize() {
  return add_size(offsetof(PenstockSharedState, sinks),
                  mul_size(penstock_max_sinks, sizeof(PenstockSinkEntry)));
}

void InitEntry(PenstockSinkEntry* entry) {
  SpinLockInit(&entry->mutex);
  ConditionVariableInit(&entry->progress);
  pg_atomic_init_u64(&entry->event_count, 0);
  pg_atomic_init_u64(&entry->event_bytes, 0);
  pg_atomic_init_u64(&entry->transaction_count, 0);
  pg_atomic_init_u64(&entry->snapshot_row_count, 0);
  pg_atomic_init_u64(&entry->in_flight_count, 0);
  pg_atomic_init_u64(&entry->in_flight_bytes, 0);
  pg_atomic_init_u64(&entry->retry_count, 0);
  pg_atomic_init_u64(&entry->skipped_count, 0);
  pg_atomic_init_u64(&entry->read_lsn, 0);
  pg_atomic_init_u64(&entry->delivered_lsn, 0);
}

void CopyEntry(PenstockSinkEntry* entry, PenstockSinkSnapshot* copy) {
  SpinLockAcquire(&entry->mutex);
  copy->database = entry->database;
  copy->sink_id = entry->sink_id;
  copy->name = entry->name;
  copy->slot_name = entry->slot_name;
  copy->generation = entry->generation;
  copy->state = entry->state;
  copy->pid = entry->pid;
  copy->failures = entry->failures;
  copy->next_start_time = entry->next_start_time;
  copy->state_since = entry->state_since;
  copy->last_error_time = entry->last_error_time;
  memcpy(copy->last_error, entry->last_error, sizeof(copy->last_error));
  copy->last_delivery_time = entry->last_delivery_time;
  copy->last_commit_time = entry->last_commit_time;
  copy->stats_reset = entry->stats_reset;
  SpinLockRelease(&entry->mutex);
  copy->event_count = pg_atomic_read_u64(&entry->event_count);
  copy->event_bytes = pg_atomic_read_u64(&entry->event_bytes);
  copy->transaction_count = pg_atomic_read_u64(&entry->transaction_count);
  copy->snapshot_row_count = pg_atomic_read_u64(&entry->snapshot_row_count);
  copy->in_flight_count = pg_atomic_read_u64(&entry->in_flight_count);
  copy->in_flight_bytes = pg_atomic_read_u64(&entry->in_flight_bytes);
  copy->retry_count = pg_atomic_read_u64(&entry->retry_count);
  copy->skipped_count = pg_atomic_read_u64(&entry->skipped_count);
  copy->read_lsn = pg_atomic_read_u64(&entry->read_lsn);
  copy->delivered_lsn = pg_atomic_read_u64(&entry->delivered_lsn);
}

// Whether nothing but a statement of the user brings the sink on.
bool NeedsUser(const PenstockSinkSnapshot& sink, bool restart) {
  switch (sink.state) {
    case PENSTOCK_SINK_PAUSED:
    case PENSTOCK_SINK_LOST:
    case PENSTOCK_SINK_DROPPING:
      return true;
    case PENSTOCK_SINK_FAILED:
      return !restart;
    default:
      return false;
  }
}

}  // namespace

extern "C" {

static void penstock_shmem_request(void) {
  if (previous_request_hook != nullptr) previous_request_hook();
  RequestAddinShmemSpace(SharedSize());
  RequestNamedLWLockTranche(kTranche, 1);
}

static void penstock_shmem_startup(void) {
  if (previous_startup_hook != nullptr) previous_startup_hook();
  bool found;
  LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
  penstock_shared =
      static_cast<PenstockSharedState*>(ShmemInitStruct("penstock", SharedSize(), &found));
  if (!found) {
    memset(penstock_shared, 0, SharedSize());
    penstock_shared->lock = &GetNamedLWLockTranche(kTranche)->lock;
    penstock_shared->max_sinks = penstock_max_sinks;
    penstock_shared->start_after = StartAfter();
    SpinLockInit(&penstock_shared->request_mutex);
    pg_atomic_init_u32(&penstock_shared->sleeping_workers, 0);
    for (int i = 0; i < penstock_max_sinks; i++) InitEntry(&penstock_shared->sinks[i]);
  }
  LWLockRelease(AddinShmemInitLock);
}

void penstock_install_shmem_hooks(void) {
  previous_request_hook = shmem_request_hook;
  shmem_request_hook = penstock_shmem_request;
  previous_startup_hook = shmem_startup_hook;
  shmem_startup_hook = penstock_shmem_startup;
}

const char* penstock_sink_state_name(PenstockSinkState state) {
  switch (state) {
    case PENSTOCK_SINK_CREATING:
      return "creating";
    case PENSTOCK_SINK_SNAPSHOTTING:
      return "snapshotting";
    case PENSTOCK_SINK_STREAMING:
      return "streaming";
    case PENSTOCK_SINK_RETRYING:
      return "retrying";
    case PENSTOCK_SINK_PAUSED:
      return "paused";
    case PENSTOCK_SINK_FAILED:
      return "failed";
    case PENSTOCK_SINK_LOST:
      return "lost";
    case PENSTOCK_SINK_DROPPING:
      return "dropping";
  }
  return "unknown";
}

PenstockSinkEntry* penstock_find_entry(Oid database, int32 sink_id) {
  for (int i = 0; i < penstock_shared->max_sinks; i++) {
    PenstockSinkEntry* entry = &penstock_shared->sinks[i];
    if (entry->in_use && entry->database == database && entry->sink_id == sink_id) return entry;
  }
  return nullptr;
}

void penstock_set_state(PenstockSinkEntry* entry, PenstockSinkState state, const char* error) {
  TimestampTz now = GetCurrentTimestamp();
  const char* text = error == nullptr ? "" : error;
  // Not in the middle of a character, not even if the caller's text was cut there.
  const int length = pg_mbcliplen(text, static_cast<int>(strlen(text)), PENSTOCK_ERROR_LEN - 1);
  SpinLockAcquire(&entry->mutex);
  // What the scanner decided stands until the worker is gone.
  const bool decided = !entry->wanted && (entry->state == PENSTOCK_SINK_DROPPING ||
                                          entry->state == PENSTOCK_SINK_PAUSED);
  if (!decided && entry->state != state) {
    entry->state_since = now;
    entry->state = state;
  }
  if (error != nullptr) {
    memcpy(entry->last_error, text, static_cast<size_t>(length));
    entry->last_error[length] = '\0';
    entry->last_error_time = length == 0 ? 0 : now;
  }
  SpinLockRelease(&entry->mutex);
  ConditionVariableBroadcast(&entry->progress);
}

void penstock_note_failure(PenstockSinkEntry* entry, bool restart) {
  double share = 1.0 - 0.25 * pg_prng_double(&pg_global_prng_state);
  TimestampTz now = GetCurrentTimestamp();
  SpinLockAcquire(&entry->mutex);
  entry->restart = restart;
  if (entry->failures < INT_MAX) entry->failures++;
  int64 seconds = 1;
  for (int i = 1; i < entry->failures && seconds < penstock_restart_max_interval_s; i++) {
    seconds *= 2;
  }
  if (seconds > penstock_restart_max_interval_s) seconds = penstock_restart_max_interval_s;
  entry->next_start_time = now + static_cast<int64>(seconds * kSecondUs * share);
  SpinLockRelease(&entry->mutex);
}

void penstock_wake_launcher(void) {
  Latch* latch = penstock_shared->launcher_latch;
  if (latch != nullptr) SetLatch(latch);
}

void penstock_request_scan(Oid database) {
  SpinLockAcquire(&penstock_shared->request_mutex);
  bool known = penstock_shared->scan_all;
  for (int i = 0; i < penstock_shared->request_count && !known; i++) {
    known = penstock_shared->requests[i] == database;
  }
  if (!known) {
    if (penstock_shared->request_count < PENSTOCK_MAX_SCAN_REQUESTS) {
      penstock_shared->requests[penstock_shared->request_count++] = database;
    } else {
      penstock_shared->scan_all = true;
    }
  }
  SpinLockRelease(&penstock_shared->request_mutex);
  penstock_wake_launcher();
}

bool penstock_get_sink(Oid database, int32 sink_id, PenstockSinkSnapshot* snapshot) {
  if (penstock_shared == nullptr) return false;
  LWLockAcquire(penstock_shared->lock, LW_SHARED);
  PenstockSinkEntry* entry = penstock_find_entry(database, sink_id);
  if (entry != nullptr) CopyEntry(entry, snapshot);
  LWLockRelease(penstock_shared->lock);
  return entry != nullptr;
}

PenstockSinkSnapshot* penstock_get_sinks(Oid database, int* count) {
  *count = 0;
  if (penstock_shared == nullptr) return nullptr;
  auto* sinks = static_cast<PenstockSinkSnapshot*>(
      palloc(sizeof(PenstockSinkSnapshot) * penstock_shared->max_sinks));
  LWLockAcquire(penstock_shared->lock, LW_SHARED);
  for (int i = 0; i < penstock_shared->max_sinks; i++) {
    PenstockSinkEntry* entry = &penstock_shared->sinks[i];
    if (entry->in_use && entry->database == database) CopyEntry(entry, &sinks[(*count)++]);
  }
  LWLockRelease(penstock_shared->lock);
  return sinks;
}

// An entry never moves and shared memory never goes, so its condition variable may be waited on
// without the lock; which sink it belongs to is looked at again after every wake-up.
bool penstock_wait_for_lsn(Oid database, int32 sink_id, uint32 generation, XLogRecPtr lsn,
                           int64 timeout_ms, PenstockSinkSnapshot* snapshot) {
  TimestampTz end = timeout_ms < 0 ? DT_NOEND : GetCurrentTimestamp() + timeout_ms * 1000;
  bool prepared = false;
  bool delivered = false;
  memset(snapshot, 0, sizeof(*snapshot));
  if (penstock_shared == nullptr) return false;
  for (;;) {
    LWLockAcquire(penstock_shared->lock, LW_SHARED);
    PenstockSinkEntry* entry = penstock_find_entry(database, sink_id);
    bool restart = entry != nullptr && entry->restart;
    if (entry != nullptr) CopyEntry(entry, snapshot);
    LWLockRelease(penstock_shared->lock);
    delivered = entry != nullptr && snapshot->delivered_lsn >= lsn;
    const bool current = entry != nullptr && snapshot->generation >= generation;
    if (delivered || (current && NeedsUser(*snapshot, restart))) break;
    TimestampTz now = GetCurrentTimestamp();
    if (now >= end) break;
    // Committed sinks without an entry are a matter of milliseconds.
    long wait_ms = entry == nullptr ? 10 : 1000;
    if (end != DT_NOEND) wait_ms = Min(wait_ms, (end - now) / 1000 + 1);
    if (entry == nullptr) {
      (void)WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, wait_ms,
                      WaitEventExtensionCompat("PenstockWaitForSink"));
      ResetLatch(MyLatch);
      CHECK_FOR_INTERRUPTS();
      continue;
    }
    // The first call only queues us; the loop looks again before it sleeps.
    if (!prepared) {
      ConditionVariablePrepareToSleep(&entry->progress);
      prepared = true;
      continue;
    }
    (void)ConditionVariableTimedSleep(&entry->progress, wait_ms,
                                      WaitEventExtensionCompat("PenstockWaitForSink"));
  }
  ConditionVariableCancelSleep();
  return delivered;
}

bool penstock_reset_sink_stats(Oid database, int32 sink_id) {
  if (penstock_shared == nullptr) return false;
  LWLockAcquire(penstock_shared->lock, LW_SHARED);
  PenstockSinkEntry* entry = penstock_find_entry(database, sink_id);
  if (entry != nullptr) {
    TimestampTz now = GetCurrentTimestamp();
    SpinLockAcquire(&entry->mutex);
    entry->stats_reset = now;
    SpinLockRelease(&entry->mutex);
    pg_atomic_write_u64(&entry->event_count, 0);
    pg_atomic_write_u64(&entry->event_bytes, 0);
    pg_atomic_write_u64(&entry->transaction_count, 0);
    pg_atomic_write_u64(&entry->snapshot_row_count, 0);
    pg_atomic_write_u64(&entry->retry_count, 0);
    pg_atomic_write_u64(&entry->skipped_count, 0);
  }
  LWLockRelease(penstock_shared->lock);
  return entry != nullptr;
}

}  // extern "C"
