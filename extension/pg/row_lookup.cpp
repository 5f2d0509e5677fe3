// row_lookup.cpp: see row_lookup.h.
//
// No SQL: the planner would evaluate index predicates, constraints and domain checks of whoever
// owns the table, and this process is a superuser's. An index scan and, where no index fits, a scan
// of the table call nothing but functions of the types: output, and for types that hold no domain
// input and equality. The caller acts as the table's owner all the same.
#include "row_lookup.h"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/skey.h"
#include "access/stratnum.h"
#include "access/tableam.h"
#include "catalog/pg_am.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "storage/bufmgr.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/typcache.h"
}
#include "pg_compat.h"

namespace penstock::pg {

namespace {

constexpr BlockNumber kManyBlocks = 1000;

// One column of the request as the table has it now.
struct Column {
  AttrNumber number;
  Oid collation;
  Oid output;
  const char* text;
  bool has_value;  // it can be compared by the type's equality, and looked up in an index
  TypeCacheEntry* cache;
  Datum value;
};

struct Wanted {
  int count;
  Column* columns;
  const RowJudge* judge;
};

void FindColumns(Relation relation, const PenstockRowRequest* request, Wanted* wanted) {
  TupleDesc desc = RelationGetDescr(relation);
  for (int i = 0; i < wanted->count; i++) {
    const AttrNumber number = request->columns[i];
    if (number < 1 || number > desc->natts || TupleDescAttr(desc, number - 1)->attisdropped) {
      ereport(ERROR,
              (errcode(ERRCODE_UNDEFINED_COLUMN),
               errmsg("a column of the key of table \"%s\" does not exist any more",
                      RelationGetRelationName(relation)),
               errdetail("A row must be read again by the key it had, because a large value that "
                         "did not change is not in the WAL."),
               errhint("Leave the table out of the sink, or create the sink anew.")));
    }
    wanted->columns[i].number = number;
    wanted->columns[i].text = request->values[i];
  }
}

// Whether the type's input function runs no code but its own. What can hold a value of a domain
// cannot promise that: its input evaluates the domain's constraints.
bool HasPlainInput(Oid type) {
  const Oid element = get_element_type(type);
  const char kind = get_typtype(OidIsValid(element) ? element : type);
  return kind == TYPTYPE_BASE || kind == TYPTYPE_ENUM;
}

void ReadValues(Relation relation, Wanted* wanted) {
  for (int i = 0; i < wanted->count; i++) {
    Column* column = &wanted->columns[i];
    Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(relation), column->number - 1);
    Oid input;
    Oid parameter;
    bool is_varlena;
    const Oid type = getBaseType(attribute->atttypid);
    column->collation = attribute->attcollation;
    getTypeOutputInfo(type, &column->output, &is_varlena);
    if (!HasPlainInput(type)) continue;
    column->cache = lookup_type_cache(type, TYPECACHE_EQ_OPR | TYPECACHE_EQ_OPR_FINFO);
    column->has_value = OidIsValid(column->cache->eq_opr);
    if (!column->has_value) continue;
    getTypeInputInfo(type, &input, &parameter);
    // Without type modifier: it may be a narrower one by now.
    column->value = OidInputFunctionCall(input, const_cast<char*>(column->text), parameter, -1);
  }
}

// Equal values with different texts (1.0 and 1.00) are different documents.
bool ColumnEquals(const Column* column, TupleTableSlot* slot) {
  bool is_null;
  const Datum value = slot_getattr(slot, column->number, &is_null);
  if (is_null) return false;
  if (column->has_value &&
      !DatumGetBool(FunctionCall2Coll(&column->cache->eq_opr_finfo, column->collation, value,
                                      column->value))) {
    return false;
  }
  char* text = OidOutputFunctionCall(column->output, value);
  const bool equal = strcmp(text, column->text) == 0;
  pfree(text);
  return equal;
}

bool Matches(Relation relation, const Wanted* wanted, TupleTableSlot* slot) {
  for (int i = 0; i < wanted->count; i++) {
    if (!ColumnEquals(&wanted->columns[i], slot)) return false;
  }
  return wanted->judge->takes(wanted->judge->self, relation, slot);
}

// The request's column that an index column can be asked for by equality.
const Column* ColumnOf(Relation index, int position, const Wanted* wanted) {
  const AttrNumber number = index->rd_index->indkey.values[position];
  for (int i = 0; i < wanted->count; i++) {
    const Column* column = &wanted->columns[i];
    if (column->number != number || !column->has_value) continue;
    const Oid type = index->rd_opcintype[position];
    const Oid equality =
        get_opfamily_member(index->rd_opfamily[position], type, type, BTEqualStrategyNumber);
    if (equality != column->cache->eq_opr) return nullptr;
    return index->rd_indcollation[position] == column->collation ? column : nullptr;
  }
  return nullptr;
}

bool MayUse(Relation index) {
  Form_pg_index form = index->rd_index;
  if (index->rd_rel->relam != BTREE_AM_OID || !form->indisvalid) return false;
  // Rows changed before it was made are not all in it for older snapshots.
  if (form->indcheckxmin &&
      !TransactionIdPrecedes(HeapTupleHeaderGetXmin(index->rd_indextuple->t_data),
                             TransactionXmin)) {
    return false;
  }
  return heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, nullptr);
}

