// incremental_chunk.cpp: one chunk of a table: which key orders it, the statement, its rows as
// events, and the snapshot that they were read under.
//
// The table is locked before the snapshot is taken: a TRUNCATE or rewriting ALTER is wholly before
// the snapshot or after the chunk, so no chunk shows half of it.
#include "incremental_process.h"
#include "key_text.h"
#include "pg_guard.h"
// After the prelude.
extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "mb/pg_wchar.h"
#include "storage/lmgr.h"
#include "storage/procarray.h"
#include "storage/standby.h"
#include "utils/lsyscache.h"
#include "utils/relcache.h"
#include "utils/syscache.h"
}
#include "failpoint.h"
#include "pg_compat.h"
#include "shared_state.h"
#include "snapshot_statement.h"

namespace penstock::pg {

namespace {

constexpr uint64 kChunkBytes = 16 * 1024 * 1024;  // of events; then a chunk ends early
constexpr long kCriticalSectionUs = 200;
const char kPlainPath[] = "pg_catalog, pg_temp";

// ---- the key -----------------------------------------------------------------------------------

const char* OperatorText(Oid oid) {
  HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(oid));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for operator %u", oid);
  auto form = reinterpret_cast<Form_pg_operator>(GETSTRUCT(tuple));
  const char* schema = get_namespace_name(form->oprnamespace);
  const char* text = psprintf("OPERATOR(%s.%s)", quote_identifier(schema), NameStr(form->oprname));
  ReleaseSysCache(tuple);
  return text;
}

// Not format_type: with -1 as modifier it shows char for bpchar, which would be char(1).
const char* TypeText(Oid oid) {
  HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(oid));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for type %u", oid);
  auto form = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple));
  const char* text =
      quote_qualified_identifier(get_namespace_name(form->typnamespace), NameStr(form->typname));
  ReleaseSysCache(tuple);
  return text;
}

Oid OutputFunction(Oid type) {
  Oid output;
  bool is_varlena;
  getTypeOutputInfo(type, &output, &is_varlena);
  return output;
}

// Whether the columns order all rows, each with a place of its own, and as a query does by default.
bool OrdersRows(Relation relation, Relation index) {
  Form_pg_index form = index->rd_index;
  if (index->rd_rel->relam != BTREE_AM_OID || !form->indisunique || !form->indisvalid) return false;
  if (!heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, nullptr)) return false;
  for (int i = 0; i < form->indnkeyatts; i++) {
    const AttrNumber number = form->indkey.values[i];
    if (number < 1) return false;
    Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(relation), number - 1);
    const Oid type = getBaseType(attribute->atttypid);
    const Oid standard = GetDefaultOpClass(type, BTREE_AM_OID);
    if (!AttributeIsNotNull(RelationGetDescr(relation), number - 1) ||
        index->rd_indcollation[i] != attribute->attcollation || !OidIsValid(standard) ||
        get_opclass_family(standard) != index->rd_opfamily[i]) {
      return false;
    }
  }
  return true;
}

bool IsOneColumn(Relation relation, Relation index, const char* name) {
  Form_pg_index form = index->rd_index;
  const AttrNumber number = form->indkey.values[0];
  return form->indnkeyatts == 1 && number > 0 &&
         strcmp(NameStr(TupleDescAttr(RelationGetDescr(relation), number - 1)->attname), name) == 0;
}

void FillKey(Relation relation, Relation index, ChunkPlan* plan) {
  plan->key_count = index->rd_index->indnkeyatts;
  for (int i = 0; i < plan->key_count; i++) {
    ChunkKey* key = &plan->key[i];
    key->number = index->rd_index->indkey.values[i];
    Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(relation), key->number - 1);
    const Oid base = getBaseType(attribute->atttypid);
    const Oid family = index->rd_opfamily[i];
    const Oid type = index->rd_opcintype[i];
    auto find = [=](StrategyNumber strategy) {
      return OperatorText(get_opfamily_member(family, type, type, strategy));
    };
    key->name = pstrdup(NameStr(attribute->attname));
    key->quoted = psprintf("t.%s", quote_identifier(key->name));
    key->type = TypeText(base);
    key->output = OutputFunction(attribute->atttypid);
    key->less = find(BTLessStrategyNumber);
    key->less_equal = find(BTLessEqualStrategyNumber);
    key->equal = find(BTEqualStrategyNumber);
    key->greater = find(BTGreaterStrategyNumber);
    key->greater_equal = find(BTGreaterEqualStrategyNumber);
  }
}

