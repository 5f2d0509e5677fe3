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
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "incremental_link.h"
#include "pg_guard.h"
// After the prelude.
extern "C" {
#include "access/transam.h"
#include "libpq/pqformat.h"
#include "utils/inval.h"
}
#include "pg_compat.h"
#include "shared_state.h"
#include "worker.h"
#include "worker_config.h"
#include "worker_notify.h"

namespace {

using penstock::pg::ChunkSnapshot;
using penstock::pg::FlushLink;
using penstock::pg::ForgetMessages;
using penstock::pg::FromProcess;
using penstock::pg::Post;
using penstock::pg::ReceiveMessages;
using penstock::pg::RunCxx;
using penstock::pg::SignalRow;
using penstock::pg::StartLink;
using penstock::pg::StopSideProcess;
using penstock::pg::ToProcess;

constexpr long kPollMs = 100;
// With a chunk that is read while a signal waits; doubled each time, as what is interrupted may by
// then be the keeping of the signal.
constexpr int64 kPatienceUs = 300000;
constexpr int64 kRestartUs = 2000000;  // after the process has ended by itself
// Reasons to read a chunk again that may come for ever, where that only makes it better.
constexpr uint32 kPatientAttempts = 5;
// Keys kept until the snapshot is known, about 100 bytes each: a huge transaction may touch more.
constexpr size_t kMostTouched = 500000;

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
  penstock::pg::IncrementalLink link;
  Window window;
  MemoryContext step_context = nullptr;
  TimestampTz start_time = 0;  // not before
  bool awaits_delivery = false;
  uint64 delivery_lsn = 0;
  uint32 delivery_number = 0;
};

