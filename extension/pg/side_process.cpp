// side_process.cpp: see side_process.h.
#include "side_process.h"

extern "C" {
#include "commands/defrem.h"
#include "libpq/pqformat.h"
#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
}

namespace penstock::pg {

namespace {

constexpr uint32 kMagic = 0x50534b53;  // "PSKS"
constexpr Size kRequestQueueBytes = 16 * 1024;
constexpr Size kReplyQueueBytes = 256 * 1024;
constexpr uint32 kNull = 0xFFFFFFFF;  // a length
// Then the worker says what is waited for and asks again: nothing is held for long.
const char kLockTimeout[] = "5s";

// At the start of the segment; written by the worker before the process starts.
struct Head {
  uint32 magic;
  Oid database;
};

constexpr Size kHeadBytes = MAXALIGN(sizeof(Head));

char* Place(dsm_segment* segment, Size offset) {
  return static_cast<char*>(dsm_segment_address(segment)) + offset;
}

Head* HeadOf(dsm_segment* segment) { return reinterpret_cast<Head*>(Place(segment, 0)); }

shm_mq* RequestQueueOf(dsm_segment* segment) {
  return reinterpret_cast<shm_mq*>(Place(segment, kHeadBytes));
}

shm_mq* ReplyQueueOf(dsm_segment* segment) {
  return reinterpret_cast<shm_mq*>(Place(segment, kHeadBytes + kRequestQueueBytes));
}

// False: there is no segment.
bool MakeChannel(SideProcess* side) {
  side->segment = dsm_create(kHeadBytes + kRequestQueueBytes + kReplyQueueBytes,
                             DSM_CREATE_NULL_IF_MAXSEGMENTS);
  if (side->segment == nullptr) return false;
  // Not only for the transaction that is decoded.
  dsm_pin_mapping(side->segment);
  HeadOf(side->segment)->magic = kMagic;
  HeadOf(side->segment)->database = MyDatabaseId;
  shm_mq* requests = shm_mq_create(RequestQueueOf(side->segment), kRequestQueueBytes);
  shm_mq* replies = shm_mq_create(ReplyQueueOf(side->segment), kReplyQueueBytes);
  shm_mq_set_sender(requests, MyProc);
  shm_mq_set_receiver(replies, MyProc);
  side->requests = shm_mq_attach(requests, side->segment, nullptr);
  side->replies = shm_mq_attach(replies, side->segment, nullptr);
  return true;
}

bool Register(SideProcess* side, const SideProcessKind* kind, const char* sink_name) {
  BackgroundWorker process;
  memset(&process, 0, sizeof(process));
  snprintf(process.bgw_name, sizeof(process.bgw_name), "%s %s", kind->type, sink_name);
  strlcpy(process.bgw_type, kind->type, sizeof(process.bgw_type));
  strlcpy(process.bgw_library_name, "penstock", sizeof(process.bgw_library_name));
  strlcpy(process.bgw_function_name, kind->function, sizeof(process.bgw_function_name));
  process.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
  process.bgw_start_time = BgWorkerStart_RecoveryFinished;
  process.bgw_restart_time = BGW_NEVER_RESTART;
  process.bgw_notify_pid = MyProcPid;
  process.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(side->segment));
  if (!RegisterDynamicBackgroundWorker(&process, &side->handle)) return false;
  // So that its end is noticed even before it attaches.
  shm_mq_set_handle(side->requests, side->handle);
  shm_mq_set_handle(side->replies, side->handle);
  return true;
}

// In the memory context that the process lives in. NULL, or the problem in the caller's.
const char* Start(SideProcess* side, const SideProcessKind* kind, const char* sink_name,
                  MemoryContext caller) {
  const char* format = nullptr;
  if (!MakeChannel(side)) {
    format =
        "out of dynamic shared memory segments for %s; end sessions or increase max_connections";
  } else if (!Register(side, kind, sink_name)) {
    format =
        "out of background worker slots for %s; increase max_worker_processes and restart the "
        "server";
  }
  MemoryContextSwitchTo(caller);
  return format == nullptr ? nullptr : psprintf(format, kind->purpose);
}

void IgnoreBegin(void*, uint32_t) {}
void IgnoreLack(void*, uint32_t) {}
void IgnoreCommit(void*, uint64_t, int64_t) {}

}  // namespace

const char* StartSideProcess(SideProcess* side, const SideProcessKind* kind,
                             const char* sink_name) {
  const char* volatile problem = nullptr;
  MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);
  PG_TRY();
  {
    problem = Start(side, kind, sink_name, caller);
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
  if (problem != nullptr) StopSideProcess(side);
  return problem;
}

void StopSideProcess(SideProcess* side) {
  if (side->handle != nullptr) {
    TerminateBackgroundWorker(side->handle);
    pfree(side->handle);
  }
  if (side->requests != nullptr) shm_mq_detach(side->requests);
  if (side->replies != nullptr) shm_mq_detach(side->replies);
  if (side->segment != nullptr) dsm_detach(side->segment);
  *side = {};
}

