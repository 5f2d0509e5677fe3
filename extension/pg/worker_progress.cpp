// worker_progress.cpp: keeps the sink going, and moves the slot's position and the counters as it
// delivers. See worker_delivery.h.
#include <cstdint>
#include <string>
#include <utility>

#include "pg_prelude.h"
#include "extension/sink/sink.h"
#include "pg_guard.h"
// After the prelude.
#include "guc.h"
#include "output_plugin/rendezvous.h"
#include "pg_compat.h"
#include "shared_state.h"
#include "worker.h"
#include "worker_delivery.h"

namespace penstock::pg {
namespace {

constexpr int64 kServiceIntervalUs = 2000;
constexpr int64 kStoreIntervalUs = 2000000;  // position-only records
constexpr uint64 kStoreBytes = 16 * 1024 * 1024;

PenstockSinkState RunningState(const PenstockWorker* worker) {
  return worker->in_snapshot ? PENSTOCK_SINK_SNAPSHOTTING : PENSTOCK_SINK_STREAMING;
}

}  // namespace

void SetRetrying(PenstockWorker* worker, const char* reason) {
  PenstockDelivery* delivery = worker->delivery;
  TimestampTz now = GetCurrentTimestamp();
  if (worker->in_snapshot && worker->snapshot_blocked_since == 0) {
    worker->snapshot_blocked_since = now;
  }
  if (!delivery->retrying) {
    ereport(LOG, (errmsg("sink \"%s\": %s, trying again: %s", worker->row.name,
                         delivery->rows_away ? "cannot go on" : "destination is away", reason)));
    Add(&worker->entry->retry_count, 1);
  }
  delivery->retrying = true;
  penstock_set_state(worker->entry, PENSTOCK_SINK_RETRYING, reason);
}

void SetRunning(PenstockWorker* worker) {
  PenstockDelivery* delivery = worker->delivery;
  worker->snapshot_blocked_since = 0;
  if (!delivery->retrying) return;
  delivery->retrying = false;
  ereport(LOG, (errmsg("sink \"%s\": goes on", worker->row.name)));
  penstock_set_state(worker->entry, RunningState(worker), nullptr);
}

namespace {

// What the sink wants said although it goes on.
void LogWarning(PenstockWorker* worker) {
  ErrorCopy warning;
  const bool silent = CallCxx(&warning, [worker]() -> Status {
    std::string text = worker->delivery->sink->TakeWarning();
    return text.empty() ? Status() : Status(StatusCode::kDataError, std::move(text));
  });
  if (silent) return;
  ereport(WARNING,
          (errcode(ERRCODE_WARNING), errmsg("sink \"%s\": %s", worker->row.name, warning.message)));
}

void PollSink(PenstockWorker* worker) {
  PenstockDelivery* delivery = worker->delivery;
  ErrorCopy error;
  const bool well = CallCxx(&error, [delivery] { return delivery->sink->Poll(0); });
  LogWarning(worker);
  if (well) {
    if (!delivery->refused && !delivery->rows_away) SetRunning(worker);
    return;
  }
  if (error.code != StatusCode::kUnavailable && error.code != StatusCode::kAuthentication) {
    RaiseError(error);
  }
  SetRetrying(worker, error.message);
}

// Nothing is in flight and the stream was read up to lsn: may that be confirmed?
bool StoreIdlePosition(PenstockWorker* worker, uint64 lsn, TimestampTz now) {
  PenstockDelivery* delivery = worker->delivery;
  if (lsn <= delivery->stored_lsn) return true;
  if (delivery->stores_position && now - delivery->last_store_time < kStoreIntervalUs &&
      lsn - delivery->stored_lsn < kStoreBytes) {
    return false;
  }
  ErrorCopy error;
  if (!CallCxx(&error, [&] { return delivery->sink->StorePosition(lsn); })) {
    if (error.code == StatusCode::kBusy || error.code == StatusCode::kUnavailable) return false;
    RaiseError(error);
  }
  delivery->stored_lsn = lsn;
  delivery->last_store_time = now;
  return true;
}

void PublishProgress(PenstockWorker* worker, TimestampTz now) {
  PenstockDelivery* delivery = worker->delivery;
  PenstockSinkEntry* entry = worker->entry;
  uint64_t in_flight = delivery->sink->InFlightEvents();
  uint64_t acknowledged = delivery->taken - Min(delivery->taken, in_flight);
  pg_atomic_write_u64(&entry->in_flight_count, in_flight);
  pg_atomic_write_u64(&entry->in_flight_bytes, delivery->sink->InFlightBytes());
  pg_atomic_write_u64(&entry->read_lsn, worker->read_lsn);
  if (acknowledged > delivery->acknowledged) {
    Add(&entry->event_count, acknowledged - delivery->acknowledged);
    delivery->acknowledged = acknowledged;
    TimestampTz commit_time = TakeDeliveredCommit(&delivery->commits, delivery->delivered_lsn);
    SpinLockAcquire(&entry->mutex);
    entry->last_delivery_time = now;
    if (commit_time != 0) entry->last_commit_time = commit_time;
    SpinLockRelease(&entry->mutex);
  }
  // Long enough without trouble: the next failure is a new one.
  if (entry->failures > 0 &&
      now - delivery->start_time > penstock_restart_max_interval_s * INT64CONST(1000000)) {
    SpinLockAcquire(&entry->mutex);
    entry->failures = 0;
    SpinLockRelease(&entry->mutex);
  }
}

void AdvancePosition(PenstockWorker* worker, TimestampTz now) {
  PenstockDelivery* delivery = worker->delivery;
  uint64_t lsn = delivery->delivered_lsn = delivery->sink->DeliveredLsn();
  bool idle = lsn >= delivery->last_end_lsn && !delivery->in_transaction &&
              delivery->sink->InFlightEvents() == 0;
  if (idle && worker->read_lsn > lsn && StoreIdlePosition(worker, worker->read_lsn, now)) {
    lsn = worker->read_lsn;
  }
  if (lsn > worker->confirmed_lsn) {
    penstock_confirm(worker, lsn);
    pg_atomic_write_u64(&worker->entry->delivered_lsn, lsn);
    ConditionVariableBroadcast(&worker->entry->progress);
  }
  if (now - worker->last_save_time >= penstock_save_interval_ms(worker) * INT64CONST(1000)) {
    worker->last_save_time = now;
    penstock_save_slot(worker);
  }
}

// Between transactions, so that none is torn, and not while the sink is full. Everything before
// read_lsn is decoded, so that is where the heartbeat ends.
void SendHeartbeat(PenstockWorker* worker, TimestampTz now) {
  PenstockDelivery* delivery = worker->delivery;
  PenstockEvent event;
  if (delivery->in_transaction || !penstock_make_heartbeat(worker, now, &event)) return;
  event.version_lsn = worker->read_lsn;
  ErrorCopy error;
  if (!CallCxx(&error, [&] { return Deliver(delivery, event); })) {
    if (TryLater(error.code)) return;
    RaiseError(error);
  }
  delivery->taken++;
  Add(&worker->entry->event_bytes, static_cast<uint64>(event.key_len) + event.value_len);
  (void)penstock_end_outside(worker);
  penstock_heartbeat_sent(worker, now);
}

}  // namespace
}  // namespace penstock::pg