// The primary key, else the first other index by name; of one column only, if that is asked for.
bool FindKey(Relation relation, const char* surrogate_key, ChunkPlan* plan) {
  char best_name[NAMEDATALEN] = "";
  bool best_is_primary = false;
  ListCell* cell;
  List* indexes = RelationGetIndexList(relation);
  foreach (cell, indexes) {
    Relation index = index_open(lfirst_oid(cell), AccessShareLock);
    const char* name = RelationGetRelationName(index);
    const bool fits = OrdersRows(relation, index) &&
                      (surrogate_key == nullptr || IsOneColumn(relation, index, surrogate_key));
    const bool better = best_name[0] == '\0' || index->rd_index->indisprimary ||
                        (!best_is_primary && strcmp(name, best_name) < 0);
    if (fits && better) {
      strlcpy(best_name, name, sizeof(best_name));
      best_is_primary = index->rd_index->indisprimary;
      FillKey(relation, index, plan);
    }
    index_close(index, NoLock);
  }
  list_free(indexes);
  return best_name[0] != '\0';
}

// Which columns tell rows apart in the WAL: the key, if old rows hold it, else the identity.
void FillWatch(Relation relation, ChunkPlan* plan) {
  Bitmapset* identity = RelationGetIndexAttrBitmap(relation, INDEX_ATTR_BITMAP_IDENTITY_KEY);
  bool has_key = true;
  for (int i = 0; i < plan->key_count; i++) {
    has_key = has_key &&
              bms_is_member(plan->key[i].number - FirstLowInvalidHeapAttributeNumber, identity);
  }
  plan->watch_count = 0;
  if (has_key || bms_is_empty(identity)) {
    for (int i = 0; i < plan->key_count; i++) {
      plan->watch[plan->watch_count++] = plan->key[i].number;
    }
  } else {
    int member = -1;
    while ((member = bms_next_member(identity, member)) >= 0) {
      plan->watch[plan->watch_count++] =
          static_cast<AttrNumber>(member + FirstLowInvalidHeapAttributeNumber);
    }
  }
  for (int i = 0; i < plan->watch_count; i++) {
    Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(relation), plan->watch[i] - 1);
    plan->watch_names[i] = pstrdup(NameStr(attribute->attname));
    plan->watch_output[i] = OutputFunction(attribute->atttypid);
  }
}

// ---- the statement -----------------------------------------------------------------------------

void AppendValue(StringInfo sql, const ChunkKey* key, const char* text) {
  appendStringInfo(sql, "%s::%s", quote_literal_cstr(text), key->type);
}

void AppendComparison(StringInfo sql, const ChunkKey* key, const char* operation,
                      const char* text) {
  appendStringInfo(sql, "%s %s ", key->quoted, operation);
  AppendValue(sql, key, text);
}

// The rows that come after the key of these texts.
void AppendAfter(StringInfo sql, const ChunkPlan* plan, char* const* texts, int from) {
  const ChunkKey* key = &plan->key[from];
  AppendComparison(sql, key, key->greater, texts[from]);
  if (from + 1 == plan->key_count) return;
  appendStringInfoString(sql, " OR (");
  AppendComparison(sql, key, key->equal, texts[from]);
  appendStringInfoString(sql, " AND (");
  AppendAfter(sql, plan, texts, from + 1);
  appendStringInfoString(sql, "))");
}

void AppendOrder(StringInfo sql, const ChunkPlan* plan, bool backwards) {
  appendStringInfoString(sql, " ORDER BY ");
  for (int i = 0; i < plan->key_count; i++) {
    const ChunkKey* key = &plan->key[i];
    appendStringInfo(sql, "%s%s USING %s", i == 0 ? "" : ", ", key->quoted,
                     backwards ? key->greater : key->less);
  }
}

