// incremental_process.cpp: the process that reads incremental snapshots: its life, and how it talks
// with the worker. It lives as long as there is something to read, and a little longer.
//
// Only a table that cannot be read is given up, with a warning: nothing here stops the sink. While
// no transaction is open the process listens; while it reads, the worker may cancel the chunk to
// have a signal kept.
#include "incremental_process.h"
// After the prelude.
extern "C" {
#include "access/table.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
}
#include "failpoint.h"
#include "pg_compat.h"
#include "shared_state.h"
#include "worker.h"

namespace penstock::pg {

namespace {

constexpr long kIdleMs = 1000;          // without anything to do: the process ends
constexpr long kPauseMs = 1000;         // after an error that may pass
constexpr uint32 kMostAttempts = 1000;  // at one chunk

void KeepEvent(void* self, const PenstockEvent* event) {
  auto* process = static_cast<IncrementalProcess*>(self);
  PutEvent(&process->events, event);
  process->event_count++;
}

// Outside a transaction: then the settings that it fixes, for the texts of values, stay.
void MakeEncoder(IncrementalProcess* process) {
  MemoryContextReset(process->encoder_context);
  MemoryContext old = MemoryContextSwitchTo(process->encoder_context);
  process->encoder = process->api->encoder_create(process->greeting.options, &process->writer);
  MemoryContextSwitchTo(old);
}

// Not in part: a message that was begun must be ended before anything else is sent.
void Send(IncrementalProcess* process, const StringInfoData* message) {
  HOLD_CANCEL_INTERRUPTS();
  const shm_mq_result result = shm_mq_send(process->ends.replies, static_cast<Size>(message->len),
                                           message->data, false, true);
  RESUME_CANCEL_INTERRUPTS();
  if (result != SHM_MQ_SUCCESS) proc_exit(0);  // the worker has gone
}

void SendWord(IncrementalProcess* process, FromProcess word) {
  const char byte = static_cast<char>(word);
  StringInfoData message = ReadingMessage(&byte, 1);
  Send(process, &message);
}

void KeepPending(IncrementalProcess* process) {
  SignalRow signal;
  if (process->signal == nullptr) return;
  GetSignal(process->signal, process->signal_length, &signal);
  KeepSignal(process, &signal);
  pfree(process->signal);
  process->signal = nullptr;
  SendWord(process, FromProcess::kKept);
}

// Whether an answer is one to the attempt under way.
bool IsCurrent(const IncrementalProcess* process, const char* data, Size length) {
  StringInfoData message = ReadingMessage(data, length);
  (void)pq_getmsgbyte(&message);
  return pq_getmsgint(&message, 4) == process->attempt;
}

void TakeMessage(IncrementalProcess* process, const char* data, Size length) {
  switch (static_cast<ToProcess>(data[0])) {
    case ToProcess::kSignal:
      process->signal = static_cast<char*>(MemoryContextAlloc(TopMemoryContext, length));
      memcpy(process->signal, data, length);
      process->signal_length = length;
      KeepPending(process);
      break;
    case ToProcess::kWatching:
      process->watching = process->watching || IsCurrent(process, data, length);
      break;
    case ToProcess::kDelivered:
      process->delivered = process->delivered || IsCurrent(process, data, length);
      break;
    case ToProcess::kAgain:
      process->again = process->again || IsCurrent(process, data, length);
      break;
    case ToProcess::kLook:
      process->look = true;
      break;
  }
}

// Takes what the worker has sent; waits at most this long for something. False: nothing came.
// Outside a transaction.
bool Listen(IncrementalProcess* process, long timeout_ms) {
  static uint32 wait_event = 0;
  void* data;
  Size length;
  if (wait_event == 0) wait_event = WaitEventExtensionCompat("PenstockWaitForWorker");
  if (!ReceiveRequest(process->ends.requests, timeout_ms, wait_event, &data, &length)) return false;
  TakeMessage(process, static_cast<const char*>(data), length);
  return true;
}

void SendWatch(IncrementalProcess* process, const ChunkPlan* plan) {
  StringInfoData message;
  initStringInfo(&message);
  appendStringInfoChar(&message, static_cast<char>(FromProcess::kWatch));
  pq_sendint32(&message, ++process->attempt);
  pq_sendint32(&message, plan->relation);
  pq_sendint32(&message, static_cast<uint32>(plan->watch_count));
  for (int i = 0; i < plan->watch_count; i++) PutMessageText(&message, plan->watch_names[i]);
  process->watching = process->delivered = process->again = false;
  Send(process, &message);
  while (!process->watching) (void)Listen(process, kIdleMs);
}

const char* Joined(char* const* texts, int count) {
  StringInfoData joined;
  initStringInfo(&joined);
  for (int i = 0; i < count; i++) {
    appendStringInfo(&joined, "%s%s", i == 0 ? "" : ",", texts[i]);
  }
  return joined.data;
}

// The notification comes before the rows of its chunk, and not at all if they are read again.
void SendChunk(IncrementalProcess* process, const IncrementalTask* task, const ChunkPlan* plan,
               const Chunk* chunk) {
  ListCell* cell;
  StringInfoData message;
  foreach (cell, chunk->rows) Send(process, static_cast<StringInfo>(lfirst(cell)));
  if (chunk->read_count > 0) {
    const char* pairs[] = {"data_collections",
                           task->tables,
                           "current_collection_in_progress",
                           task->table,
                           "maximum_key",
                           Joined(task->max_key, plan->key_count),
                           "last_processed_key",
                           Joined(chunk->last_key, plan->key_count),
                           nullptr};
    SendNotification(process, "IN_PROGRESS", task->signal_id, pairs, FromProcess::kNotice);
  }
  initStringInfo(&message);
  PutChunk(&message, &chunk->snapshot);
  Send(process, &message);
  while (!process->delivered && !process->again) (void)Listen(process, kIdleMs);
}

// A table is done, or given up.
void FinishTask(IncrementalProcess* process, const IncrementalTask* task, int64 rows,
                const char* status) {
  const bool last = RemoveTask(process, task);
  const char* pairs[] = {"scanned_collection",         task->table,  "total_rows_scanned",
                         psprintf(INT64_FORMAT, rows), "status",     status,
                         "data_collections",           task->tables, nullptr};
  SendNotification(process, "TABLE_SCAN_COMPLETED", task->signal_id, pairs);
  if (!last) return;
  const char* none[] = {nullptr};
  process->running = false;
  SendNotification(process, "COMPLETED", task->signal_id, none);
}

void GiveUp(IncrementalProcess* process, const IncrementalTask* task, const CannotRead* why) {
  ereport(WARNING, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("sink \"%s\": incremental snapshot of table \"%s\" ends: %s",
                           process->greeting.sink_name, task->table, why->reason)));
  FinishTask(process, task, task->row_count, why->status);
}

bool HasKey(const IncrementalTask* task, const ChunkPlan* plan) {
  if (task->key_count != plan->key_count) return false;
  for (int i = 0; i < plan->key_count; i++) {
    if (strcmp(task->key_columns[i], plan->key[i].name) != 0) return false;
  }
  return true;
}

// A table that is new, or has got another key: it is read from the beginning. False: it is empty.
bool BeginTable(IncrementalProcess* process, IncrementalTask* task, const ChunkPlan* plan) {
  auto** names = static_cast<char**>(palloc(sizeof(char*) * (plan->key_count + 1)));
  for (int i = 0; i < plan->key_count; i++) names[i] = const_cast<char*>(plan->key[i].name);
  if (task->key_count > 0) {
    ereport(LOG, (errmsg("sink \"%s\": incremental snapshot of table \"%s\" starts again: its key "
                         "is another one",
                         process->greeting.sink_name, task->table)));
  }
  task->max_key = ReadMaxKey(process, plan, task);
  if (task->max_key == nullptr) return false;
  task->key_count = plan->key_count;
  task->key_columns = names;
  task->last_key = nullptr;
  task->row_count = 0;
  BeginTask(process, task, plan->key_count, names, task->max_key);
  return true;
}

// How the table is read now, in a transaction of its own. True when there is something to read.
bool PlanTable(IncrementalProcess* process, IncrementalTask* task, ChunkPlan* plan) {
  CannotRead problem = {"SKIPPED", "it does not exist any more"};
  bool has_rows = true;
  SetCurrentStatementStartTimestamp();
  StartTransactionCommand();
  MemoryContextSwitchTo(process->loop_context);
  Relation relation = OpenForChunk(process, task->relation);
  if (relation != nullptr) {
    problem = PlanChunk(process, relation, task, plan);
    if (problem.reason == nullptr && !HasKey(task, plan)) {
      has_rows = BeginTable(process, task, plan);
    }
    table_close(relation, NoLock);
  }
  CommitTransactionCommand();
  MemoryContextSwitchTo(process->loop_context);
  if (problem.reason != nullptr) {
    GiveUp(process, task, &problem);
  } else if (!has_rows) {
    FinishTask(process, task, 0, "EMPTY");
  }
  return problem.reason == nullptr && has_rows;
}

// One chunk, as often as it takes.
void DoTask(IncrementalProcess* process, IncrementalTask* task) {
  pgstat_report_activity(STATE_RUNNING, psprintf("incremental snapshot of %s", task->table));
  if (!process->running) {
    process->running = true;
    const char* pairs[] = {"data_collections", task->tables, nullptr};
    if (!task->announced) SendNotification(process, "STARTED", task->signal_id, pairs);
  }
  ChunkPlan plan = {};
  if (!PlanTable(process, task, &plan)) return;
  for (uint32 attempt = 0; attempt < kMostAttempts; attempt++) {
    Chunk chunk = {};
    SendWatch(process, &plan);
    WaitUntilDecodedIsVisible(process);
    if (!ReadChunk(process, task, &plan, &chunk)) return;
    chunk.snapshot.attempt = attempt;
    SendChunk(process, task, &plan, &chunk);
    if (process->again) continue;
    if (chunk.read_count > 0) {
      AdvanceTask(process, task, chunk.last_key, chunk.row_count);
    }
    if (chunk.last) FinishTask(process, task, task->row_count + chunk.row_count, "SUCCEEDED");
    return;
  }
  const CannotRead problem = {"SQL_EXCEPTION",
                              "its changes do not tell which rows of a chunk they touch"};
  GiveUp(process, task, &problem);
}

// In PG_CATCH. What is left of the transaction goes.
ErrorData* TakeError(IncrementalProcess* process) {
  MemoryContextSwitchTo(TopMemoryContext);
  ErrorData* error = CopyErrorData();
  FlushErrorState();
  AbortOutOfAnyTransaction();
  MakeEncoder(process);
  MemoryContextSwitchTo(process->loop_context);
  return error;
}

// What an error ends: nothing when it may pass, else what was being done.
void HandleError(IncrementalProcess* process, const ErrorData* error, const IncrementalTask* task) {
  if (error->sqlerrcode == ERRCODE_QUERY_CANCELED) return;  // by the worker, to be heard
  const bool transient = IsTransient(error->sqlerrcode);
  ereport(transient ? LOG : WARNING,
          (errcode(error->sqlerrcode),
           errmsg("sink \"%s\": %s: %s", process->greeting.sink_name,
                  process->signal != nullptr ? "a signal cannot be followed"
                                             : "incremental snapshot cannot go on",
                  error->message),
           error->detail != nullptr ? errdetail("%s", error->detail) : 0,
           error->hint != nullptr ? errhint("%s", error->hint) : 0));
  if (transient) {
    pg_usleep(kPauseMs * 1000);
  } else if (process->signal != nullptr) {
    SignalRow signal;
    GetSignal(process->signal, process->signal_length, &signal);
    PassSignal(process, &signal);
    pfree(process->signal);
    process->signal = nullptr;
    SendWord(process, FromProcess::kKept);
  } else if (task->table != nullptr) {
    FinishTask(process, task, task->row_count, "SQL_EXCEPTION");
  } else {
    proc_exit(1);
  }
}

// False: nothing is left to do.
bool DoNext(IncrementalProcess* process, IncrementalTask* task) {
  *task = {};
  KeepPending(process);
  while (Listen(process, 0)) {
  }
  process->look = false;
  if (LoadTask(process, task)) {
    DoTask(process, task);
    return true;
  }
  pgstat_report_activity(STATE_IDLE, nullptr);
  return Listen(process, kIdleMs);
}

void Serve(IncrementalProcess* process) {
  IncrementalTask* task = static_cast<IncrementalTask*>(
      MemoryContextAllocZero(TopMemoryContext, sizeof(IncrementalTask)));
  volatile bool more = true;
  while (more) {
    ErrorData* volatile error = nullptr;
    MemoryContextReset(process->loop_context);
    MemoryContextSwitchTo(process->loop_context);
    PG_TRY();
    {
      more = DoNext(process, task);
    }
    PG_CATCH();
    {
      error = TakeError(process);
    }
    PG_END_TRY();
    if (error != nullptr) {
      HandleError(process, error, task);
      FreeErrorData(error);
    }
    pgstat_report_stat(false);
  }
  SendWord(process, FromProcess::kDone);
}

void ReadGreeting(IncrementalProcess* process) {
  void* data;
  Size length;
  if (shm_mq_receive(process->ends.requests, &length, &data, false) != SHM_MQ_SUCCESS) proc_exit(0);
  GetIncrementalGreeting(data, length, &process->greeting);
}

}  // namespace