bool IsTransient(int sqlstate) {
  switch (ERRCODE_TO_CATEGORY(sqlstate)) {
    case MAKE_SQLSTATE('0', '8', '0', '0', '0'):  // connections
    case MAKE_SQLSTATE('4', '0', '0', '0', '0'):  // deadlock, serialization
    case MAKE_SQLSTATE('5', '3', '0', '0', '0'):  // memory, disk, connections
    case MAKE_SQLSTATE('5', '5', '0', '0', '0'):  // locks, among others
    case MAKE_SQLSTATE('5', '7', '0', '0', '0'):  // cancelled, shutting down
      return sqlstate != ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE;
    default:
      return false;
  }
}

SideEnds EnterSideProcess(Datum argument) {
  SideEnds ends;
  pqsignal(SIGHUP, SignalHandlerForConfigReload);
  pqsignal(SIGTERM, die);
  BackgroundWorkerUnblockSignals();
  MemoryContextSwitchTo(TopMemoryContext);
  dsm_segment* segment = dsm_attach(DatumGetUInt32(argument));
  if (segment == nullptr || HeadOf(segment)->magic != kMagic ||
      penstock_output_mismatch() != nullptr) {
    proc_exit(0);
  }
  shm_mq* requests = RequestQueueOf(segment);
  shm_mq* replies = ReplyQueueOf(segment);
  shm_mq_set_receiver(requests, MyProc);
  shm_mq_set_sender(replies, MyProc);
  ends.requests = shm_mq_attach(requests, segment, nullptr);
  ends.replies = shm_mq_attach(replies, segment, nullptr);
  BackgroundWorkerInitializeConnectionByOid(HeadOf(segment)->database, InvalidOid, 0);
  penstock_override_settings();
  SetConfigOption("lock_timeout", kLockTimeout, PGC_SUSET, PGC_S_OVERRIDE);
  MemoryContextSwitchTo(TopMemoryContext);
  return ends;
}

bool ReceiveRequest(shm_mq_handle* requests, long timeout_ms, uint32 wait_event, void** data,
                    Size* length) {
  for (;;) {
    CHECK_FOR_INTERRUPTS();
    if (ConfigReloadPending) {
      ConfigReloadPending = false;
      ProcessConfigFile(PGC_SIGHUP);
    }
    const shm_mq_result result = shm_mq_receive(requests, length, data, true);
    if (result == SHM_MQ_SUCCESS) return true;
    if (result == SHM_MQ_DETACHED) proc_exit(0);
    if (timeout_ms == 0) return false;
    const int events =
        WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, timeout_ms, wait_event);
    if ((events & WL_TIMEOUT) != 0) return false;
    ResetLatch(MyLatch);
  }
}

const PenstockOutputApi* MakeSideWriter(PenstockEventWriter* writer, Oid owner, void* self,
                                        void (*write)(void* self, const PenstockEvent* event)) {
  *writer = {};
  writer->abi = {PENSTOCK_ABI_MAGIC, PENSTOCK_ABI_NUMBER, sizeof(PenstockEventWriter),
                 PENSTOCK_BUILD_ID};
  writer->self = self;
  writer->owner = owner;
  writer->begin = IgnoreBegin;
  writer->write = write;
  writer->lacking = IgnoreLack;
  writer->commit = IgnoreCommit;
  return static_cast<const PenstockOutputApi*>(*find_rendezvous_variable(PENSTOCK_API_VARIABLE));
}

StringInfoData ReadingMessage(const void* data, Size length) {
  StringInfoData message = {};
  message.data = static_cast<char*>(const_cast<void*>(data));
  message.len = static_cast<int>(length);
  message.maxlen = message.len;
  return message;
}

void PutMessageText(StringInfo message, const char* text) {
  appendBinaryStringInfo(message, text, static_cast<int>(strlen(text) + 1));
}

void PutMessageBytes(StringInfo message, const char* bytes, uint32 length) {
  pq_sendint32(message, bytes == nullptr ? kNull : length);
  if (bytes != nullptr && length > 0) {
    appendBinaryStringInfo(message, bytes, static_cast<int>(length));
  }
}

const char* GetMessageBytes(StringInfo message, uint32* length) {
  *length = pq_getmsgint(message, 4);
  if (*length == kNull) {
    *length = 0;
    return nullptr;
  }
  return pq_getmsgbytes(message, static_cast<int>(*length));
}

void PutMessageOptions(StringInfo message, List* options) {
  ListCell* cell;
  pq_sendint32(message, list_length(options));
  foreach (cell, options) {
    auto* option = static_cast<DefElem*>(lfirst(cell));
    PutMessageText(message, option->defname);
    PutMessageText(message, defGetString(option));
  }
}

List* GetMessageOptions(StringInfo message) {
  List* options = NIL;
  for (uint32 count = pq_getmsgint(message, 4); count > 0; count--) {
    char* name = pstrdup(pq_getmsgrawstring(message));
    char* value = pstrdup(pq_getmsgrawstring(message));
    options = lappend(options, makeDefElem(name, reinterpret_cast<Node*>(makeString(value)), -1));
  }
  return options;
}

}  // namespace penstock::pg