// The condition has been checked: it is one expression. It may end in a comment.
void AppendCondition(StringInfo sql, const IncrementalTask* task) {
  if (task->condition == nullptr) {
    appendStringInfoString(sql, " WHERE true");
  } else {
    appendStringInfo(sql, " WHERE (%s\n)", task->condition);
  }
}

const char* ChunkStatement(const ChunkPlan* plan, const IncrementalTask* task, int64 limit) {
  StringInfoData sql;
  initStringInfo(&sql);
  appendStringInfo(&sql, "SELECT t.* FROM %s AS t", plan->from);
  AppendCondition(&sql, task);
  if (task->last_key != nullptr) {
    // Of several columns the first alone is what an index can begin with.
    if (plan->key_count > 1) {
      appendStringInfoString(&sql, " AND ");
      AppendComparison(&sql, &plan->key[0], plan->key[0].greater_equal, task->last_key[0]);
    }
    appendStringInfoString(&sql, " AND (");
    AppendAfter(&sql, plan, task->last_key, 0);
    appendStringInfoChar(&sql, ')');
  }
  appendStringInfoString(&sql, " AND ");
  AppendComparison(&sql, &plan->key[0], plan->key[0].less_equal, task->max_key[0]);
  if (plan->key_count > 1) {
    appendStringInfoString(&sql, " AND NOT (");
    AppendAfter(&sql, plan, task->max_key, 0);
    appendStringInfoChar(&sql, ')');
  }
  AppendOrder(&sql, plan, false);
  appendStringInfo(&sql, " LIMIT " INT64_FORMAT, limit);
  return sql.data;
}

// ---- rows --------------------------------------------------------------------------------------

struct ChunkReading {
  IncrementalProcess* process;
  const ChunkPlan* plan;
  Chunk* chunk;
  Relation relation;
  MemoryContext row_context;
};

char* TextOf(TupleTableSlot* row, AttrNumber number, Oid output) {
  bool is_null;
  const Datum value = slot_getattr(row, number, &is_null);
  return is_null ? pstrdup("") : OidOutputFunctionCall(output, value);
}

void KeepLastKey(const ChunkReading* reading, TupleTableSlot* row) {
  const ChunkPlan* plan = reading->plan;
  MemoryContext old = MemoryContextSwitchTo(reading->process->loop_context);
  for (int i = 0; i < plan->key_count; i++) {
    if (reading->chunk->last_key[i] != nullptr) pfree(reading->chunk->last_key[i]);
    reading->chunk->last_key[i] = TextOf(row, plan->key[i].number, plan->key[i].output);
  }
  MemoryContextSwitchTo(old);
}

void KeepRow(const ChunkReading* reading, TupleTableSlot* row) {
  IncrementalProcess* process = reading->process;
  const ChunkPlan* plan = reading->plan;
  StringInfoData key;
  initStringInfo(&key);
  for (int i = 0; i < plan->watch_count; i++) {
    AppendKeyText(&key, TextOf(row, plan->watch[i], plan->watch_output[i]));
  }
  resetStringInfo(&process->events);
  process->event_count = 0;
  process->api->write_incremental_row(process->encoder, reading->relation, row,
                                      reading->chunk->snapshot.lsn);
  MemoryContext old = MemoryContextSwitchTo(process->loop_context);
  StringInfo message = makeStringInfo();
  appendStringInfoChar(message, static_cast<char>(FromProcess::kRow));
  PutMessageBytes(message, key.data, static_cast<uint32>(key.len));
  const uint32 count = pg_hton32(process->event_count);
  appendBinaryStringInfo(message, reinterpret_cast<const char*>(&count), sizeof(count));
  appendBinaryStringInfo(message, process->events.data, process->events.len);
  reading->chunk->rows = lappend(reading->chunk->rows, message);
  reading->chunk->row_count++;
  reading->chunk->bytes += static_cast<uint64>(message->len);
  MemoryContextSwitchTo(old);
}

bool TakeRow(void* self, TupleTableSlot* row) {
  auto* reading = static_cast<ChunkReading*>(self);
  IncrementalProcess* process = reading->process;
  MemoryContext old = MemoryContextSwitchTo(reading->row_context);
  KeepLastKey(reading, row);
  reading->chunk->read_count++;
  if (process->api->takes_row(process->encoder, reading->relation, row)) KeepRow(reading, row);
  MemoryContextSwitchTo(old);
  MemoryContextReset(reading->row_context);
  return reading->chunk->bytes < kChunkBytes;
}

