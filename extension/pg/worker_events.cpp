// worker_events.cpp: the event writer the output plugin calls. Back-pressure is here: write() does
// not return before the sink has taken the event, and lets interrupts through meanwhile. See
// worker_delivery.h.
#include <string_view>

#include "pg_prelude.h"
#include "extension/sink/sink.h"
#include "pg_guard.h"
// After the prelude.
#include "failpoint.h"
#include "output_plugin/rendezvous.h"
#include "pg_compat.h"
#include "shared_state.h"
#include "worker.h"
#include "worker_delivery.h"

namespace penstock::pg {
namespace {

constexpr int64 kSnapshotBlockedUs = 300000000;  // then the snapshot gives its xmin back

sink::Schema SchemaOf(const PenstockSchema& from) {
  if (from.serial == 0) return {};
  return {from.serial, {from.text, from.text_len}, {from.name, from.name_len}};
}

}  // namespace

Status Deliver(PenstockDelivery* delivery, const PenstockEvent& from) {
  FailpointCxx("event_writer");
  sink::Event event;
  event.topic = std::string_view(from.topic, from.topic_len);
  if (from.key != nullptr) event.key = std::string_view(from.key, from.key_len);
  if (from.value != nullptr) event.value = std::string_view(from.value, from.value_len);
  delivery->headers.clear();
  for (uint32_t i = 0; i < from.header_count; i++) {
    const PenstockHeader& header = from.headers[i];
    sink::Header copy;
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

namespace {

void CheckSnapshotPatience(PenstockWorker* worker) {
  if (worker->snapshot_blocked_since == 0) return;
  if (GetCurrentTimestamp() - worker->snapshot_blocked_since < kSnapshotBlockedUs) return;
  ereport(ERROR, (errcode(ERRCODE_CONNECTION_FAILURE),
                  errmsg("destination was away too long during the snapshot"),
                  errdetail("A snapshot that waits keeps VACUUM from removing dead rows."),
                  errhint("The snapshot is taken again from its beginning.")));
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
}  // namespace penstock::pg

using penstock::pg::Add;
using penstock::pg::CallCxx;
using penstock::pg::ErrorCopy;
using penstock::pg::RaiseError;
using penstock::pg::RunCxx;

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
    if (CallCxx(&error, [&] { return penstock::pg::Deliver(delivery, *event); })) break;
    if (!penstock::pg::TryLater(error.code)) {
      if (!worker->in_snapshot) penstock::pg::DeliverWhatCameBefore(worker);
      RaiseError(error);
    }
    penstock::pg::WaitForRoom(worker, error, attempt);
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

static void penstock_passed_event(void* self) {
  CHECK_FOR_INTERRUPTS();
  penstock_service_if_due(static_cast<PenstockWorker*>(self));
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
  penstock::pg::NoteCommit(
      &delivery->commits, end_lsn,
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
  writer->passed = penstock_passed_event;
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

}  // extern "C"