void SendNotification(IncrementalProcess* process, const char* type, const char* id,
                      const char* const* pairs, FromProcess word) {
  StringInfoData message;
  initStringInfo(&message);
  appendStringInfoChar(&message, static_cast<char>(word));
  PutMessageText(&message, type);
  PutMessageText(&message, id == nullptr ? "" : id);
  for (; *pairs != nullptr; pairs++) PutMessageText(&message, *pairs);
  Send(process, &message);
}

}  // namespace penstock::pg

extern "C" void penstock_snapshot_main(Datum argument) {
  using namespace penstock::pg;
  const SideEnds ends = EnterSideProcess(argument);
  auto* process = static_cast<IncrementalProcess*>(palloc0(sizeof(IncrementalProcess)));
  process->ends = ends;
  initStringInfo(&process->events);
  process->encoder_context =
      AllocSetContextCreate(TopMemoryContext, "penstock encoder", ALLOCSET_DEFAULT_SIZES);
  process->loop_context =
      AllocSetContextCreate(TopMemoryContext, "penstock chunk", ALLOCSET_DEFAULT_SIZES);
  ReadGreeting(process);
  process->api = MakeSideWriter(&process->writer, process->greeting.owner, process, KeepEvent);
  MakeEncoder(process);
  Serve(process);
  proc_exit(0);
}