// How many of the index's first columns are known; all of a unique index are worth more.
int WorthOf(Relation index, const Wanted* wanted, int* key_count) {
  int known = 0;
  *key_count = 0;
  if (!MayUse(index)) return 0;
  while (known < index->rd_index->indnkeyatts && ColumnOf(index, known, wanted) != nullptr) known++;
  *key_count = known;
  const bool unique = index->rd_index->indisunique && known == index->rd_index->indnkeyatts;
  return unique ? INDEX_MAX_KEYS + 1 : known;
}

// The index to look into, locked; invalid when only a scan of the table helps.
Oid ChooseIndex(Relation relation, const Wanted* wanted, int* key_count) {
  Oid best = InvalidOid;
  int best_worth = 0;
  ListCell* cell;
  List* indexes = RelationGetIndexList(relation);
  foreach (cell, indexes) {
    int count;
    Relation index = index_open(lfirst_oid(cell), AccessShareLock);
    const int worth = WorthOf(index, wanted, &count);
    index_close(index, NoLock);
    if (worth <= best_worth) continue;
    best = lfirst_oid(cell);
    best_worth = worth;
    *key_count = count;
  }
  list_free(indexes);
  return best;
}

bool SearchIndex(Relation relation, Oid index_oid, int key_count, const Wanted* wanted,
                 TupleTableSlot* slot) {
  ScanKeyData keys[INDEX_MAX_KEYS];
  bool found = false;
  Relation index = index_open(index_oid, NoLock);
  for (int i = 0; i < key_count; i++) {
    const Column* column = ColumnOf(index, i, wanted);
    ScanKeyInit(&keys[i], static_cast<AttrNumber>(i + 1), BTEqualStrategyNumber,
                get_opcode(column->cache->eq_opr), column->value);
    keys[i].sk_collation = index->rd_indcollation[i];
  }
  IndexScanDesc scan = IndexBeginScanCompat(relation, index, GetActiveSnapshot(), key_count);
  index_rescan(scan, keys, key_count, nullptr, 0);
  while (!found && index_getnext_slot(scan, ForwardScanDirection, slot)) {
    CHECK_FOR_INTERRUPTS();
    found = Matches(relation, wanted, slot);
  }
  index_endscan(scan);
  index_close(index, NoLock);
  return found;
}

// Once for a table, as long as its rows come in a run.
void WarnOfScan(Relation relation) {
  static Oid warned = InvalidOid;
  if (warned == RelationGetRelid(relation)) return;
  if (RelationGetNumberOfBlocks(relation) < kManyBlocks) return;
  warned = RelationGetRelid(relation);
  ereport(LOG, (errmsg("table \"%s\" is read whole to find one row of it",
                       RelationGetRelationName(relation)),
                errhint("Create an index on the columns that are the ids of its documents.")));
}

bool SearchTable(Relation relation, const Wanted* wanted, TupleTableSlot* slot) {
  bool found = false;
  WarnOfScan(relation);
  TableScanDesc scan = table_beginscan(relation, GetActiveSnapshot(), 0, nullptr);
  while (!found && table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
    CHECK_FOR_INTERRUPTS();
    found = Matches(relation, wanted, slot);
  }
  table_endscan(scan);
  return found;
}

}  // namespace

bool FindRow(Relation relation, const PenstockRowRequest* request, const RowJudge& judge,
             TupleTableSlot* slot) {
  Wanted wanted = {};
  int key_count = 0;
  wanted.judge = &judge;
  wanted.count = static_cast<int>(request->column_count);
  wanted.columns = static_cast<Column*>(palloc0((wanted.count + 1) * sizeof(Column)));
  FindColumns(relation, request, &wanted);
  ReadValues(relation, &wanted);
  const Oid index = ChooseIndex(relation, &wanted, &key_count);
  if (OidIsValid(index)) return SearchIndex(relation, index, key_count, &wanted, slot);
  return SearchTable(relation, &wanted, slot);
}

}  // namespace penstock::pg
