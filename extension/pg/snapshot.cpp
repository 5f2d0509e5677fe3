// snapshot.cpp: reads the rows that existed at the slot's consistent point, in a REPEATABLE READ
// transaction that has the slot's snapshot, and hands them to the output plugin's encoder.
//
// A rewriting ALTER, TRUNCATE or CLUSTER after that point would empty or double a table under an
// old snapshot without an error. So every table is locked in ACCESS SHARE mode until the end, and
// after locking its pg_class row is compared with the one the snapshot sees; a difference raises a
// serialization failure and the snapshot is taken again.
#include "pg_prelude.h"
#include "pg_guard.h"
// After the prelude.
extern "C" {
#include "access/table.h"
#include "access/tableam.h"
#include "access/tupconvert.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "partitioning/partdesc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}
#include "failpoint.h"
#include "filter_name.h"
#include "output_plugin/rendezvous.h"
#include "pg_compat.h"
#include "shared_state.h"
#include "snapshot_statement.h"
#include "worker.h"
#include "worker_notify.h"

namespace {

// A table as the snapshot sees it.
struct Seen {
  Oid oid;
  Oid filenode;
  char kind;
  int16 columns;
  bool is_partition;
  char* schema;
  char* table;
  char* name;  // schema.table
};

struct Table {
  Seen seen;
  int rank;
  Relation relation;
  List* parts;  // Relations that hold the rows: itself, or the leaves of a partitioned table
  TupleTableSlot* pending;
};

// A row is written when the next one is known: only then is it known to be the last of its table or
// of all.
struct Reader {
  PenstockWorker* worker;
  const PenstockOutputApi* api;
  void* encoder;
  XLogRecPtr lsn;
  uint32 xid;
  MemoryContext row_context;
  Relation relation;     // of the pending row; nullptr: none
  TupleTableSlot* slot;  // the pending row
  int table_index;
  bool first_in_table;
};

const char kTables[] =
    "SELECT c.oid, c.relfilenode, c.relkind, c.relnatts, c.relispartition, n.nspname, c.relname"
    " FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p'"
    "   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'penstock')";

const char kLeaves[] =
    "WITH RECURSIVE t(oid) AS ("
    "  SELECT inhrelid FROM pg_catalog.pg_inherits WHERE inhparent = $1"
    "  UNION ALL"
    "  SELECT i.inhrelid FROM pg_catalog.pg_inherits AS i JOIN t ON i.inhparent = t.oid)"
    " SELECT c.oid, c.relfilenode, c.relkind, c.relnatts, c.relispartition, n.nspname, c.relname"
    " FROM t JOIN pg_catalog.pg_class AS c USING (oid)"
    " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind = 'r'";

[[noreturn]] void RaiseChanged(const char* name) {
  ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                  errmsg("table \"%s\" was changed while the snapshot began", name),
                  errhint("The snapshot is taken again.")));
  pg_unreachable();
}

Seen ReadSeen(HeapTuple tuple, TupleDesc desc) {
  Seen seen = {};
  bool is_null;
  seen.oid = DatumGetObjectId(SPI_getbinval(tuple, desc, 1, &is_null));
  seen.filenode = DatumGetObjectId(SPI_getbinval(tuple, desc, 2, &is_null));
  seen.kind = DatumGetChar(SPI_getbinval(tuple, desc, 3, &is_null));
  seen.columns = DatumGetInt16(SPI_getbinval(tuple, desc, 4, &is_null));
  seen.is_partition = DatumGetBool(SPI_getbinval(tuple, desc, 5, &is_null));
  seen.schema = pstrdup(SPI_getvalue(tuple, desc, 6));
  seen.table = pstrdup(SPI_getvalue(tuple, desc, 7));
  seen.name = psprintf("%s.%s", seen.schema, seen.table);
  return seen;
}

