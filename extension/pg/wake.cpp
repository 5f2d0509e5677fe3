// wake.cpp: what happens at the end of every transaction of every backend. Kept as cheap as one
// atomic read when no worker of penstock sleeps.
//
// Memory order: a worker first announces its sleep (an atomic add, a full barrier), then looks at
// the flushed WAL once more; a backend first flushes its commit record and leaves the process array
// (a lock, a barrier), then looks whether someone sleeps. One of the two sees the other.
// Not seen here: commits with synchronous_commit=off (flushed later by the WAL writer) and COMMIT
// PREPARED; the worker's poll finds those.
#include "pg_prelude.h"
// After the prelude.
#include "shared_state.h"

namespace {

bool scan_pending = false;

// True when the entry slept; its latch is to be set.
bool TakeWake(PenstockSinkEntry* entry) {
  bool slept = false;
  SpinLockAcquire(&entry->mutex);
  if (entry->wake_latch) {
    entry->wake_latch = false;
    slept = true;
  }
  SpinLockRelease(&entry->mutex);
  if (slept) pg_atomic_fetch_sub_u32(&penstock_shared->sleeping_workers, 1);
  return slept;
}

void WakeSleepers() {
  if (pg_atomic_read_u32(&penstock_shared->sleeping_workers) == 0) return;
  if (!TransactionIdIsValid(GetTopTransactionIdIfAny())) return;
  for (int i = 0; i < penstock_shared->max_sinks; i++) {
    PenstockSinkEntry* entry = &penstock_shared->sinks[i];
    // Read without the lock: a wrong answer costs one poll interval or one needless wake-up.
    if (!entry->wake_latch || entry->database != MyDatabaseId) continue;
    Latch* latch = entry->latch;
    if (TakeWake(entry) && latch != nullptr) SetLatch(latch);
  }
}

}  // namespace

extern "C" {

static void penstock_xact_callback(XactEvent event, void*) {
  switch (event) {
    case XACT_EVENT_COMMIT:
      if (scan_pending) penstock_request_scan(MyDatabaseId);
      scan_pending = false;
      WakeSleepers();
      break;
    case XACT_EVENT_ABORT:
    case XACT_EVENT_PREPARE:
      scan_pending = false;
      break;
    default:
      break;
  }
}

void penstock_install_commit_hook(void) { RegisterXactCallback(penstock_xact_callback, nullptr); }

void penstock_request_scan_at_commit(void) { scan_pending = penstock_shared != nullptr; }

void penstock_arm_wake(PenstockSinkEntry* entry) {
  bool was_armed;
  SpinLockAcquire(&entry->mutex);
  was_armed = entry->wake_latch;
  entry->wake_latch = true;
  SpinLockRelease(&entry->mutex);
  if (!was_armed) pg_atomic_fetch_add_u32(&penstock_shared->sleeping_workers, 1);
}

void penstock_disarm_wake(PenstockSinkEntry* entry) {
  if (entry->wake_latch) (void)TakeWake(entry);
}

}  // extern "C"
