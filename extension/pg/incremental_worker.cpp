// incremental_worker.cpp: the worker's side of incremental snapshots: signals go to the process
// that reads, its chunks go into the stream.
//
// A chunk was read under a snapshot. It is written between two transactions of the stream once
// every transaction that the snapshot shows has been decoded, which is so behind chunk.lsn. Rows
// that a transaction touched which was decoded meanwhile and which the snapshot does not show are
// left out: the stream has something newer of them. Keys are watched from before the snapshot is
// taken, and what was decoded before is waited for until snapshots show it
// (WaitUntilDecodedIsVisible). So what is written is never older than what was written of the same
// row before.
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "incremental_channel.h"
#include "pg_guard.h"
// After the prelude.
extern "C" {
#include "access/transam.h"
#include "libpq/pqformat.h"
#include "port/pg_bswap.h"
#include "utils/inval.h"
}
#include "pg_compat.h"
#include "shared_state.h"
#include "worker.h"
#include "worker_config.h"
#include "worker_notify.h"

namespace {

using penstock::pg::ChunkSnapshot;
using penstock::pg::FromProcess;
using penstock::pg::RunCxx;
using penstock::pg::SignalRow;
using penstock::pg::ToProcess;

constexpr long kPollMs = 100;
constexpr int64 kPatienceUs = 300000;  // with a chunk that is read while a signal waits
constexpr int64 kRestartUs = 2000000;  // after the process has ended by itself
// Reasons to read a chunk again that may come for ever, where that only makes it better.
constexpr uint32 kPatientAttempts = 5;

struct Row {
  std::string message;  // FromProcess::kRow
  size_t key_start = 0, key_size = 0;
  size_t events = 0;  // where they start
  bool left_out = false;
  std::string_view Key() const { return {message.data() + key_start, key_size}; }
};

struct Touched {
  std::string key;
  TransactionId xid;
  bool whole;
};

// What is known of the chunk that is being read, or waits for its place.
struct Window {
  std::vector<std::string> column_names;
  std::vector<const char*> columns;
  std::vector<Row> rows;
  std::unordered_multimap<std::string_view, size_t> by_key;  // parents may have rows of their heirs
  std::vector<Touched> touched;                              // until the snapshot is known
  std::vector<TransactionId> touched_all;
  uint32 number = 0;   // of the attempt, for the answers
  std::string notice;  // a message: goes before the rows
  bool complete = false;
  uint32 attempt = 0;
  uint64 lsn = 0;
  TransactionId xmin = 0, xmax = 0;
  std::vector<TransactionId> running;
  bool again = false;         // it cannot be used
  bool better_again = false;  // it could be better
};

}  // namespace

// Made when it is first needed, and kept.
struct PenstockIncremental {
  dsm_segment* segment = nullptr;  // NULL: there is no process
  shm_mq_handle* requests = nullptr;
  shm_mq_handle* replies = nullptr;
  BackgroundWorkerHandle* process = nullptr;
  uint64 incarnation = 0;  // of the process
  std::deque<std::string> inbox;
  std::deque<std::string> outbox;
  Window window;
  MemoryContext step_context = nullptr;
  bool wanted = false;         // a process should run
  TimestampTz start_time = 0;  // not before
  bool kept = false;           // the signal
  bool done = false;           // the process said that it ends
  bool detached = false;       // it has ended
  bool awaits_delivery = false;
  uint64 delivery_lsn = 0;
  uint32 delivery_number = 0;
};