// Runs a query under the active snapshot, the slot's. The result lives in the caller's context.
Seen* Query(const char* query, Oid argument, int* count) {
  MemoryContext context = CurrentMemoryContext;
  Oid types[1] = {OIDOID};
  Datum values[1] = {ObjectIdGetDatum(argument)};
  SPI_connect();
  int result = OidIsValid(argument)
                   ? SPI_execute_with_args(query, 1, types, values, nullptr, true, 0)
                   : SPI_execute(query, true, 0);
  if (result != SPI_OK_SELECT) elog(ERROR, "could not list tables");
  *count = static_cast<int>(SPI_processed);
  auto* seen = static_cast<Seen*>(MemoryContextAllocZero(context, (*count + 1) * sizeof(Seen)));
  for (int i = 0; i < *count; i++) {
    MemoryContext spi = MemoryContextSwitchTo(context);
    seen[i] = ReadSeen(SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
    MemoryContextSwitchTo(spi);
  }
  SPI_finish();
  return seen;
}

// Opens and locks a table until the end of the transaction, or says that it is another one now.
Relation OpenUnchanged(const Seen& seen) {
  Relation relation = try_table_open(seen.oid, AccessShareLock);
  if (relation == nullptr) RaiseChanged(seen.name);
  char* name = psprintf("%s.%s", get_namespace_name(RelationGetNamespace(relation)),
                        RelationGetRelationName(relation));
  if (relation->rd_rel->relfilenode != seen.filenode || strcmp(name, seen.name) != 0 ||
      relation->rd_rel->relnatts != seen.columns ||
      relation->rd_rel->relispartition != seen.is_partition) {
    RaiseChanged(seen.name);
  }
  pfree(name);
  return relation;
}

// The leaves in the order of their bounds, in which a query on the table reads them.
void AddLeaves(Relation parent, List** leaves) {
  PartitionDesc desc = RelationGetPartitionDesc(parent, false);
  for (int i = 0; i < desc->nparts; i++) {
    if (desc->is_leaf[i]) {
      if (get_rel_relkind(desc->oids[i]) == RELKIND_RELATION) {
        *leaves = lappend_oid(*leaves, desc->oids[i]);
      }
      continue;
    }
    Relation child = table_open(desc->oids[i], NoLock);  // locked with all inheritors
    AddLeaves(child, leaves);
    table_close(child, NoLock);
  }
}

const Seen* FindSeen(const Seen* seen, int count, Oid oid) {
  for (int i = 0; i < count; i++) {
    if (seen[i].oid == oid) return &seen[i];
  }
  return nullptr;
}

// The leaves of a partitioned table, the same now as under the snapshot.
List* OpenLeaves(const Table& table) {
  int seen_count;
  List* leaves = NIL;
  List* parts = NIL;
  Seen* seen = Query(kLeaves, table.seen.oid, &seen_count);
  (void)find_all_inheritors(table.seen.oid, AccessShareLock, nullptr);
  AddLeaves(table.relation, &leaves);
  if (list_length(leaves) != seen_count) RaiseChanged(table.seen.name);
  ListCell* cell;
  foreach (cell, leaves) {
    const Seen* leaf = FindSeen(seen, seen_count, lfirst_oid(cell));
    if (leaf == nullptr) RaiseChanged(table.seen.name);
    parts = lappend(parts, OpenUnchanged(*leaf));
  }
  return parts;
}

// A table and those that inherit from it, the same now as under the snapshot: what a query on it
// reads, in the same order.
List* OpenHeirs(const Table& table) {
  int seen_count;
  Seen* seen = Query(kLeaves, table.seen.oid, &seen_count);
  List* parts = list_make1(table.relation);
  ListCell* cell;
  foreach (cell, find_all_inheritors(table.seen.oid, AccessShareLock, nullptr)) {
    const Oid oid = lfirst_oid(cell);
    if (oid == table.seen.oid || get_rel_relkind(oid) != RELKIND_RELATION) continue;
    const Seen* heir = FindSeen(seen, seen_count, oid);
    if (heir == nullptr) RaiseChanged(table.seen.name);
    Relation relation = OpenUnchanged(*heir);
    if (RELATION_IS_OTHER_TEMP(relation)) {
      table_close(relation, NoLock);
    } else {
      parts = lappend(parts, relation);
    }
  }
  return parts;
}

List* OpenParts(const Reader& reader, const Table& table) {
  if (table.seen.kind == RELKIND_PARTITIONED_TABLE) return OpenLeaves(table);
  const bool inherited = table.relation->rd_rel->relhassubclass;
  return inherited && reader.api->takes_heirs(reader.encoder) ? OpenHeirs(table)
                                                              : list_make1(table.relation);
}

int CompareTables(const void* a, const void* b) {
  const auto* left = static_cast<const Table*>(a);
  const auto* right = static_cast<const Table*>(b);
  if (left->rank != right->rank) return left->rank < right->rank ? -1 : 1;
  return strcmp(left->seen.name, right->seen.name);
}

// By the name and kind under the snapshot: what is not captured there is not even locked, so that
// neither its locks nor its changes touch the snapshot.
bool MayCapture(const Reader& reader, const Seen& seen) {
  return penstock_takes_table(reader.worker, penstock::pg::FilterName(seen.schema),
                              penstock::pg::FilterName(seen.table),
                              seen.kind == RELKIND_PARTITIONED_TABLE, seen.is_partition);
}

// Every captured table, locked, in the order in which Debezium reads them.
Table* OpenTables(Reader* reader, int* count) {
  int seen_count;
  Seen* seen = Query(kTables, InvalidOid, &seen_count);
  auto* tables = static_cast<Table*>(palloc0((seen_count + 1) * sizeof(Table)));
  *count = 0;
  for (int i = 0; i < seen_count; i++) {
    CHECK_FOR_INTERRUPTS();
    int rank = penstock_snapshot_rank(reader->worker, seen[i].name);
    if (rank < 0 || !MayCapture(*reader, seen[i])) continue;
    Relation relation = OpenUnchanged(seen[i]);
    if (!reader->api->captures(reader->encoder, relation)) {
      table_close(relation, AccessShareLock);
      continue;
    }
    Table* table = &tables[(*count)++];
    table->seen = seen[i];
    table->rank = rank;
    table->relation = relation;
    table->pending = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsHeapTuple);
    table->parts = OpenParts(*reader, *table);
  }
  qsort(tables, *count, sizeof(Table), CompareTables);
  return tables;
}

