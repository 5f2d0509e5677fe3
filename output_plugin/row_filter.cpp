// row_filter.cpp: evaluates conditions with PostgreSQL's executor, as pgoutput does.
#include "row_filter.h"

#include "logged_value.h"

extern "C" {
#include "access/htup_details.h"
#include "access/sysattr.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

#include "extension/pg/pg_compat.h"

namespace penstock::output {

struct RowFilter {
  EState *state;
  ExprState *expression;
  TupleTableSlot *slot;
  Bitmapset *columns;   // attribute numbers of the relation that the condition reads
  bool needs_snapshot;  // it calls a function in SQL that the planner did not inline
  const char *table;    // for messages
};

namespace {

bool RunsSql(Oid function, void *) {
  HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
  if (!HeapTupleIsValid(tuple)) return true;
  const Oid language = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple))->prolang;
  ReleaseSysCache(tuple);
  return language != INTERNALlanguageId && language != ClanguageId;
}

bool CallsSql(Node *node, void *context) {
  if (node == nullptr) return false;
  if (check_functions_in_node(node, RunsSql, context)) return true;
  return ExpressionTreeWalkerCompat(node, CallsSql, context);
}

struct Renumbering {
  Relation relation;
  Relation named;
};

// Gives columns of the root their numbers in the partition.
bool Renumber(Node *node, void *context) {
  if (node == nullptr) return false;
  if (IsA(node, Var)) {
    auto *column = reinterpret_cast<Var *>(node);
    const auto *between = static_cast<const Renumbering *>(context);
    TupleDesc desc = RelationGetDescr(between->named);
    const char *name = NameStr(TupleDescAttr(desc, column->varattno - 1)->attname);
    column->varattno = get_attnum(RelationGetRelid(between->relation), name);
    return false;
  }
  return ExpressionTreeWalkerCompat(node, Renumber, context);
}

Bitmapset *ColumnsOf(Node *condition) {
  Bitmapset *shifted = nullptr;
  Bitmapset *columns = nullptr;
  pull_varattnos(condition, 1, &shifted);
  int member = -1;
  while ((member = bms_next_member(shifted, member)) >= 0) {
    columns = bms_add_member(columns, member + FirstLowInvalidHeapAttributeNumber);
  }
  return columns;
}

bool Passes(const RowFilter &filter) {
  ExprContext *context = GetPerTupleExprContext(filter.state);
  ResetExprContext(context);
  context->ecxt_scantuple = filter.slot;
  if (filter.needs_snapshot) PushActiveSnapshot(GetTransactionSnapshot());
  bool is_null;
  const Datum result = ExecEvalExprSwitchContext(filter.expression, context, &is_null);
  const bool passes = !is_null && DatumGetBool(result);
  if (filter.needs_snapshot) PopActiveSnapshot();
  ExecClearTuple(filter.slot);
  return passes;
}

void Store(const RowFilter &filter, const Datum *values, const bool *nulls) {
  TupleTableSlot *slot = filter.slot;
  const auto count = static_cast<size_t>(slot->tts_tupleDescriptor->natts);
  ExecClearTuple(slot);
  memcpy(slot->tts_values, values, count * sizeof(Datum));
  memcpy(slot->tts_isnull, nulls, count * sizeof(bool));
  ExecStoreVirtualTuple(slot);
}

struct Values {
  Datum *values;
  bool *nulls;
};

Values Deform(const RowFilter &filter, HeapTuple tuple) {
  TupleDesc desc = filter.slot->tts_tupleDescriptor;
  Values row;
  row.values = static_cast<Datum *>(palloc(desc->natts * (sizeof(Datum) + sizeof(bool))));
  row.nulls = reinterpret_cast<bool *>(row.values + desc->natts);
  heap_deform_tuple(tuple, desc, row.values, row.nulls);
  return row;
}

bool IsMissing(const RowFilter &filter, const Values &row, int attnum) {
  return !row.nulls[attnum - 1] &&
         IsOutside(filter.slot->tts_tupleDescriptor, static_cast<AttrNumber>(attnum),
                   row.values[attnum - 1]);
}

// A large value that an update left alone is in the logged old row, if anywhere.
bool PassesLogged(const RowFilter &filter, const Values &row, const Values *old) {
  int attnum = -1;
  while ((attnum = bms_next_member(filter.columns, attnum)) >= 0) {
    if (!IsMissing(filter, row, attnum)) continue;
    if (old == nullptr || old->nulls[attnum - 1] || IsMissing(filter, *old, attnum)) {
      ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                      errmsg("the WAL does not hold a value that the row filter of table %s reads",
                             filter.table),
                      errhint("Use ALTER TABLE … REPLICA IDENTITY FULL.")));
    }
    row.values[attnum - 1] = old->values[attnum - 1];
  }
  Store(filter, row.values, row.nulls);
  return Passes(filter);
}

}  // namespace

RowFilter *MakeRowFilter(Node *condition, Relation relation, Relation named) {
  auto *filter = static_cast<RowFilter *>(palloc0(sizeof(RowFilter)));
  condition = static_cast<Node *>(copyObjectImpl(condition));
  if (relation != named) {
    Renumbering between = {relation, named};
    (void)Renumber(condition, &between);
  }
  filter->table = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(named)),
                                             RelationGetRelationName(named));
  filter->columns = ColumnsOf(condition);
  filter->state = CreateExecutorState();
  filter->expression = ExecPrepareExpr(reinterpret_cast<Expr *>(condition), filter->state);
  filter->needs_snapshot = CallsSql(reinterpret_cast<Node *>(filter->expression->expr), nullptr);
  TupleDesc desc = CreateTupleDescCopyConstr(RelationGetDescr(relation));
  filter->slot = MakeSingleTupleTableSlot(desc, &TTSOpsVirtual);
  return filter;
}

void RequireInOldRow(const RowFilter &filter, const RelationShape &shape) {
  for (int i = 0; i < shape.column_count; ++i) {
    const ColumnShape &column = shape.columns[i];
    if (column.in_identity || !bms_is_member(column.attnum, filter.columns)) continue;
    ereport(ERROR,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
             errmsg("the row filter of table %s reads column \"%s\", which old rows do not hold",
                    filter.table, column.name),
             errdetail("Without it nobody knows whether an updated or deleted row had passed."),
             errhint("Use ALTER TABLE %s REPLICA IDENTITY FULL, or leave updates and deletes out "
                     "with skipped.operations.",
                     filter.table)));
  }
}

bool PassesStored(const RowFilter &filter, const Datum *values, const bool *nulls) {
  Store(filter, values, nulls);
  return Passes(filter);
}

char FilterChange(const RowFilter &filter, char operation, HeapTuple old_tuple,
                  HeapTuple new_tuple) {
  Values old = {};
  bool had = false;
  if (old_tuple != nullptr) {
    old = Deform(filter, old_tuple);
    had = PassesLogged(filter, old, nullptr);
  }
  if (new_tuple == nullptr) {
    // Without its old row a delete is not known to anybody.
    return old_tuple == nullptr || had ? operation : '\0';
  }
  const Values now = Deform(filter, new_tuple);
  const bool has = PassesLogged(filter, now, old_tuple != nullptr ? &old : nullptr);
  // No old row: the columns of the identity, and so those of the filter, are as they were.
  if (old_tuple == nullptr) return has ? operation : '\0';
  if (has) return had ? operation : 'c';
  return had ? 'd' : '\0';
}

}  // namespace penstock::output
