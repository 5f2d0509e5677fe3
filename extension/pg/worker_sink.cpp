// worker_sink.cpp: makes, opens and leaves a worker's sink. See worker_delivery.h.
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "pg_prelude.h"
#include "extension/sink/file_options.h"
#include "extension/sink/sink.h"
#include "pg_guard.h"
// After the prelude.
#include "guc.h"
#include "pg_compat.h"
#include "shared_state.h"
#include "worker.h"
#include "worker_config.h"
#include "worker_delivery.h"

namespace {

using penstock::Result;
using penstock::Status;
using penstock::pg::CallCxx;
using penstock::pg::ErrorCopy;
using penstock::pg::RaiseError;
using penstock::pg::RunCxx;
using penstock::pg::SetRetrying;
using penstock::pg::SetRunning;
using penstock::pg::TryLater;

constexpr int kSinkOpenMaxMs = 30000;

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

}  // namespace

extern "C" {

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

static void penstock_leave_at_once(int code, Datum) { _exit(code); }

void penstock_abandon_sink(PenstockWorker* worker) {
  if (worker->delivery == nullptr) return;
  ErrorCopy error;
  (void)CallCxx(&error, [worker] { worker->delivery->sink->Abandon(); });
  // exit() would run destructors of libraries beneath threads that live on. Slot and shared memory
  // are given up before this runs.
  if (worker->delivery->sink->LeftThreads()) on_proc_exit(penstock_leave_at_once, 0);
}

}  // extern "C"