namespace {

PenstockWorker* watching_worker = nullptr;

// ---- the process -------------------------------------------------------------------------------

uint32 KeepWait() {
  static uint32 wait_event = 0;
  if (wait_event == 0) wait_event = WaitEventExtensionCompat("PenstockKeepSignal");
  return wait_event;
}

const char kNoProcess[] =
    "out of background worker slots for the process that reads incremental snapshots; increase "
    "max_worker_processes and restart the server";
const char kNoSegment[] =
    "out of dynamic shared memory segments for the process that reads incremental snapshots";

const char* MakeChannel(PenstockIncremental* self) {
  self->segment = dsm_create(penstock::pg::RowChannelBytes(), DSM_CREATE_NULL_IF_MAXSEGMENTS);
  if (self->segment == nullptr) return kNoSegment;
  dsm_pin_mapping(self->segment);
  penstock::pg::RowChannelHead* head = penstock::pg::RowChannelHeadOf(self->segment);
  head->magic = penstock::pg::kRowChannelMagic;
  head->database = MyDatabaseId;
  shm_mq* requests =
      shm_mq_create(penstock::pg::RequestQueueOf(self->segment), penstock::pg::kRequestQueueBytes);
  shm_mq* replies =
      shm_mq_create(penstock::pg::ReplyQueueOf(self->segment), penstock::pg::kReplyQueueBytes);
  shm_mq_set_sender(requests, MyProc);
  shm_mq_set_receiver(replies, MyProc);
  self->requests = shm_mq_attach(requests, self->segment, nullptr);
  self->replies = shm_mq_attach(replies, self->segment, nullptr);
  return nullptr;
}

bool StartProcess(PenstockWorker* worker, PenstockIncremental* self) {
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
  process.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(self->segment));
  if (!RegisterDynamicBackgroundWorker(&process, &self->process)) return false;
  shm_mq_set_handle(self->requests, self->process);
  shm_mq_set_handle(self->replies, self->process);
  return true;
}

void Greet(PenstockWorker* worker, PenstockIncremental* self) {
  penstock::pg::IncrementalGreeting greeting = {};
  StringInfoData message;
  greeting.sink_id = worker->entry->sink_id;
  greeting.created_at = worker->entry->created_at;
  greeting.owner = worker->row.owner;
  greeting.sink_name = worker->row.name;
  greeting.chunk_rows = worker->config->options.source.chunk_rows;
  greeting.options = penstock_event_options(worker);
  initStringInfo(&message);
  penstock::pg::PutIncrementalGreeting(&message, &greeting);
  RunCxx([&] { self->outbox.emplace_back(message.data, message.len); });
  pfree(message.data);
}

// Of what has come only notifications still count.
void Forget(PenstockIncremental* self) {
  RunCxx([self] {
    std::deque<std::string> kept;
    for (std::string& message : self->inbox) {
      if (static_cast<FromProcess>(message[0]) == FromProcess::kNotify) {
        kept.push_back(std::move(message));
      }
    }
    self->inbox = std::move(kept);
    self->outbox.clear();
    self->window = Window();
  });
  self->kept = self->done = self->detached = self->awaits_delivery = false;
}

void StopProcess(PenstockWorker* worker, PenstockIncremental* self) {
  if (worker->delivery != nullptr) penstock_writer_of(worker)->watched = InvalidOid;
  if (self->process != nullptr) {
    TerminateBackgroundWorker(self->process);
    pfree(self->process);
  }
  if (self->requests != nullptr) shm_mq_detach(self->requests);
  if (self->replies != nullptr) shm_mq_detach(self->replies);
  if (self->segment != nullptr) dsm_detach(self->segment);
  self->process = nullptr;
  self->requests = self->replies = nullptr;
  self->segment = nullptr;
}

// What there is too little of may be enough the next time.
const char* TryMakeChannel(PenstockIncremental* self, MemoryContext caller) {
  const char* volatile problem = nullptr;
  PG_TRY();
  {
    problem = MakeChannel(self);
  }
  PG_CATCH();
  {
    MemoryContextSwitchTo(caller);
    ErrorData* error = CopyErrorData();
    if (!penstock::pg::IsTransient(error->sqlerrcode)) PG_RE_THROW();
    FlushErrorState();
    problem = error->message;
  }
  PG_END_TRY();
  return problem;
}

// NULL, or why there is no process.
const char* Start(PenstockWorker* worker, PenstockIncremental* self) {
  MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
  self->incarnation++;
  const char* problem = TryMakeChannel(self, old);
  MemoryContextSwitchTo(TopMemoryContext);
  if (problem == nullptr && !StartProcess(worker, self)) problem = kNoProcess;
  MemoryContextSwitchTo(old);
  if (problem == nullptr) {
    self->wanted = false;
    Greet(worker, self);
  } else {
    StopProcess(worker, self);
  }
  return problem;
}

