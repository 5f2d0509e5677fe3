// worker_events.cpp: the event writer the output plugin calls, and everything else that touches the
// sink. Back-pressure is here: write() does not return before the sink has taken the event, and
// lets interrupts through meanwhile.
//
// Functions that may raise an ERROR hold no C++ object with a destructor; the sink is called inside
// CallCxx only.
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pg_prelude.h"
#include "extension/sink/file_options.h"
#include "extension/sink/sink.h"
#include "pg_guard.h"
// After the prelude.
#include "failpoint.h"
#include "guc.h"
#include "output_plugin/rendezvous.h"
#include "pg_compat.h"
#include "shared_state.h"
#include "worker.h"
#include "worker_config.h"

namespace {

using penstock::Result;
using penstock::Status;
using penstock::StatusCode;
using penstock::pg::CallCxx;
using penstock::pg::ErrorCopy;
using penstock::pg::RaiseError;
using penstock::pg::RunCxx;

// Commit times of transactions under way; when full the newest stands for those in between.
struct CommitTimes {
  static constexpr int kSize = 64;
  int first = 0;
  int count = 0;
  uint64_t lsn[kSize];
  TimestampTz time[kSize];
};

constexpr long kPollMs = 10;  // sink without a descriptor to wait on
constexpr int64 kServiceIntervalUs = 2000;
constexpr int64 kStoreIntervalUs = 2000000;  // position-only records
constexpr uint64 kStoreBytes = 16 * 1024 * 1024;
constexpr int64 kSnapshotBlockedUs = 300000000;  // then the snapshot gives its xmin back
constexpr int kSinkOpenMaxMs = 30000;

}  // namespace

struct PenstockDelivery {
  std::unique_ptr<penstock::sink::Sink> sink;
  PenstockEventWriter writer = {};
  std::vector<penstock::sink::Header> headers;
  bool in_transaction = false;  // events of an open transaction were taken
  bool refused = false;         // the last Deliver said kUnavailable
  bool rows_away = false;       // a row cannot be read again
  bool retrying = false;        // state as published
  bool stores_position = false;
  uint64_t last_end_lsn = 0;  // of the last transaction with events
  uint64_t delivered_lsn = 0;
  uint64_t stored_lsn = 0;  // last given to StorePosition
  uint64_t acknowledged = 0;
  uint64_t taken = 0;
  TimestampTz last_store_time = 0;
  TimestampTz start_time = 0;
  CommitTimes commits;
};

