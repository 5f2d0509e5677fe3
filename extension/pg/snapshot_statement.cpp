// snapshot_statement.cpp: reads a table with a statement, under the snapshot of the transaction:
// snapshot.select.statement.overrides, and the chunks of incremental snapshots.
#include "pg_prelude.h"
#include "pg_guard.h"
// After the prelude.
extern "C" {
#include "catalog/pg_attribute.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}
#include "pg_compat.h"
#include "shared_state.h"
#include "snapshot_statement.h"
#include "worker.h"

namespace {

constexpr long kFetchRows = 100;

void AddWhat(void* argument) { errcontext("%s", static_cast<const char*>(argument)); }

Portal OpenStatement(const char* statement) {
  SPIPlanPtr plan = SPI_prepare(statement, 0, nullptr);
  if (plan == nullptr || !SPI_is_cursor_plan(plan)) {
    ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("the statement is not one SELECT")));
  }
  return SPI_cursor_open(nullptr, plan, nullptr, nullptr, true);
}

int FindResult(TupleDesc result, const char* name) {
  for (int i = 0; i < result->natts; i++) {
    if (strcmp(NameStr(TupleDescAttr(result, i)->attname), name) == 0) return i;
  }
  return -1;
}

void CheckNames(TupleDesc table, TupleDesc result) {
  for (int i = 0; i < result->natts; i++) {
    const char* name = NameStr(TupleDescAttr(result, i)->attname);
    bool known = false;
    for (int c = 0; c < table->natts; c++) {
      Form_pg_attribute column = TupleDescAttr(table, c);
      known = known || (!column->attisdropped && strcmp(NameStr(column->attname), name) == 0);
    }
    if (known) continue;
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                    errmsg("the statement returns column \"%s\", which the table lacks", name)));
  }
}

// The place of each column of the table in the result; -1: it has none.
int* MapColumns(TupleDesc table, TupleDesc result) {
  auto* places = static_cast<int*>(palloc(sizeof(int) * (table->natts + 1)));
  CheckNames(table, result);
  for (int i = 0; i < table->natts; i++) {
    Form_pg_attribute column = TupleDescAttr(table, i);
    places[i] = -1;
    if (column->attisdropped) continue;
    const char* name = NameStr(column->attname);
    places[i] = FindResult(result, name);
    if (places[i] < 0 && column->attgenerated == '\0') {
      ereport(ERROR,
              (errcode(ERRCODE_UNDEFINED_COLUMN),
               errmsg("the statement does not return column \"%s\"", name),
               errhint("Choose rows, not columns; column.exclude.list leaves columns out.")));
    }
    if (places[i] >= 0 && TupleDescAttr(result, places[i])->atttypid != column->atttypid) {
      ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                      errmsg("the statement returns column \"%s\" as %s", name,
                             format_type_be(TupleDescAttr(result, places[i])->atttypid)),
                      errhint("Cast it to %s.", format_type_be(column->atttypid))));
    }
  }
  return places;
}

void StoreRow(TupleTableSlot* slot, const int* places, HeapTuple tuple, TupleDesc result,
              Datum* values, bool* nulls) {
  TupleDesc table = slot->tts_tupleDescriptor;
  ExecClearTuple(slot);
  heap_deform_tuple(tuple, result, values, nulls);
  for (int i = 0; i < table->natts; i++) {
    slot->tts_isnull[i] = places[i] < 0 || nulls[places[i]];
    slot->tts_values[i] = slot->tts_isnull[i] ? static_cast<Datum>(0) : values[places[i]];
  }
  ExecStoreVirtualTuple(slot);
}

// Called and left in the owner's phase.
void ReadRows(Portal portal, const PenstockStatement* statement, PenstockOwnerPhase* phase,
              TupleTableSlot* slot, PenstockRowTaker take, void* self) {
  const int* places = MapColumns(slot->tts_tupleDescriptor, portal->tupDesc);
  auto* values = static_cast<Datum*>(palloc(sizeof(Datum) * (portal->tupDesc->natts + 1)));
  auto* nulls = static_cast<bool*>(palloc(portal->tupDesc->natts + 1));
  for (bool more = true; more;) {
    SPI_cursor_fetch(portal, true, kFetchRows);
    if (SPI_processed == 0) return;
    // Types, encoders and the destination are none of the owner's.
    penstock_become_worker(phase);
    for (uint64 i = 0; more && i < SPI_processed; i++) {
      CHECK_FOR_INTERRUPTS();
      StoreRow(slot, places, SPI_tuptable->vals[i], SPI_tuptable->tupdesc, values, nulls);
      more = take(self, slot);
    }
    ExecClearTuple(slot);
    SPI_freetuptable(SPI_tuptable);
    *phase = penstock_become_owner(statement->owner, statement->search_path);
  }
}

}  // namespace

// The owner wrote the statement, so it runs with the owner's rights and none of the worker's, and
// what it sets ends with its own phase: with a search_path of the owner's the worker would call the
// owner's functions and operators. An ERROR leaves both to the end of the transaction, before which
// the worker looks up nothing by name.
PenstockOwnerPhase penstock_become_owner(Oid owner, const char* search_path) {
  PenstockOwnerPhase phase;
  GetUserIdAndSecContext(&phase.user, &phase.context);
  phase.settings = NewGUCNestLevel();
  SetUserIdAndSecContext(
      owner, phase.context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
  (void)set_config_option("search_path", search_path, PGC_SUSET, PGC_S_SESSION, GUC_ACTION_SAVE,
                          true, 0, false);
  return phase;
}

void penstock_become_worker(const PenstockOwnerPhase* phase) {
  AtEOXact_GUC(false, phase->settings);
  SetUserIdAndSecContext(phase->user, phase->context);
}

void penstock_read_statement(const PenstockStatement* statement, Relation relation,
                             PenstockRowTaker take, void* self) {
  TupleTableSlot* slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsVirtual);
  ErrorContextCallback frame;
  frame.callback = AddWhat;
  frame.arg = const_cast<char*>(statement->what);
  frame.previous = error_context_stack;
  error_context_stack = &frame;
  PenstockOwnerPhase phase = penstock_become_owner(statement->owner, statement->search_path);
  SPI_connect();
  Portal portal = OpenStatement(statement->text);
  ReadRows(portal, statement, &phase, slot, take, self);
  SPI_cursor_close(portal);
  SPI_finish();
  penstock_become_worker(&phase);
  error_context_stack = frame.previous;
  ExecDropSingleTupleTableSlot(slot);
}