PenstockIncremental* Get(PenstockWorker* worker) {
  if (worker->incremental == nullptr) {
    RunCxx([&] { worker->incremental = new PenstockIncremental(); });
    worker->incremental->step_context = AllocSetContextCreate(
        TopMemoryContext, "penstock incremental snapshot", ALLOCSET_DEFAULT_SIZES);
  }
  return worker->incremental;
}

// Sends what is queued as far as there is room.
void Flush(PenstockIncremental* self) {
  while (self->segment != nullptr && !self->outbox.empty() && !self->detached) {
    const std::string* message = &self->outbox.front();
    const shm_mq_result result =
        shm_mq_send(self->requests, message->size(), message->data(), true, true);
    if (result == SHM_MQ_WOULD_BLOCK) return;
    if (result == SHM_MQ_DETACHED) self->detached = true;
    self->outbox.pop_front();
  }
}

void Post(PenstockIncremental* self, ToProcess word, uint32 number) {
  const uint32 bytes = pg_hton32(number);
  RunCxx([&] {
    std::string message(1, static_cast<char>(word));
    message.append(reinterpret_cast<const char*>(&bytes), sizeof(bytes));
    self->outbox.push_back(std::move(message));
  });
  Flush(self);
}

// Takes what has come into the inbox, but for what counts at once.
void Receive(PenstockIncremental* self) {
  while (self->segment != nullptr && !self->detached) {
    Size length;
    void* data;
    const shm_mq_result result = shm_mq_receive(self->replies, &length, &data, true);
    if (result == SHM_MQ_WOULD_BLOCK) return;
    if (result == SHM_MQ_DETACHED) {
      self->detached = true;
      return;
    }
    const auto word = static_cast<FromProcess>(*static_cast<char*>(data));
    if (word == FromProcess::kKept) {
      self->kept = true;
    } else if (word == FromProcess::kDone) {
      self->done = true;
    } else {
      RunCxx([&] { self->inbox.emplace_back(static_cast<char*>(data), length); });
    }
  }
}

// ---- the window --------------------------------------------------------------------------------

bool Shows(const Window& window, TransactionId xid) {
  if (TransactionIdFollowsOrEquals(xid, window.xmax)) return false;
  if (TransactionIdPrecedes(xid, window.xmin)) return true;
  for (const TransactionId running : window.running) {
    if (running == xid) return false;
  }
  return true;
}

void LeaveOut(Window* window, std::string_view key, TransactionId xid, bool whole) {
  const auto [first, last] = window->by_key.equal_range(key);
  if (first == last || Shows(*window, xid)) return;
  for (auto found = first; found != last; ++found) window->rows[found->second].left_out = true;
  // What the row had in the place of a large value comes with the chunk alone.
  if (!whole) window->better_again = true;
}

void EndWindow(PenstockWorker* worker, PenstockIncremental* self) {
  PenstockEventWriter* writer = penstock_writer_of(worker);
  writer->watched = InvalidOid;
  writer->watched_column_count = 0;
  RunCxx([&] { self->window = Window(); });
}

void BeginWindow(PenstockWorker* worker, PenstockIncremental* self, const std::string* text) {
  EndWindow(worker, self);
  PenstockEventWriter* writer = penstock_writer_of(worker);
  StringInfoData message = penstock::pg::ReadingMessage(text->data(), text->size());
  (void)pq_getmsgbyte(&message);
  const uint32 number = pq_getmsgint(&message, 4);
  const uint32 relation = pq_getmsgint(&message, 4);
  const uint32 count = pq_getmsgint(&message, 4);
  for (uint32 i = 0; i < count; i++) {
    const char* name = pq_getmsgrawstring(&message);
    RunCxx([&] { self->window.column_names.emplace_back(name); });
  }
  RunCxx([&] {
    for (const std::string& name : self->window.column_names) {
      self->window.columns.push_back(name.c_str());
    }
  });
  writer->watched = relation;
  writer->watched_columns = self->window.columns.data();
  writer->watched_column_count = count;
  self->window.number = number;
  Post(self, ToProcess::kWatching, number);
}

