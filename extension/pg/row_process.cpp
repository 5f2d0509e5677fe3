// row_process.cpp: the reader process of a sink: reads rows again for it, because the worker
// decodes and must not read tables.
//
// One short transaction for each request: no snapshot and no lock is held in between. A request
// that fails ends the process, after its error has been told; the worker starts another one. So
// does a time without requests.
#include "pg_prelude.h"
#include "row_channel.h"
#include "row_lookup.h"
// After the prelude.
extern "C" {
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_class.h"
#include "storage/lmgr.h"
#include "storage/procarray.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}
#include "failpoint.h"
#include "pg_compat.h"
#include "shared_state.h"
#include "worker.h"

namespace {

using penstock::pg::FindRow;

constexpr long kIdleMs = 60000;
constexpr int kKeptBytes = 1024 * 1024;  // of memory for replies

struct RowProcess {
  penstock::pg::SideEnds ends;
  const PenstockOutputApi* api;
  void* encoder;
  PenstockEventWriter writer;
  StringInfoData reply;
  MemoryContext request_context;
  bool written;                     // the encoder made a document of the row
  char step[NAMEDATALEN * 2 + 64];  // what the request waits for, for its error
};

void KeepEvent(void* self, const PenstockEvent* event) {
  auto* process = static_cast<RowProcess*>(self);
  if (event->value == nullptr) return;
  resetStringInfo(&process->reply);
  penstock::pg::PutRow(&process->reply, event);
  process->written = true;
}

// False: the worker wants nothing for long.
bool Receive(RowProcess* process, void** data, Size* length) {
  static uint32 wait_event = 0;
  if (wait_event == 0) wait_event = WaitEventExtensionCompat("PenstockWaitForRequest");
  return penstock::pg::ReceiveRequest(process->ends.requests, kIdleMs, wait_event, data, length);
}

void MakeEncoder(RowProcess* process) {
  void* data;
  Size length;
  Oid owner;
  List* options;
  if (!Receive(process, &data, &length)) proc_exit(0);
  penstock::pg::GetGreeting(data, length, &owner, &options);
  process->api = penstock::pg::MakeSideWriter(&process->writer, owner, process, KeepEvent);
  // Outside a transaction: then the settings it fixes, for the texts of values, stay.
  process->encoder = process->api->reread_encoder_create(options, &process->writer);
}

// A commit can be decoded before it is visible to others; with a synchronous standby that is away
// long before.
void WaitUntilVisible(RowProcess* process, TransactionId xid) {
  if (!TransactionIdIsValid(xid) || !TransactionIdIsInProgress(xid)) return;
  snprintf(process->step, sizeof(process->step), "Transaction %u is not visible to others yet.",
           xid);
  XactLockTableWait(xid, nullptr, nullptr, XLTW_None);
  process->step[0] = '\0';
}

// The events of a partition may go by the name of its root. DDL locks roots first: to wait for one
// here, with the partition locked, would be a deadlock that may hit the other session.
void LockRoot(RowProcess* process, Relation relation) {
  const Oid named = process->api->named_relation(process->encoder, relation);
  if (!OidIsValid(named) || named == RelationGetRelid(relation)) return;
  if (ConditionalLockRelationOid(named, AccessShareLock)) return;
  const char* name = get_rel_name(named);
  ereport(ERROR, (errcode(ERRCODE_LOCK_NOT_AVAILABLE),
                  errmsg("could not obtain lock on relation \"%s\"", name == nullptr ? "" : name)));
}

// NULL: it is gone.
Relation OpenTable(RowProcess* process, Oid relid) {
  const char* name = get_rel_name(relid);
  if (name == nullptr) return nullptr;
  snprintf(process->step, sizeof(process->step), "It waited for a lock on table \"%s\".", name);
  Relation relation = try_table_open(relid, AccessShareLock);
  process->step[0] = '\0';
  // An empty table can become a view of the same OID, up to PostgreSQL 15.
  if (relation != nullptr && relation->rd_rel->relkind != RELKIND_RELATION) {
    table_close(relation, AccessShareLock);
    return nullptr;
  }
  if (relation != nullptr) LockRoot(process, relation);
  return relation;
}

// What became of the row since the change may have taken it out of the row filter: then it is as
// good as gone.
bool TakesRow(void* self, Relation relation, TupleTableSlot* slot) {
  const auto* process = static_cast<const RowProcess*>(self);
  return process->api->takes_row_again(process->encoder, relation, slot);
}

// False: the row is gone. Acts as the table's owner, as VACUUM and ANALYZE do: whatever code a
// value brings in is his, not a superuser's.
bool ReadRow(RowProcess* process, Relation relation, const PenstockRowRequest* request) {
  Oid user;
  int context;
  GetUserIdAndSecContext(&user, &context);
  SetUserIdAndSecContext(relation->rd_rel->relowner,
                         context | SECURITY_RESTRICTED_OPERATION | SECURITY_LOCAL_USERID_CHANGE);
  const int settings = NewGUCNestLevel();
  TupleTableSlot* slot = table_slot_create(relation, nullptr);
  PushActiveSnapshot(GetTransactionSnapshot());
  const bool found = FindRow(relation, request, {TakesRow, process}, slot);
  process->written = false;
  if (found) {
    process->api->write_row_again(process->encoder, relation, slot, request);
  }
  ExecDropSingleTupleTableSlot(slot);
  PopActiveSnapshot();
  AtEOXact_GUC(false, settings);
  SetUserIdAndSecContext(user, context);
  if (!found || process->written) return found;
  ereport(ERROR,
          (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
           errmsg("table \"%s\" is not captured any more", RelationGetRelationName(relation)),
           errdetail("A row of it must be read again, because a large value that did not change is "
                     "not in the WAL."),
           errhint("Give the table its name back until the sink has caught up, or change the "
                   "sink's filters.")));
}

void Answer(RowProcess* process, const void* data, Size length) {
  PenstockRowRequest request = {};
  MemoryContext old = MemoryContextSwitchTo(process->request_context);
  penstock::pg::GetRequest(data, length, &request);
  process->step[0] = '\0';
  resetStringInfo(&process->reply);
  SetCurrentStatementStartTimestamp();
  pgstat_report_activity(STATE_RUNNING, "reading a row again");
  StartTransactionCommand();
  WaitUntilVisible(process, request.xid);
  Relation relation = OpenTable(process, request.relation);
  penstock::pg::FailpointPg("row_reader");
  bool found = false;
  if (relation != nullptr) {
    MemoryContextSwitchTo(process->request_context);
    found = ReadRow(process, relation, &request);
    table_close(relation, AccessShareLock);
  }
  if (!found) penstock::pg::PutGone(&process->reply);
  CommitTransactionCommand();
  MemoryContextSwitchTo(old);
  MemoryContextReset(process->request_context);
  pgstat_report_stat(false);
  pgstat_report_activity(STATE_IDLE, nullptr);
}

bool Send(RowProcess* process) {
  const bool sent = shm_mq_send(process->ends.replies, static_cast<Size>(process->reply.len),
                                process->reply.data, false, true) == SHM_MQ_SUCCESS;
  if (process->reply.maxlen > kKeptBytes) {
    pfree(process->reply.data);
    initStringInfo(&process->reply);
  }
  return sent;
}

// In PG_CATCH. What is left of the request dies with the process.
void TellError(RowProcess* process) {
  MemoryContextSwitchTo(TopMemoryContext);
  ErrorData* error = CopyErrorData();
  FlushErrorState();
  AbortOutOfAnyTransaction();
  resetStringInfo(&process->reply);
  penstock::pg::PutError(&process->reply, error, process->step);
  (void)Send(process);
}

void Serve(RowProcess* process) {
  void* data;
  Size length;
  MakeEncoder(process);
  pgstat_report_activity(STATE_IDLE, nullptr);
  while (Receive(process, &data, &length)) {
    Answer(process, data, length);
    if (!Send(process)) break;
  }
}

}  // namespace

extern "C" void penstock_reader_main(Datum argument) {
  const penstock::pg::SideEnds ends = penstock::pg::EnterSideProcess(argument);
  auto* process = static_cast<RowProcess*>(palloc0(sizeof(RowProcess)));
  process->ends = ends;
  initStringInfo(&process->reply);
  process->request_context =
      AllocSetContextCreate(TopMemoryContext, "penstock request", ALLOCSET_DEFAULT_SIZES);
  PG_TRY();
  {
    Serve(process);
  }
  PG_CATCH();
  {
    TellError(process);
  }
  PG_END_TRY();
  proc_exit(0);
}