// In the process's own memory: the transaction ends before it is sent.
void CopySnapshot(const IncrementalProcess* process, Snapshot from, ChunkSnapshot* to) {
  to->xmin = from->xmin;
  to->xmax = from->xmax;
  to->count = from->xcnt;
  auto* running = static_cast<TransactionId*>(
      MemoryContextAlloc(process->loop_context, sizeof(TransactionId) * (from->xcnt + 1)));
  // A snapshot without running transactions may have no list.
  if (from->xcnt > 0) memcpy(running, from->xip, sizeof(TransactionId) * from->xcnt);
  to->running = running;
}

void ReadRows(IncrementalProcess* process, const IncrementalTask* task, const ChunkPlan* plan,
              Relation relation, Chunk* chunk) {
  const int64 limit = process->greeting.chunk_rows;
  const PenstockStatement statement = {ChunkStatement(plan, task, limit), process->greeting.owner,
                                       kPlainPath,
                                       psprintf("incremental snapshot of table %s", task->table)};
  ChunkReading reading = {process, plan, chunk, relation, nullptr};
  reading.row_context =
      AllocSetContextCreate(CurrentMemoryContext, "penstock chunk row", ALLOCSET_DEFAULT_SIZES);
  chunk->last_key = static_cast<char**>(
      MemoryContextAllocZero(process->loop_context, sizeof(char*) * (plan->key_count + 1)));
  penstock_read_statement(&statement, relation, TakeRow, &reading);
  chunk->last = chunk->read_count < limit && chunk->bytes < kChunkBytes;
}

}  // namespace

Relation OpenForChunk(IncrementalProcess* process, Oid relid) {
  if (get_rel_name(relid) == nullptr) return nullptr;
  Relation relation = try_table_open(relid, AccessShareLock);
  if (relation == nullptr) return nullptr;
  const char kind = relation->rd_rel->relkind;
  if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE) {
    table_close(relation, AccessShareLock);
    return nullptr;
  }
  if (kind == RELKIND_PARTITIONED_TABLE ||
      (relation->rd_rel->relhassubclass && process->api->takes_heirs(process->encoder))) {
    (void)find_all_inheritors(relid, AccessShareLock, nullptr);
  }
  return relation;
}

CannotRead PlanChunk(IncrementalProcess* process, Relation relation, const IncrementalTask* task,
                     ChunkPlan* plan) {
  if (!process->api->captures(process->encoder, relation)) {
    return {"SKIPPED", "the sink does not capture it any more"};
  }
  if (task->condition != nullptr) {
    const char* condition =
        pg_server_to_any(task->condition, static_cast<int>(strlen(task->condition)), PG_UTF8);
    process->api->check_condition(relation, condition);
  }
  plan->relation = RelationGetRelid(relation);
  const bool whole = relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE ||
                     process->api->takes_heirs(process->encoder);
  plan->from =
      psprintf("%s%s", whole ? "" : "ONLY ",
               quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)),
                                          RelationGetRelationName(relation)));
  if (!FindKey(relation, task->surrogate_key, plan)) {
    return {"NO_PRIMARY_KEY",
            task->surrogate_key == nullptr
                ? "it has neither a primary key nor another unique key without nulls"
                : "the surrogate key is not a column with a unique index and without nulls"};
  }
  FillWatch(relation, plan);
  return {nullptr, nullptr};
}

bool SamePlan(const ChunkPlan* a, const ChunkPlan* b) {
  if (strcmp(a->from, b->from) != 0 || a->key_count != b->key_count ||
      a->watch_count != b->watch_count) {
    return false;
  }
  for (int i = 0; i < a->key_count; i++) {
    if (strcmp(a->key[i].name, b->key[i].name) != 0) return false;
    if (strcmp(a->key[i].type, b->key[i].type) != 0) return false;
  }
  for (int i = 0; i < a->watch_count; i++) {
    if (strcmp(a->watch_names[i], b->watch_names[i]) != 0) return false;
  }
  return true;
}