namespace {

penstock::sink::Schema SchemaOf(const PenstockSchema& from) {
  if (from.serial == 0) return {};
  return {from.serial, {from.text, from.text_len}, {from.name, from.name_len}};
}

Status Deliver(PenstockDelivery* delivery, const PenstockEvent& from) {
  penstock::pg::FailpointCxx("event_writer");
  penstock::sink::Event event;
  event.topic = std::string_view(from.topic, from.topic_len);
  if (from.key != nullptr) event.key = std::string_view(from.key, from.key_len);
  if (from.value != nullptr) event.value = std::string_view(from.value, from.value_len);
  delivery->headers.clear();
  for (uint32_t i = 0; i < from.header_count; i++) {
    const PenstockHeader& header = from.headers[i];
    penstock::sink::Header copy;
    copy.name = header.name;
    if (header.value != nullptr) copy.value = std::string_view(header.value, header.value_len);
    delivery->headers.push_back(copy);
  }
  event.headers = delivery->headers.data();
  event.header_count = delivery->headers.size();
  event.partition = from.partition;
  event.timestamp_ms = from.timestamp_ms;
  event.version_lsn = from.version_lsn;
  if (from.routing != nullptr) event.routing = std::string_view(from.routing, from.routing_len);
  event.mapping = std::string_view(from.mapping, from.mapping_len);
  event.key_schema = SchemaOf(from.key_schema);
  event.value_schema = SchemaOf(from.value_schema);
  return delivery->sink->Deliver(event);
}

void Add(pg_atomic_uint64* counter, uint64 n) {
  pg_atomic_write_u64(counter, pg_atomic_read_u64(counter) + n);
}

PenstockSinkState RunningState(const PenstockWorker* worker) {
  return worker->in_snapshot ? PENSTOCK_SINK_SNAPSHOTTING : PENSTOCK_SINK_STREAMING;
}

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

void NoteCommit(CommitTimes* commits, uint64 lsn, TimestampTz time) {
  if (commits->count == CommitTimes::kSize) commits->count--;
  int index = (commits->first + commits->count++) % CommitTimes::kSize;
  commits->lsn[index] = lsn;
  commits->time[index] = time;
}

TimestampTz TakeDeliveredCommit(CommitTimes* commits, uint64 lsn) {
  TimestampTz time = 0;
  while (commits->count > 0 && commits->lsn[commits->first] <= lsn) {
    time = commits->time[commits->first];
    commits->first = (commits->first + 1) % CommitTimes::kSize;
    commits->count--;
  }
  return time;
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

bool TryLater(StatusCode code) {
  return code == StatusCode::kUnavailable || code == StatusCode::kAuthentication ||
         code == StatusCode::kBusy;
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

void CheckSnapshotPatience(PenstockWorker* worker) {
  if (worker->snapshot_blocked_since == 0) return;
  if (GetCurrentTimestamp() - worker->snapshot_blocked_since < kSnapshotBlockedUs) return;
  ereport(ERROR, (errcode(ERRCODE_CONNECTION_FAILURE),
                  errmsg("destination was away too long during the snapshot"),
                  errdetail("A snapshot that waits keeps VACUUM from removing dead rows."),
                  errhint("The snapshot is taken again from its beginning.")));
}

void OpenOnce(PenstockWorker* worker, const penstock::sink::Identity& identity, bool pending,
              XLogRecPtr* resume_lsn, ErrorCopy* error) {
  PenstockDelivery* delivery = worker->delivery;
  (void)CallCxx(error, [&]() -> Status {
    Result<penstock::sink::Resume> resume = delivery->sink->Open(identity, pending);
    if (!resume.ok()) return resume.status();
    *resume_lsn = resume.value().position_lsn;
    delivery->stores_position = delivery->sink->StoresPosition();
    return {};
  });
}

void MakeSinkObject(PenstockWorker* worker) {
  RunCxx([worker]() -> Status {
    auto delivery = std::make_unique<PenstockDelivery>();
    const std::string directory = penstock_file_directory == nullptr ? "" : penstock_file_directory;
    penstock::sink::Options options = worker->config->options.sink;
    Status status = ResolvePlaceholders(worker->row, &options);
    if (status.ok() && std::strcmp(worker->row.connector, "file") == 0) {
      options[penstock::sink::kFileBaseDirectory] =
          directory.empty() ? std::string(DataDir) : directory;
      status = CheckFileRights(worker->row, options);
    }
    if (!status.ok()) return status;
    auto sink = penstock::sink::MakeSink(worker->row.connector, options);
    if (!sink.ok()) return sink.status();
    delivery->sink = std::move(sink.value());
    delivery->start_time = GetCurrentTimestamp();
    worker->delivery = delivery.release();
    return {};
  });
}

// One event is refused for good: the transactions before it are delivered and confirmed all the
// same, so that they do not come again with every restart.
void DeliverWhatCameBefore(PenstockWorker* worker) {
  static uint32 wait_event = 0;
  if (wait_event == 0) wait_event = WaitEventExtensionCompat("PenstockDeliver");
  while (penstock_in_flight(worker)) {
    CHECK_FOR_INTERRUPTS();
    penstock_service(worker);
    penstock_sleep(worker, kPollMs, wait_event);
  }
  penstock_service(worker);
}

// Waits until the sink may have room again.
void WaitForRoom(PenstockWorker* worker, const ErrorCopy& error, int attempt) {
  static uint32 wait_event = 0;
  if (wait_event == 0) wait_event = WaitEventExtensionCompat("PenstockDeliver");
  CHECK_FOR_INTERRUPTS();
  bool away = error.code == StatusCode::kUnavailable;
  worker->delivery->refused = away;
  if (away) SetRetrying(worker, error.message);
  penstock_service(worker);
  CheckSnapshotPatience(worker);
  // The first time the poll alone may have made room.
  if (attempt > 0) penstock_sleep(worker, away ? 200 : kPollMs * 10, wait_event);
}

}  // namespace

extern "C" {

static void penstock_begin_event(void* self, uint32_t) {
  static_cast<PenstockWorker*>(self)->delivery->in_transaction = false;
}

static void penstock_write_event(void* self, const PenstockEvent* event) {
  auto* worker = static_cast<PenstockWorker*>(self);
  PenstockDelivery* delivery = worker->delivery;
  ErrorCopy error;
  penstock::pg::FailpointPg("event_writer");
  for (int attempt = 0;; attempt++) {
    if (CallCxx(&error, [&] { return Deliver(delivery, *event); })) break;
    if (!TryLater(error.code)) {
      if (!worker->in_snapshot) DeliverWhatCameBefore(worker);
      RaiseError(error);
    }
    WaitForRoom(worker, error, attempt);
  }
  delivery->refused = false;
  delivery->taken++;
  if (!worker->in_snapshot) delivery->in_transaction = true;
  Add(&worker->entry->event_bytes, static_cast<uint64>(event->key_len) + event->value_len);
  // A large transaction is one call of the decoder: keep the sink going from in here.
  if ((delivery->taken & 63) == 0) {
    CHECK_FOR_INTERRUPTS();
    penstock_service_if_due(worker);
  }
}

static bool penstock_fetch_event(void* self, const PenstockRowRequest* request,
                                 PenstockFetchedRow* row) {
  return penstock_fetch_row(static_cast<PenstockWorker*>(self), request, row);
}

static void penstock_lacking_event(void* self, uint32_t) {
  Add(&static_cast<PenstockWorker*>(self)->entry->skipped_count, 1);
}

static void penstock_commit_event(void* self, uint64_t end_lsn, int64_t commit_time_us) {
  auto* worker = static_cast<PenstockWorker*>(self);
  PenstockDelivery* delivery = worker->delivery;
  if (!delivery->in_transaction) return;
  delivery->in_transaction = false;
  RunCxx([&] { delivery->sink->EndTransaction(end_lsn); });
  delivery->last_end_lsn = end_lsn;
  penstock_heartbeats_may_start(worker);
  // From the Unix epoch to PostgreSQL's.
  NoteCommit(&delivery->commits, end_lsn,
             commit_time_us - (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY);
  Add(&worker->entry->transaction_count, 1);
}

const PenstockEventWriter* penstock_event_writer(PenstockWorker* worker) {
  PenstockEventWriter* writer = &worker->delivery->writer;
  writer->abi.magic = PENSTOCK_ABI_MAGIC;
  writer->abi.number = PENSTOCK_ABI_NUMBER;
  writer->abi.size = sizeof(PenstockEventWriter);
  writer->abi.build_id = PENSTOCK_BUILD_ID;
  writer->self = worker;
  writer->owner = worker->row.owner;
  writer->readable = worker->readable;
  writer->readable_count = worker->readable_count;
  writer->readable_lsn = worker->readable_lsn;
  writer->begin = penstock_begin_event;
  writer->write = penstock_write_event;
  writer->fetch = penstock_fetch_event;
  writer->lacking = penstock_lacking_event;
  writer->commit = penstock_commit_event;
  penstock_prepare_signals(worker, writer);
  return writer;
}

PenstockEventWriter* penstock_writer_of(PenstockWorker* worker) {
  return &worker->delivery->writer;
}

uint64_t penstock_end_outside(PenstockWorker* worker) {
  PenstockDelivery* delivery = worker->delivery;
  delivery->in_transaction = false;
  delivery->last_end_lsn = Max(worker->read_lsn, delivery->last_end_lsn);
  RunCxx([&] { delivery->sink->EndTransaction(delivery->last_end_lsn); });
  return delivery->last_end_lsn;
}

// Something else may have ended at the same place and be delivered long since: only what ends
// behind it tells, or that nothing is on its way.
bool penstock_delivered_after(PenstockWorker* worker, uint64_t lsn) {
  const penstock::sink::Sink& sink = *worker->delivery->sink;
  return lsn == 0 || sink.InFlightEvents() == 0 || sink.DeliveredLsn() > lsn;
}

// Before the slot has an owner's data (snapshot_pending) a destination that is away is an error and
// the provisional slot goes; later the slot is held and opening is tried for ever.
void penstock_open_sink(PenstockWorker* worker, XLogRecPtr slot_start, bool snapshot_pending,
                        XLogRecPtr* resume_lsn) {
  MakeSinkObject(worker);
  penstock::sink::Identity* identity = nullptr;
  RunCxx([&] {
    identity = new penstock::sink::Identity();
    identity->sink_name = worker->row.name;
    identity->system_identifier = std::to_string(GetSystemIdentifier());
    identity->slot_name = worker->row.slot_name;
    identity->slot_start_lsn = slot_start;
  });
  uint32 wait_event = WaitEventExtensionCompat("PenstockOpenSink");
  ErrorCopy error;
  for (int wait_ms = 500;; wait_ms = Min(wait_ms * 2, kSinkOpenMaxMs)) {
    OpenOnce(worker, *identity, snapshot_pending, resume_lsn, &error);
    if (!error.failed) break;
    if (snapshot_pending || !TryLater(error.code)) RaiseError(error);
    SetRetrying(worker, error.message);
    for (int slept = 0; slept < wait_ms; slept += 250) {
      CHECK_FOR_INTERRUPTS();
      penstock_sleep(worker, 250, wait_event);
    }
  }
  SetRunning(worker);
  delete identity;
  // Sleeps of before did not know the sink's descriptor.
  if (worker->wait_set != nullptr) FreeWaitEventSet(worker->wait_set);
  worker->wait_set = nullptr;
}

void penstock_service(PenstockWorker* worker) {
  if (ConfigReloadPending) {
    ConfigReloadPending = false;
    ProcessConfigFile(PGC_SIGHUP);
  }
  // While the slot waits for its consistent point there is no sink yet.
  if (worker->delivery == nullptr) return;
  PollSink(worker);
  TimestampTz now = GetCurrentTimestamp();
  worker->last_service_time = now;
  if (!worker->in_snapshot) {
    SendHeartbeat(worker, now);
    AdvancePosition(worker, now);
  }
  PublishProgress(worker, now);
}

void penstock_service_if_due(PenstockWorker* worker) {
  if (GetCurrentTimestamp() - worker->last_service_time < kServiceIntervalUs) return;
  penstock_service(worker);
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
    penstock_sleep(worker, kPollMs * 10, wait_event);
  }
}

void penstock_note_rows_away(PenstockWorker* worker, const char* reason) {
  PenstockDelivery* delivery = worker->delivery;
  if (reason == nullptr && !delivery->rows_away) return;
  delivery->rows_away = reason != nullptr;
  if (reason != nullptr) SetRetrying(worker, reason);
}

bool penstock_in_flight(PenstockWorker* worker) {
  return worker->delivery->sink->DeliveredLsn() < worker->delivery->last_end_lsn;
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
    timeout_ms = Min(timeout_ms, kPollMs);
  }
  WaitEvent event;
  (void)WaitEventSetWait(worker->wait_set, timeout_ms, &event, 1, wait_event);
  ResetLatch(MyLatch);
}

static void penstock_leave_at_once(int code, Datum) { _exit(code); }

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

void penstock_abandon_sink(PenstockWorker* worker) {
  if (worker->delivery == nullptr) return;
  ErrorCopy error;
  (void)CallCxx(&error, [worker] { worker->delivery->sink->Abandon(); });
  // exit() would run destructors of libraries beneath threads that live on. Slot and shared memory
  // are given up before this runs.
  if (worker->delivery->sink->LeftThreads()) on_proc_exit(penstock_leave_at_once, 0);
}

}  // extern "C"