using penstock::pg::CallCxx;
using penstock::pg::ErrorCopy;
using penstock::pg::RunCxx;

extern "C" {

void penstock_service(PenstockWorker* worker) {
  if (ConfigReloadPending) {
    ConfigReloadPending = false;
    ProcessConfigFile(PGC_SIGHUP);
  }
  // While the slot waits for its consistent point there is no sink yet.
  if (worker->delivery == nullptr) return;
  penstock::pg::PollSink(worker);
  TimestampTz now = GetCurrentTimestamp();
  worker->last_service_time = now;
  if (!worker->in_snapshot) {
    penstock::pg::SendHeartbeat(worker, now);
    penstock::pg::AdvancePosition(worker, now);
  }
  penstock::pg::PublishProgress(worker, now);
}

void penstock_service_if_due(PenstockWorker* worker) {
  if (GetCurrentTimestamp() - worker->last_service_time < penstock::pg::kServiceIntervalUs) return;
  penstock_service(worker);
}

bool penstock_in_flight(PenstockWorker* worker) {
  return worker->delivery->sink->DeliveredLsn() < worker->delivery->last_end_lsn;
}

// Something else may have ended at the same place and be delivered long since: only what ends
// behind it tells, or that nothing is on its way.
bool penstock_delivered_after(PenstockWorker* worker, uint64_t lsn) {
  const penstock::sink::Sink& sink = *worker->delivery->sink;
  return lsn == 0 || sink.InFlightEvents() == 0 || sink.DeliveredLsn() > lsn;
}

void penstock_finish_snapshot(PenstockWorker* worker, XLogRecPtr lsn) {
  PenstockDelivery* delivery = worker->delivery;
  uint32 wait_event = WaitEventExtensionCompat("PenstockDeliver");
  RunCxx([&] { delivery->sink->EndTransaction(lsn); });
  delivery->last_end_lsn = lsn;
  for (;;) {
    CHECK_FOR_INTERRUPTS();
    penstock_service(worker);
    if (delivery->sink->DeliveredLsn() >= lsn) break;
    penstock_sleep(worker, penstock::pg::kPollMs * 10, wait_event);
  }
}

// The plugin raised an ERROR: what was taken before it is delivered and confirmed as far as a
// second allows, so that it does not come again with every restart.
void penstock_drain(PenstockWorker* worker) {
  PenstockDelivery* delivery = worker->delivery;
  if (delivery == nullptr || worker->in_snapshot || MyReplicationSlot == nullptr) return;
  for (int left_ms = 1000; left_ms > 0 && penstock_in_flight(worker); left_ms -= 20) {
    ErrorCopy error;
    if (!CallCxx(&error, [delivery] { return delivery->sink->Poll(20); })) break;
  }
  penstock_confirm(worker, delivery->sink->DeliveredLsn());
}

void penstock_note_rows_away(PenstockWorker* worker, const char* reason) {
  PenstockDelivery* delivery = worker->delivery;
  if (reason == nullptr && !delivery->rows_away) return;
  delivery->rows_away = reason != nullptr;
  if (reason != nullptr) penstock::pg::SetRetrying(worker, reason);
}

void penstock_sleep(PenstockWorker* worker, long timeout_ms, uint32 wait_event) {
  int wake_fd = worker->delivery == nullptr ? -1 : worker->delivery->sink->WakeFd();
  if (worker->wait_set == nullptr) {
    WaitEventSet* set = CreateWaitEventSetCompat(3);
    AddWaitEventToSet(set, WL_LATCH_SET, PGINVALID_SOCKET, MyLatch, nullptr);
    AddWaitEventToSet(set, WL_EXIT_ON_PM_DEATH, PGINVALID_SOCKET, nullptr, nullptr);
    if (wake_fd >= 0) AddWaitEventToSet(set, WL_SOCKET_READABLE, wake_fd, nullptr, nullptr);
    worker->wait_set = set;
  }
  if (wake_fd < 0 && worker->delivery != nullptr && worker->delivery->sink->InFlightEvents() > 0) {
    timeout_ms = Min(timeout_ms, penstock::pg::kPollMs);
  }
  const int64 due_ms = worker->delivery == nullptr ? -1 : worker->delivery->sink->DueMs();
  if (due_ms >= 0) timeout_ms = Min(timeout_ms, static_cast<long>(due_ms));
  WaitEvent event;
  (void)WaitEventSetWait(worker->wait_set, timeout_ms, &event, 1, wait_event);
  ResetLatch(MyLatch);
}

}  // extern "C"