void TakeRow(PenstockIncremental* self, std::string* text) {
  StringInfoData message = penstock::pg::ReadingMessage(text->data(), text->size());
  uint32 length;
  (void)pq_getmsgbyte(&message);
  const char* key = penstock::pg::GetMessageBytes(&message, &length);
  RunCxx([&] {
    Row row;
    row.key_start = static_cast<size_t>(key - text->data());
    row.key_size = length;
    row.events = static_cast<size_t>(message.cursor);
    row.message = std::move(*text);
    self->window.rows.push_back(std::move(row));
  });
}

// All rows are there: nothing moves any more.
void IndexRows(Window* window) {
  for (size_t i = 0; i < window->rows.size(); i++) {
    window->by_key.emplace(window->rows[i].Key(), i);
  }
}

void TakeChunk(PenstockIncremental* self, const std::string* text) {
  ChunkSnapshot chunk;
  penstock::pg::GetChunk(text->data(), text->size(), &chunk);
  RunCxx([&] {
    Window* window = &self->window;
    window->attempt = chunk.attempt;
    window->lsn = chunk.lsn;
    window->xmin = chunk.xmin;
    window->xmax = chunk.xmax;
    window->running.assign(chunk.running, chunk.running + chunk.count);
    IndexRows(window);
    window->complete = true;
    for (const Touched& touched : window->touched) {
      LeaveOut(window, touched.key, touched.xid, touched.whole);
    }
    for (const TransactionId xid : window->touched_all) {
      window->again = window->again || !Shows(*window, xid);
    }
    window->touched.clear();
    window->touched_all.clear();
  });
}

// ---- into the stream ---------------------------------------------------------------------------

// Serials of schemas are those of another process.
void OwnSerial(const PenstockIncremental* self, PenstockSchema* schema) {
  if (schema->serial != 0) schema->serial |= self->incarnation << 40;
}

void WriteRow(PenstockWorker* worker, const PenstockIncremental* self, const Row* row) {
  const PenstockEventWriter* writer = penstock_writer_of(worker);
  StringInfoData message = penstock::pg::ReadingMessage(row->message.data(), row->message.size());
  message.cursor = static_cast<int>(row->events);
  for (uint32 count = pq_getmsgint(&message, 4); count > 0; count--) {
    PenstockEvent event;
    penstock::pg::GetEvent(&message, &event);
    OwnSerial(self, &event.key_schema);
    OwnSerial(self, &event.value_schema);
    writer->write(writer->self, &event);
    pfree(const_cast<PenstockHeader*>(event.headers));
  }
}

void Notify(PenstockWorker* worker, const std::string* text) {
  StringInfoData message = penstock::pg::ReadingMessage(text->data(), text->size());
  const char* pairs[17] = {};
  (void)pq_getmsgbyte(&message);
  const char* type = pq_getmsgrawstring(&message);
  const char* id = pq_getmsgrawstring(&message);
  for (int i = 0; i < 16 && message.cursor < message.len; i++) {
    pairs[i] = pq_getmsgrawstring(&message);
  }
  if (penstock_notify_incremental(worker, type, id, pairs)) (void)penstock_end_outside(worker);
}

bool ReadAgain(const Window& window) {
  return window.again || (window.better_again && window.attempt < kPatientAttempts);
}

void WriteChunk(PenstockWorker* worker, PenstockIncremental* self) {
  Window* window = &self->window;
  uint64 written = 0;
  const uint32 number = window->number;
  if (ReadAgain(*window)) {
    EndWindow(worker, self);
    Post(self, ToProcess::kAgain, number);
    return;
  }
  // Nothing is decoded while it is written.
  penstock_writer_of(worker)->watched = InvalidOid;
  if (!window->notice.empty()) Notify(worker, &window->notice);
  for (size_t i = 0; i < window->rows.size(); i++) {
    if (window->rows[i].left_out) continue;
    WriteRow(worker, self, &window->rows[i]);
    written++;
  }
  self->delivery_lsn = 0;
  if (written > 0) {
    self->delivery_lsn = penstock_end_outside(worker);
    pg_atomic_uint64* counter = &worker->entry->snapshot_row_count;
    pg_atomic_write_u64(counter, pg_atomic_read_u64(counter) + written);
  }
  self->awaits_delivery = true;
  self->delivery_number = number;
  EndWindow(worker, self);
}