namespace {

PenstockWorker* watching_worker = nullptr;

uint32 KeepWait() {
  static uint32 wait_event = 0;
  if (wait_event == 0) wait_event = WaitEventExtensionCompat("PenstockKeepSignal");
  return wait_event;
}

PenstockIncremental* Get(PenstockWorker* worker) {
  if (worker->incremental == nullptr) {
    RunCxx([&] { worker->incremental = new PenstockIncremental(); });
    worker->incremental->step_context = AllocSetContextCreate(
        TopMemoryContext, "penstock incremental snapshot", ALLOCSET_DEFAULT_SIZES);
  }
  return worker->incremental;
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
  Post(&self->link, ToProcess::kWatching, number);
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
  if (schema->serial != 0) schema->serial |= self->link.incarnation << 40;
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
    Post(&self->link, ToProcess::kAgain, number);
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
  while (!self->link.inbox.empty() && !self->window.complete && !self->awaits_delivery) {
    static std::string message;  // not on the stack: what follows may raise an ERROR
    RunCxx([&] {
      message = std::move(self->link.inbox.front());
      self->link.inbox.pop_front();
    });
    Handle(worker, self, &message);
  }
}

// The process has ended. It is started again where it had not said so.
void Bury(PenstockWorker* worker, PenstockIncremental* self) {
  const bool done = self->link.done;
  EndWindow(worker, self);
  StopSideProcess(&self->link.side);
  ForgetMessages(&self->link);
  self->awaits_delivery = false;
  if (done) return;
  self->link.wanted = true;
  self->start_time = GetCurrentTimestamp() + kRestartUs;
}

void StartIfWanted(PenstockWorker* worker, PenstockIncremental* self) {
  if (!self->link.wanted || GetCurrentTimestamp() < self->start_time) return;
  const char* problem = StartLink(worker, &self->link);
  if (problem == nullptr) return;
  ereport(LOG, (errmsg("sink \"%s\": %s", worker->row.name, problem)));
  self->start_time = GetCurrentTimestamp() + kRestartUs;
}

// A chunk that takes long is cancelled, so that the signal is heard.
void Interrupt(PenstockWorker* worker, PenstockIncremental* self) {
  pid_t pid;
  if (penstock_writer_of(worker)->watched == InvalidOid) return;
  if (self->window.complete) return;
  if (GetBackgroundWorkerPid(self->link.side.handle, &pid) == BGWH_STARTED) (void)kill(pid, SIGINT);
}

// True when the process has kept the signal; else it has ended.
bool WaitUntilKept(PenstockWorker* worker, PenstockIncremental* self) {
  TimestampTz since = GetCurrentTimestamp();
  int64 patience_us = kPatienceUs;
  while (!self->link.kept && !self->link.detached) {
    FlushLink(&self->link);
    ReceiveMessages(&self->link);
    if (self->link.kept || self->link.detached) break;
    CHECK_FOR_INTERRUPTS();
    penstock_service_if_due(worker);
    penstock_sleep(worker, kPollMs, KeepWait());
    if (GetCurrentTimestamp() - since > patience_us) {
      Interrupt(worker, self);
      since = GetCurrentTimestamp();
      patience_us *= 2;
    }
  }
  return self->link.kept;
}

// NULL, or why not.
const char* TryToKeep(PenstockWorker* worker, const StringInfoData* message) {
  PenstockIncremental* self = Get(worker);
  if (self->link.side.segment == nullptr) {
    const char* problem = StartLink(worker, &self->link);
    if (problem != nullptr) return problem;
  }
  self->link.kept = false;
  RunCxx([&] { self->link.outbox.emplace_back(message->data, message->len); });
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
    const TimestampTz again = GetCurrentTimestamp() + kPollMs * INT64CONST(10000);
    while (GetCurrentTimestamp() < again) {
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
  if (incremental == nullptr || incremental->window.again) return;
  RunCxx([&] {
    Window* window = &incremental->window;
    if (window->complete && key != nullptr) {
      LeaveOut(window, {key, key_len}, xid, whole);
    } else if (window->complete) {
      window->again = !Shows(*window, xid);
    } else if (key != nullptr) {
      window->touched.push_back({std::string(key, key_len), xid, whole});
    } else if (window->touched_all.empty() || window->touched_all.back() != xid) {
      window->touched_all.push_back(xid);
    }
    if (window->touched.size() < kMostTouched && window->touched_all.size() < kMostTouched) return;
    window->again = true;
    window->touched = {};
    window->touched_all = {};
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

void penstock_want_incremental(PenstockWorker* worker) { Get(worker)->link.wanted = true; }

void penstock_incremental_step(PenstockWorker* worker) {
  PenstockSinkEntry* entry = worker->entry;
  if (entry->snapshot_requested) {
    SpinLockAcquire(&entry->mutex);
    entry->snapshot_requested = false;
    SpinLockRelease(&entry->mutex);
    PenstockIncremental* self = Get(worker);
    // What a process that is about to end does not see comes again with the next scan.
    if (self->link.side.segment != nullptr) Post(&self->link, ToProcess::kLook, 0);
    self->link.wanted = self->link.side.segment == nullptr || self->link.done;
  }
  PenstockIncremental* self = worker->incremental;
  if (self == nullptr ||
      (self->link.side.segment == nullptr && !self->link.wanted && self->link.inbox.empty()))
    return;
  MemoryContext old = MemoryContextSwitchTo(self->step_context);
  if (self->link.side.segment == nullptr) StartIfWanted(worker, self);
  FlushLink(&self->link);
  ReceiveMessages(&self->link);
  HandleAll(worker, self);
  if (self->window.complete && worker->read_lsn >= self->window.lsn) WriteChunk(worker, self);
  if (self->awaits_delivery && penstock_delivered_after(worker, self->delivery_lsn)) {
    self->awaits_delivery = false;
    Post(&self->link, ToProcess::kDelivered, self->delivery_number);
    HandleAll(worker, self);
  }
  if (self->link.detached && self->link.inbox.empty()) Bury(worker, self);
  MemoryContextSwitchTo(old);
  MemoryContextReset(self->step_context);
}

void penstock_stop_incremental(PenstockWorker* worker) {
  if (worker->incremental == nullptr) return;
  if (worker->delivery != nullptr) penstock_writer_of(worker)->watched = InvalidOid;
  StopSideProcess(&worker->incremental->link.side);
}

}  // extern "C"