char** ReadMaxKey(IncrementalProcess* process, const ChunkPlan* plan, const IncrementalTask* task) {
  StringInfoData sql;
  char** texts = nullptr;
  initStringInfo(&sql);
  appendStringInfoString(&sql, "SELECT ");
  for (int i = 0; i < plan->key_count; i++) {
    appendStringInfo(&sql, "%s%s", i == 0 ? "" : ", ", plan->key[i].quoted);
  }
  appendStringInfo(&sql, " FROM %s AS t", plan->from);
  AppendCondition(&sql, task);
  AppendOrder(&sql, plan, true);
  appendStringInfoString(&sql, " LIMIT 1");
  const PenstockOwnerPhase phase = penstock_become_owner(process->greeting.owner, kPlainPath);
  PushActiveSnapshot(GetTransactionSnapshot());
  SPI_connect();
  if (SPI_execute(sql.data, true, 1) != SPI_OK_SELECT) elog(ERROR, "could not read a table's key");
  penstock_become_worker(&phase);
  if (SPI_processed == 1) {
    MemoryContext spi = MemoryContextSwitchTo(process->loop_context);
    texts = static_cast<char**>(palloc(sizeof(char*) * (plan->key_count + 1)));
    for (int i = 0; i < plan->key_count; i++) {
      texts[i] = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1);
    }
    MemoryContextSwitchTo(spi);
  }
  SPI_finish();
  PopActiveSnapshot();
  return texts;
}

// A commit is in the WAL, and may be decoded, before new snapshots show it: it is marked in pg_xact
// within a short critical section, which checkpoints wait for too, and leaves the list of running
// transactions later, with a synchronous standby much later.
void WaitUntilDecodedIsVisible(const IncrementalProcess* process) {
  int count;
  VirtualTransactionId* delaying = GetVirtualXIDsDelayingChkpt(&count, DELAY_CHKPT_START);
  while (count > 0 && HaveVirtualXIDsDelayingChkpt(delaying, count, DELAY_CHKPT_START)) {
    CHECK_FOR_INTERRUPTS();
    pg_usleep(kCriticalSectionUs);
  }
  StartTransactionCommand();
  Snapshot snapshot = GetTransactionSnapshot();
  const uint32 running_count = snapshot->xcnt;
  auto* committed = static_cast<TransactionId*>(
      MemoryContextAlloc(process->loop_context, sizeof(TransactionId) * (running_count + 1)));
  uint32 committed_count = 0;
  for (uint32 i = 0; i < running_count; i++) {
    if (TransactionIdDidCommit(snapshot->xip[i])) committed[committed_count++] = snapshot->xip[i];
  }
  // No snapshot is held while waiting.
  CommitTransactionCommand();
  if (committed_count == 0) return;
  StartTransactionCommand();
  for (uint32 i = 0; i < committed_count; i++) {
    XactLockTableWait(committed[i], nullptr, nullptr, XLTW_None);
  }
  CommitTransactionCommand();
}

bool ReadChunk(IncrementalProcess* process, const IncrementalTask* task, const ChunkPlan* plan,
               Chunk* chunk) {
  ChunkPlan now;
  SetCurrentStatementStartTimestamp();
  StartTransactionCommand();
  XactIsoLevel = XACT_REPEATABLE_READ;
  XactReadOnly = true;
  Relation relation = OpenForChunk(process, plan->relation);
  const bool same = relation != nullptr &&
                    PlanChunk(process, relation, task, &now).reason == nullptr &&
                    SamePlan(plan, &now);
  if (same) {
    PushActiveSnapshot(GetTransactionSnapshot());
    CopySnapshot(process, GetActiveSnapshot(), &chunk->snapshot);
    // A place in the WAL behind all that the snapshot shows; flushed, so that it is decoded soon.
    chunk->snapshot.lsn = LogStandbySnapshot();
    XLogFlush(chunk->snapshot.lsn);
    FailpointWait("incremental");
    ReadRows(process, task, plan, relation, chunk);
    PopActiveSnapshot();
  }
  if (relation != nullptr) table_close(relation, NoLock);
  CommitTransactionCommand();
  MemoryContextSwitchTo(process->loop_context);
  return same;
}

}  // namespace penstock::pg