// One message; between transactions.
void Handle(PenstockWorker* worker, PenstockIncremental* self, std::string* message) {
  switch (static_cast<FromProcess>((*message)[0])) {
    case FromProcess::kWatch:
      BeginWindow(worker, self, message);
      break;
    case FromProcess::kRow:
      TakeRow(self, message);
      break;
    case FromProcess::kChunk:
      TakeChunk(self, message);
      break;
    case FromProcess::kNotify:
      Notify(worker, message);
      break;
    case FromProcess::kNotice:
      RunCxx([&] { self->window.notice = *message; });
      break;
    default:
      break;
  }
}

// Everything that has come, up to a chunk that has to wait for its place.
void HandleAll(PenstockWorker* worker, PenstockIncremental* self) {
  while (!self->inbox.empty() && !self->window.complete && !self->awaits_delivery) {
    static std::string message;  // not on the stack: what follows may raise an ERROR
    RunCxx([&] {
      message = std::move(self->inbox.front());
      self->inbox.pop_front();
    });
    Handle(worker, self, &message);
  }
}

// The process has ended. It is started again where it had not said so.
void Bury(PenstockWorker* worker, PenstockIncremental* self) {
  const bool done = self->done;
  StopProcess(worker, self);
  Forget(self);
  if (done) return;
  self->wanted = true;
  self->start_time = GetCurrentTimestamp() + kRestartUs;
}

void StartIfWanted(PenstockWorker* worker, PenstockIncremental* self) {
  if (!self->wanted || GetCurrentTimestamp() < self->start_time) return;
  const char* problem = Start(worker, self);
  if (problem == nullptr) return;
  ereport(LOG, (errmsg("sink \"%s\": %s", worker->row.name, problem)));
  self->start_time = GetCurrentTimestamp() + kRestartUs;
}

// A chunk that takes long is cancelled, so that the signal is heard.
void Interrupt(PenstockWorker* worker, PenstockIncremental* self) {
  pid_t pid;
  if (penstock_writer_of(worker)->watched == InvalidOid) return;
  if (self->window.complete) return;
  if (GetBackgroundWorkerPid(self->process, &pid) == BGWH_STARTED) (void)kill(pid, SIGINT);
}

// True when the process has kept the signal; else it has ended.
bool WaitUntilKept(PenstockWorker* worker, PenstockIncremental* self) {
  TimestampTz since = GetCurrentTimestamp();
  while (!self->kept && !self->detached) {
    Flush(self);
    Receive(self);
    if (self->kept || self->detached) break;
    CHECK_FOR_INTERRUPTS();
    penstock_service_if_due(worker);
    penstock_sleep(worker, kPollMs, KeepWait());
    if (GetCurrentTimestamp() - since > kPatienceUs) {
      Interrupt(worker, self);
      since = GetCurrentTimestamp();
    }
  }
  return self->kept;
}

// NULL, or why not.
const char* TryToKeep(PenstockWorker* worker, const StringInfoData* message) {
  PenstockIncremental* self = Get(worker);
  if (self->segment == nullptr) {
    const char* problem = Start(worker, self);
    if (problem != nullptr) return problem;
  }
  self->kept = false;
  RunCxx([&] { self->outbox.emplace_back(message->data, message->len); });
  if (WaitUntilKept(worker, self)) return nullptr;
  Bury(worker, self);
  return "the process that keeps signals ended; see the server log";
}

}  // namespace