PenstockSnapshotMarker Marker(const Reader& reader, bool last_in_table, bool last) {
  if (last) return PENSTOCK_SNAPSHOT_LAST;
  if (reader.first_in_table && reader.table_index == 0) return PENSTOCK_SNAPSHOT_FIRST;
  if (last_in_table) return PENSTOCK_SNAPSHOT_LAST_IN_TABLE;
  return reader.first_in_table ? PENSTOCK_SNAPSHOT_FIRST_IN_TABLE : PENSTOCK_SNAPSHOT_TRUE;
}

void WritePending(Reader* reader, bool last_in_table, bool last) {
  if (reader->relation == nullptr) return;
  PenstockSinkEntry* entry = reader->worker->entry;
  MemoryContext old = MemoryContextSwitchTo(reader->row_context);
  reader->api->write_snapshot_row(reader->encoder, reader->relation, reader->slot,
                                  Marker(*reader, last_in_table, last), reader->lsn, reader->xid);
  MemoryContextSwitchTo(old);
  MemoryContextReset(reader->row_context);
  uint64 rows = pg_atomic_read_u64(&entry->snapshot_row_count) + 1;
  pg_atomic_write_u64(&entry->snapshot_row_count, rows);
  if ((rows & 63) == 0) penstock_service_if_due(reader->worker);
}

// The row of a leaf in the shape of its root.
TupleTableSlot* Convert(TupleConversionMap* map, TupleTableSlot* slot, TupleTableSlot* root_slot) {
  return map == nullptr ? slot : execute_attr_map_slot(map->attrMap, slot, root_slot);
}

// A table being read.
struct TableReader {
  Reader* reader;
  const Table* table;
  int index;
  uint64 rows;
};

bool TakeRow(void* self, TupleTableSlot* row) {
  auto* state = static_cast<TableReader*>(self);
  Reader* reader = state->reader;
  const Table& table = *state->table;
  if (!reader->api->takes_row(reader->encoder, table.relation, row)) return true;
  WritePending(reader, state->rows == 0, false);
  ExecCopySlot(table.pending, row);
  reader->relation = table.relation;
  reader->slot = table.pending;
  reader->table_index = state->index;
  reader->first_in_table = state->rows == 0;
  state->rows++;
  return true;
}

