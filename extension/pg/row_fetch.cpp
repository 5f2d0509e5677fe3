// row_fetch.cpp: the worker's side of reading rows again. The first fetch starts the reader
// process; while it works, the worker keeps the sink going and lets interrupts through.
#include "pg_prelude.h"
#include "row_channel.h"
// After the prelude.
#include "pg_compat.h"
#include "shared_state.h"
#include "worker.h"

struct PenstockRowReader {
  penstock::pg::SideProcess side;
  Size largest;  // reply: the queue's buffer stays as large
};

namespace {

using penstock::pg::IsTransient;
using penstock::pg::RowReply;
using penstock::pg::RowReplyKind;

constexpr long kPollMs = 100;
constexpr int kFirstPauseMs = 250;
constexpr int kLongestPauseMs = 10000;
// Of memory for replies; a reader that needed more is not used again.
constexpr Size kKeptBytes = 16 * 1024 * 1024;

const penstock::pg::SideProcessKind kReader = {"penstock reader", "penstock_reader_main",
                                               "the process that reads rows again"};
const char kProcessEnded[] = "the process that reads rows again ended; see the server log";

uint32 WaitEvent() {
  static uint32 wait_event = 0;
  if (wait_event == 0) wait_event = WaitEventExtensionCompat("PenstockFetchRow");
  return wait_event;
}

void KeepGoing(PenstockWorker* worker, long timeout_ms) {
  CHECK_FOR_INTERRUPTS();
  penstock_service_if_due(worker);
  penstock_sleep(worker, timeout_ms, WaitEvent());
}

// False: the process has ended.
bool Send(PenstockWorker* worker, PenstockRowReader* reader, const StringInfoData* message) {
  for (;;) {
    const shm_mq_result result = shm_mq_send(reader->side.requests, static_cast<Size>(message->len),
                                             message->data, true, true);
    if (result != SHM_MQ_WOULD_BLOCK) return result == SHM_MQ_SUCCESS;
    KeepGoing(worker, kPollMs);
  }
}

bool Receive(PenstockWorker* worker, PenstockRowReader* reader, RowReply* reply) {
  for (;;) {
    Size length;
    void* data;
    const shm_mq_result result = shm_mq_receive(reader->side.replies, &length, &data, true);
    if (result == SHM_MQ_SUCCESS) {
      reader->largest = Max(reader->largest, length);
      penstock::pg::GetReply(data, length, reply);
    }
    if (result != SHM_MQ_WOULD_BLOCK) return result == SHM_MQ_SUCCESS;
    KeepGoing(worker, kPollMs);
  }
}

bool Greet(PenstockWorker* worker, PenstockRowReader* reader) {
  StringInfoData message;
  initStringInfo(&message);
  penstock::pg::PutGreeting(&message, worker->row.owner, penstock_event_options(worker));
  const bool sent = Send(worker, reader, &message);
  pfree(message.data);
  return sent;
}

// NULL, or why there is no reader.
const char* StartReader(PenstockWorker* worker) {
  worker->reader = static_cast<PenstockRowReader*>(
      MemoryContextAllocZero(TopMemoryContext, sizeof(PenstockRowReader)));
  const char* problem =
      penstock::pg::StartSideProcess(&worker->reader->side, &kReader, worker->row.name);
  if (problem == nullptr && !Greet(worker, worker->reader)) problem = kProcessEnded;
  if (problem != nullptr) penstock_stop_reader(worker);
  return problem;
}

[[noreturn]] void RaiseReply(const RowReply* reply) {
  ereport(ERROR,
          (errcode(reply->sqlstate), errmsg("could not read a row again: %s", reply->message),
           reply->detail[0] != '\0' ? errdetail("%s", reply->detail) : 0,
           reply->hint[0] != '\0' ? errhint("%s", reply->hint) : 0));
  pg_unreachable();
}

// One attempt. NULL: answered; else why it should be tried again.
const char* TryFetch(PenstockWorker* worker, const StringInfoData* request, RowReply* reply) {
  if (worker->reader != nullptr && worker->reader->largest > kKeptBytes) {
    penstock_stop_reader(worker);
  }
  if (worker->reader == nullptr) {
    const char* problem = StartReader(worker);
    if (problem != nullptr) return problem;
  }
  if (!Send(worker, worker->reader, request) || !Receive(worker, worker->reader, reply)) {
    penstock_stop_reader(worker);
    return kProcessEnded;
  }
  if (reply->kind != RowReplyKind::kError) return nullptr;
  if (!IsTransient(reply->sqlstate)) RaiseReply(reply);
  const char* reason = psprintf("could not read a row again: %s%s%s", reply->message,
                                reply->detail[0] == '\0' ? "" : "; ", reply->detail);
  // Ends by itself after an error.
  penstock_stop_reader(worker);
  return reason;
}

void Pause(PenstockWorker* worker, int pause_ms) {
  const TimestampTz end = GetCurrentTimestamp() + pause_ms * INT64CONST(1000);
  while (GetCurrentTimestamp() < end) KeepGoing(worker, kPollMs);
}

}  // namespace

extern "C" {

bool penstock_fetch_row(PenstockWorker* worker, const PenstockRowRequest* request,
                        PenstockFetchedRow* row) {
  RowReply reply;
  StringInfoData message;
  int pause_ms = kFirstPauseMs;
  // A reader that had nothing to do for long ends by itself: that is no trouble.
  bool had_reader = worker->reader != nullptr;
  initStringInfo(&message);
  penstock::pg::PutRequest(&message, request);
  for (;;) {
    const char* reason = TryFetch(worker, &message, &reply);
    if (reason == nullptr) break;
    if (had_reader && reason == kProcessEnded) {
      had_reader = false;
      continue;
    }
    penstock_note_rows_away(worker, reason);
    Pause(worker, pause_ms);
    pause_ms = Min(pause_ms * 2, kLongestPauseMs);
  }
  penstock_note_rows_away(worker, nullptr);
  pfree(message.data);
  *row = reply.row;
  return reply.kind == RowReplyKind::kRow;
}

void penstock_stop_reader(PenstockWorker* worker) {
  PenstockRowReader* reader = worker->reader;
  if (reader == nullptr) return;
  worker->reader = nullptr;
  penstock::pg::StopSideProcess(&reader->side);
  pfree(reader);
}

}  // extern "C"