extern "C" {

static void penstock_signal_event(void* self, uint64_t end_lsn, const char* id, const char* type,
                                  const char* data) {
  static uint64 last_lsn = 0;
  static uint32 number = 0;
  auto* worker = static_cast<PenstockWorker*>(self);
  number = end_lsn == last_lsn ? number + 1 : 0;
  last_lsn = end_lsn;
  SignalRow row = {end_lsn, number, id, type, data};
  StringInfoData message;
  initStringInfo(&message);
  penstock::pg::PutSignal(&message, &row);
  for (int attempt = 0;; attempt++) {
    const char* problem = TryToKeep(worker, &message);
    if (problem == nullptr) break;
    // The first time it may just have had nothing left to do.
    if (attempt == 0) continue;
    penstock_note_rows_away(worker, problem);
    for (int i = 0; i < 10; i++) {
      CHECK_FOR_INTERRUPTS();
      penstock_service_if_due(worker);
      penstock_sleep(worker, kPollMs, KeepWait());
    }
  }
  penstock_note_rows_away(worker, nullptr);
  pfree(message.data);
}

static void penstock_touch_event(void* self, uint32_t xid, const char* key, uint32_t key_len,
                                 bool whole) {
  PenstockIncremental* incremental = static_cast<PenstockWorker*>(self)->incremental;
  if (incremental == nullptr) return;
  RunCxx([&] {
    Window* window = &incremental->window;
    if (window->complete) {
      if (key == nullptr) {
        window->again = window->again || !Shows(*window, xid);
      } else {
        LeaveOut(window, {key, key_len}, xid, whole);
      }
    } else if (key == nullptr) {
      window->touched_all.push_back(xid);
    } else {
      window->touched.push_back({std::string(key, key_len), xid, whole});
    }
  });
}

// The catalogue changed; of other sessions, of the stream, or only to be on the safe side.
static void penstock_relation_changed(Datum, Oid relation) {
  PenstockWorker* worker = watching_worker;
  if (worker == nullptr || worker->incremental == nullptr) return;
  const Oid watched = penstock_writer_of(worker)->watched;
  if (watched == InvalidOid) return;
  if (relation == watched || relation == InvalidOid) {
    worker->incremental->window.better_again = true;
  }
}

void penstock_prepare_signals(PenstockWorker* worker, PenstockEventWriter* writer) {
  const penstock::SourceOptions& source = worker->config->options.source;
  if (watching_worker == nullptr) {
    CacheRegisterRelcacheCallback(penstock_relation_changed, static_cast<Datum>(0));
  }
  watching_worker = worker;
  writer->signal_schema = source.signal_table.empty() ? nullptr : source.signal_schema.c_str();
  writer->signal_table = source.signal_table.empty() ? nullptr : source.signal_table.c_str();
  writer->signal = penstock_signal_event;
  writer->touch = penstock_touch_event;
}

void penstock_want_incremental(PenstockWorker* worker) { Get(worker)->wanted = true; }

void penstock_incremental_step(PenstockWorker* worker) {
  PenstockSinkEntry* entry = worker->entry;
  if (entry->snapshot_requested) {
    SpinLockAcquire(&entry->mutex);
    entry->snapshot_requested = false;
    SpinLockRelease(&entry->mutex);
    PenstockIncremental* self = Get(worker);
    if (self->segment != nullptr) Post(self, ToProcess::kLook, 0);
    self->wanted = self->segment == nullptr || self->done;
  }
  PenstockIncremental* self = worker->incremental;
  if (self == nullptr || (self->segment == nullptr && !self->wanted && self->inbox.empty())) return;
  MemoryContext old = MemoryContextSwitchTo(self->step_context);
  if (self->segment == nullptr) StartIfWanted(worker, self);
  Flush(self);
  Receive(self);
  HandleAll(worker, self);
  if (self->window.complete && worker->read_lsn >= self->window.lsn) WriteChunk(worker, self);
  if (self->awaits_delivery && penstock_delivered_after(worker, self->delivery_lsn)) {
    self->awaits_delivery = false;
    Post(self, ToProcess::kDelivered, self->delivery_number);
    HandleAll(worker, self);
  }
  if (self->detached && self->inbox.empty()) Bury(worker, self);
  MemoryContextSwitchTo(old);
  MemoryContextReset(self->step_context);
}

void penstock_stop_incremental(PenstockWorker* worker) {
  if (worker->incremental != nullptr) StopProcess(worker, worker->incremental);
}

}  // extern "C"