void ReadPart(TableReader* state, Relation part) {
  const Table& table = *state->table;
  TupleConversionMap* map = nullptr;
  TupleTableSlot* slot = table_slot_create(part, nullptr);
  TupleTableSlot* root_slot = nullptr;
  if (part != table.relation) {
    map = convert_tuples_by_name(RelationGetDescr(part), RelationGetDescr(table.relation));
    root_slot = MakeSingleTupleTableSlot(RelationGetDescr(table.relation), &TTSOpsVirtual);
  }
  TableScanDesc scan = table_beginscan(part, GetActiveSnapshot(), 0, nullptr);
  while (table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
    CHECK_FOR_INTERRUPTS();
    (void)TakeRow(state, Convert(map, slot, root_slot));
  }
  table_endscan(scan);
  ExecDropSingleTupleTableSlot(slot);
  if (root_slot != nullptr) ExecDropSingleTupleTableSlot(root_slot);
}

// The names of the tables, for notifications.
const char* NamesOf(const Table* tables, int count) {
  StringInfoData names;
  initStringInfo(&names);
  for (int i = 0; i < count; i++) {
    appendStringInfo(&names, "%s%s", i == 0 ? "" : ",", tables[i].seen.name);
  }
  return names.data;
}

// Returns the number of rows.
uint64 ReadTable(Reader* reader, const Table& table, int table_index) {
  TableReader state = {reader, &table, table_index, 0};
  ListCell* cell;
  pgstat_report_activity(STATE_RUNNING, psprintf("snapshot of %s", table.seen.name));
  const char* statement = penstock_select_override(reader->worker, table.seen.name);
  if (statement != nullptr) {
    // Names are found as in a session of the owner's, and as Debezium's finds them.
    const PenstockStatement reading = {
        statement, reader->worker->row.owner, "\"$user\", public",
        psprintf("snapshot.select.statement.overrides of table %s", table.seen.name)};
    penstock_read_statement(&reading, table.relation, TakeRow, &state);
    return state.rows;
  }
  foreach (cell, table.parts) ReadPart(&state, static_cast<Relation>(lfirst(cell)));
  return state.rows;
}

}  // namespace

extern "C" {

void penstock_read_tables(PenstockWorker* worker, XLogRecPtr lsn) {
  int count;
  Reader reader = {};
  penstock::pg::FailpointWait("snapshot");
  PushActiveSnapshot(GetTransactionSnapshot());
  reader.worker = worker;
  reader.api =
      static_cast<const PenstockOutputApi*>(*find_rendezvous_variable(PENSTOCK_API_VARIABLE));
  reader.encoder =
      reader.api->encoder_create(penstock_event_options(worker), penstock_event_writer(worker));
  reader.lsn = lsn;
  reader.xid = GetActiveSnapshot()->xmax;
  reader.row_context =
      AllocSetContextCreate(CurrentMemoryContext, "penstock snapshot row", ALLOCSET_DEFAULT_SIZES);
  penstock_notify(worker, "STARTED", nullptr, nullptr, -1);
  Table* tables = OpenTables(&reader, &count);
  const char* names = NamesOf(tables, count);
  for (int i = 0; i < count; i++) {
    penstock_notify(worker, "IN_PROGRESS", tables[i].seen.name, names, -1);
    const uint64 rows = ReadTable(&reader, tables[i], i);
    penstock_notify(worker, "TABLE_SCAN_COMPLETED", tables[i].seen.name, names,
                    static_cast<int64>(rows));
  }
  WritePending(&reader, true, true);
  penstock_notify(worker, "COMPLETED", nullptr, nullptr, -1);
  // Locks stay until the end of the transaction.
  for (int i = 0; i < count; i++) {
    ListCell* cell;
    ExecDropSingleTupleTableSlot(tables[i].pending);
    foreach (cell, tables[i].parts) {
      if (lfirst(cell) != tables[i].relation)
        table_close(static_cast<Relation>(lfirst(cell)), NoLock);
    }
    table_close(tables[i].relation, NoLock);
  }
  PopActiveSnapshot();
}

}  // extern "C"
