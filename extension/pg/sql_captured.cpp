// sql_captured.cpp: see sql_captured.h.
#include "sql_captured.h"

#include "filter_name.h"
#include "output_plugin/event/table_filter.h"
#include "output_plugin/rendezvous.h"

extern "C" {
#include "access/relation.h"
#include "catalog/pg_class.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace penstock::pg {

namespace {

// The encoder wants a writer, though nothing is written here.
void IgnoreBegin(void*, uint32_t) {}
void IgnoreEvent(void*, const PenstockEvent*) {}
void IgnoreLack(void*, uint32_t) {}
void IgnoreCommit(void*, uint64_t, int64_t) {}

PenstockEventWriter MakeNoWriter() {
  PenstockEventWriter writer = {};
  writer.abi = {PENSTOCK_ABI_MAGIC, PENSTOCK_ABI_NUMBER, sizeof(PenstockEventWriter),
                PENSTOCK_BUILD_ID};
  writer.begin = IgnoreBegin;
  writer.write = IgnoreEvent;
  writer.lacking = IgnoreLack;
  writer.commit = IgnoreCommit;
  return writer;
}

const PenstockEventWriter kNoWriter = MakeNoWriter();

const PenstockOutputApi* LoadPlugin() {
  void** variable = find_rendezvous_variable(PENSTOCK_API_VARIABLE);
  // Preloaded as a rule; a server without preload can still check a configuration.
  if (*variable == nullptr) load_file("penstock_output", false);
  const auto* api = static_cast<const PenstockOutputApi*>(*variable);
  const char* mismatch =
      api == nullptr ? "it does not offer its functions"
                     : PenstockAbiMismatch(&api->abi, sizeof(PenstockOutputApi), PENSTOCK_BUILD_ID);
  if (mismatch != nullptr) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("penstock_output does not fit penstock: %s", mismatch),
                    errhint("Install both from the same package, then restart the server.")));
  }
  return api;
}

List* PluginOptions(const SinkConfig* config) {
  List* options = NIL;
  for (size_t i = 0; i < config->event.size(); i++) {
    char* name = pstrdup(config->event[i].first.c_str());
    char* value = pstrdup(config->event[i].second.c_str());
    options = lappend(options, makeDefElem(name, reinterpret_cast<Node*>(makeString(value)), -1));
  }
  return options;
}

const event::EventOptions* EventOptionsOf(const SinkConfig* config) {
  auto* options = MakeInContext<event::EventOptions>();
  RunCxx([=]() -> Status {
    Result<event::EventOptions> parsed = event::ParseEventOptions(config->event);
    if (!parsed.ok()) return parsed.status();
    *options = std::move(parsed.value());
    return {};
  });
  return options;
}

const char* NameColumn(uint64 row, int column) {
  return FilterName(SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column));
}

bool BoolColumn(uint64 row, int column) {
  bool is_null;
  return DatumGetBool(
      SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &is_null));
}

bool TakesRow(const event::EventOptions* options, uint64 row) {
  bool takes = false;
  const char* schema = NameColumn(row, 2);
  const char* table = NameColumn(row, 3);
  const bool is_partitioned = BoolColumn(row, 4);
  const bool is_partition = BoolColumn(row, 5);
  RunCxx([&] {
    takes = event::HasOwnEvents(*options, is_partitioned, is_partition, false) &&
            event::CapturesTable(*options, schema, table);
  });
  return takes;
}

// OIDs of the tables that the filters take by name, copied out of SPI. Other tables are not even
// opened: somebody may hold a lock on them for long.
List* NamedTables(const event::EventOptions* options) {
  const MemoryContext caller = CurrentMemoryContext;
  List* tables = NIL;
  SPI_connect();
  ExecuteSql(
      "SELECT c.oid, n.nspname, c.relname, c.relkind OPERATOR(pg_catalog.=) 'p', c.relispartition"
      " FROM pg_catalog.pg_class AS c"
      " JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace"
      " WHERE c.relkind IN ('r', 'p') AND c.relpersistence OPERATOR(pg_catalog.=) 'p'"
      " AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'penstock')"
      " AND n.nspname OPERATOR(pg_catalog.!~~) 'pg\\_%'"
      " ORDER BY n.nspname, c.relname",
      nullptr, true, SPI_OK_SELECT);
  for (uint64 i = 0; i < SPI_processed; i++) {
    bool is_null;
    if (!TakesRow(options, i)) continue;
    const Datum oid = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null);
    const MemoryContext spi = MemoryContextSwitchTo(caller);
    tables = lappend_oid(tables, DatumGetObjectId(oid));
    MemoryContextSwitchTo(spi);
  }
  SPI_finish();
  return tables;
}

}  // namespace

List* CapturedTables(const SinkConfig* config) {
  const PenstockOutputApi* api = LoadPlugin();
  void* encoder = api->encoder_create(PluginOptions(config), &kNoWriter);
  List* captured = NIL;
  ListCell* cell;
  foreach (cell, NamedTables(EventOptionsOf(config))) {
    Relation relation = try_relation_open(lfirst_oid(cell), AccessShareLock);
    if (relation == nullptr) continue;  // dropped meanwhile
    const bool taken = api->captures(encoder, relation);
    // A table that is not captured must not stay locked.
    relation_close(relation, taken ? NoLock : AccessShareLock);
    if (taken) captured = lappend_oid(captured, lfirst_oid(cell));
  }
  return captured;
}

void RequireCondition(Oid relid, const char* condition) {
  Relation relation = relation_open(relid, AccessShareLock);
  LoadPlugin()->check_condition(
      relation, pg_server_to_any(condition, static_cast<int>(strlen(condition)), PG_UTF8));
  relation_close(relation, NoLock);
}

void RequireFilteredTables(const SinkConfig* config, const List* tables) {
  const event::EventOptions* options = EventOptionsOf(config);
  for (size_t i = 0; i < options->row_filters.size(); i++) {
    const char* wanted = options->row_filters[i].first.c_str();
    bool found = false;
    ListCell* cell;
    foreach (cell, tables) {
      const char* name = psprintf("%s.%s", get_namespace_name(get_rel_namespace(lfirst_oid(cell))),
                                  get_rel_name(lfirst_oid(cell)));
      found = found || strcmp(FilterName(name), wanted) == 0;
    }
    if (found) continue;
    ereport(ERROR,
            (errcode(ERRCODE_UNDEFINED_TABLE),
             errmsg("option \"row.filter\" names table \"%s\", which the sink does not capture",
                    pg_any_to_server(wanted, static_cast<int>(strlen(wanted)), PG_UTF8)),
             errhint("Write schema.table as the tables are named; for a table to come, add the "
                     "condition with penstock.alter_sink once it is there.")));
  }
}

}  // namespace penstock::pg
