// incremental_link.cpp: starts and ends the process, and moves messages without waiting.
#include "incremental_link.h"
#include "pg_guard.h"
// After the prelude.
extern "C" {
#include "port/pg_bswap.h"
}
#include "pg_compat.h"
#include "worker.h"
#include "worker_config.h"

namespace penstock::pg {

namespace {

const char kNoProcess[] =
    "out of background worker slots for the process that reads incremental snapshots; increase "
    "max_worker_processes and restart the server";
const char kNoSegment[] =
    "out of dynamic shared memory segments for the process that reads incremental snapshots";

const char* MakeChannel(IncrementalLink* link) {
  link->segment = dsm_create(RowChannelBytes(), DSM_CREATE_NULL_IF_MAXSEGMENTS);
  if (link->segment == nullptr) return kNoSegment;
  dsm_pin_mapping(link->segment);
  RowChannelHead* head = RowChannelHeadOf(link->segment);
  head->magic = kRowChannelMagic;
  head->database = MyDatabaseId;
  shm_mq* requests = shm_mq_create(RequestQueueOf(link->segment), kRequestQueueBytes);
  shm_mq* replies = shm_mq_create(ReplyQueueOf(link->segment), kReplyQueueBytes);
  shm_mq_set_sender(requests, MyProc);
  shm_mq_set_receiver(replies, MyProc);
  link->requests = shm_mq_attach(requests, link->segment, nullptr);
  link->replies = shm_mq_attach(replies, link->segment, nullptr);
  return nullptr;
}

bool StartProcess(PenstockWorker* worker, IncrementalLink* link) {
  BackgroundWorker process;
  memset(&process, 0, sizeof(process));
  snprintf(process.bgw_name, sizeof(process.bgw_name), "penstock snapshot %s", worker->row.name);
  strlcpy(process.bgw_type, "penstock snapshot", sizeof(process.bgw_type));
  strlcpy(process.bgw_library_name, "penstock", sizeof(process.bgw_library_name));
  strlcpy(process.bgw_function_name, "penstock_snapshot_main", sizeof(process.bgw_function_name));
  process.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
  process.bgw_start_time = BgWorkerStart_RecoveryFinished;
  process.bgw_restart_time = BGW_NEVER_RESTART;
  process.bgw_notify_pid = MyProcPid;
  process.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(link->segment));
  if (!RegisterDynamicBackgroundWorker(&process, &link->process)) return false;
  shm_mq_set_handle(link->requests, link->process);
  shm_mq_set_handle(link->replies, link->process);
  return true;
}

void Greet(PenstockWorker* worker, IncrementalLink* link) {
  IncrementalGreeting greeting = {};
  StringInfoData message;
  greeting.sink_id = worker->entry->sink_id;
  greeting.created_at = worker->entry->created_at;
  greeting.owner = worker->row.owner;
  greeting.sink_name = worker->row.name;
  greeting.chunk_rows = worker->config->options.source.chunk_rows;
  greeting.options = penstock_event_options(worker);
  initStringInfo(&message);
  PutIncrementalGreeting(&message, &greeting);
  RunCxx([&] { link->outbox.emplace_back(message.data, message.len); });
  pfree(message.data);
}

// What there is too little of may be enough the next time.
const char* TryMakeChannel(IncrementalLink* link, MemoryContext caller) {
  const char* volatile problem = nullptr;
  PG_TRY();
  {
    problem = MakeChannel(link);
  }
  PG_CATCH();
  {
    MemoryContextSwitchTo(caller);
    ErrorData* error = CopyErrorData();
    if (!IsTransient(error->sqlerrcode)) PG_RE_THROW();
    FlushErrorState();
    problem = error->message;
  }
  PG_END_TRY();
  return problem;
}

}  // namespace

void StopLink(IncrementalLink* link) {
  if (link->process != nullptr) {
    TerminateBackgroundWorker(link->process);
    pfree(link->process);
  }
  if (link->requests != nullptr) shm_mq_detach(link->requests);
  if (link->replies != nullptr) shm_mq_detach(link->replies);
  if (link->segment != nullptr) dsm_detach(link->segment);
  link->process = nullptr;
  link->requests = link->replies = nullptr;
  link->segment = nullptr;
}

const char* StartLink(PenstockWorker* worker, IncrementalLink* link) {
  MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
  link->incarnation++;
  const char* problem = TryMakeChannel(link, old);
  MemoryContextSwitchTo(TopMemoryContext);
  if (problem == nullptr && !StartProcess(worker, link)) problem = kNoProcess;
  MemoryContextSwitchTo(old);
  if (problem == nullptr) {
    link->wanted = false;
    Greet(worker, link);
  } else {
    StopLink(link);
  }
  return problem;
}

void ForgetMessages(IncrementalLink* link) {
  RunCxx([link] {
    std::deque<std::string> kept;
    for (std::string& message : link->inbox) {
      if (static_cast<FromProcess>(message[0]) == FromProcess::kNotify) {
        kept.push_back(std::move(message));
      }
    }
    link->inbox = std::move(kept);
    link->outbox.clear();
  });
  link->kept = link->done = link->detached = false;
}

void FlushLink(IncrementalLink* link) {
  while (link->segment != nullptr && !link->outbox.empty() && !link->detached) {
    const std::string* message = &link->outbox.front();
    const shm_mq_result result =
        shm_mq_send(link->requests, message->size(), message->data(), true, true);
    if (result == SHM_MQ_WOULD_BLOCK) return;
    if (result == SHM_MQ_DETACHED) link->detached = true;
    link->outbox.pop_front();
  }
}

void Post(IncrementalLink* link, ToProcess word, uint32 number) {
  const uint32 bytes = pg_hton32(number);
  RunCxx([&] {
    std::string message(1, static_cast<char>(word));
    message.append(reinterpret_cast<const char*>(&bytes), sizeof(bytes));
    link->outbox.push_back(std::move(message));
  });
  FlushLink(link);
}

void ReceiveMessages(IncrementalLink* link) {
  while (link->segment != nullptr && !link->detached) {
    Size length;
    void* data;
    const shm_mq_result result = shm_mq_receive(link->replies, &length, &data, true);
    if (result == SHM_MQ_WOULD_BLOCK) return;
    if (result == SHM_MQ_DETACHED) {
      link->detached = true;
      return;
    }
    const auto word = static_cast<FromProcess>(*static_cast<char*>(data));
    if (word == FromProcess::kKept) {
      link->kept = true;
    } else if (word == FromProcess::kDone) {
      link->done = true;
    } else {
      RunCxx([&] { link->inbox.emplace_back(static_cast<char*>(data), length); });
    }
  }
}

}  // namespace penstock::pg
