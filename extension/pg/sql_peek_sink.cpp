// sql_peek_sink.cpp: sink_tables and peek_sink: what a sink captures, and what comes next.
#include "../core/name_list.h"
#include "guc.h"
#include "output_plugin/rendezvous.h"
#include "sql_captured.h"
#include "sql_rights.h"

extern "C" {
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(penstock_sink_tables);
PG_FUNCTION_INFO_V1(penstock_peek_sink);
}

namespace penstock::pg {

namespace {

// The options of a stored sink. An option that a newer release refuses is an ERROR here.
SinkConfig* ReadStoredConfig(const SinkRow* row) {
  auto* config = MakeInContext<SinkConfig>();
  RunCxx([=]() -> Status {
    OptionMap options;
    if (Status s = ReadOptionObject(row->options, &options, nullptr); !s.ok()) return s;
    Result<SinkConfig> split = SplitSinkConfig(row->connector, options);
    if (!split.ok()) return split.status();
    *config = std::move(split.value());
    return {};
  });
  return config;
}

const char* IdentityName(char identity) {
  switch (identity) {
    case REPLICA_IDENTITY_FULL:
      return "full";
    case REPLICA_IDENTITY_NOTHING:
      return "nothing";
    case REPLICA_IDENTITY_INDEX:
      return "index";
    default:
      return "default";
  }
}

void PutTable(ReturnSetInfo* result, Oid relid) {
  Relation relation = table_open(relid, AccessShareLock);
  const char identity = relation->rd_rel->relreplident;
  const bool keyed =
      identity == REPLICA_IDENTITY_FULL || OidIsValid(RelationGetReplicaIndex(relation));
  Datum values[3] = {ObjectIdGetDatum(relid), CStringGetTextDatum(IdentityName(identity)),
                     BoolGetDatum(keyed)};
  bool nulls[3] = {false, false, false};
  tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
  table_close(relation, NoLock);
}

// The plugin's options as pg_logical_slot_peek_changes takes them, one record per line.
// The owner goes along: tables that exist no more are judged by the rights of their time.
ArrayType* PluginOptionArray(const SinkConfig* config, Oid owner) {
  const int count = static_cast<int>(config->event_as_text.size());
  auto* items = static_cast<Datum*>(palloc(sizeof(Datum) * (2 * count + 4)));
  int used = 0;
  for (int i = 0; i < count; i++) {
    if (strcmp(config->event_as_text[i].first.c_str(), "output") == 0) continue;
    items[used++] = CStringGetTextDatum(config->event_as_text[i].first.c_str());
    items[used++] = CStringGetTextDatum(config->event_as_text[i].second.c_str());
  }
  items[used++] = CStringGetTextDatum("output");
  items[used++] = CStringGetTextDatum("record");
  items[used++] = CStringGetTextDatum(PENSTOCK_OWNER_OPTION);
  items[used++] = CStringGetTextDatum(psprintf("%u", owner));
  return construct_array(items, used, TEXTOID, -1, false, TYPALIGN_INT);
}

// With penstock.allow_self this backend, too, adds the plugin for itself, until the function ends.
int AllowPlugin() {
  const int nest_level = NewGUCNestLevel();
  const char* list = GetConfigOption("output_plugin_libraries", true, false);
  if (list == nullptr) return nest_level;
  bool listed = false;
  RunCxx([&listed, list] { listed = ListNames(list, "penstock_output"); });
  if (!listed && penstock_allow_self) {
    const char* longer = psprintf("%s%spenstock_output", list, list[0] == '\0' ? "" : ", ");
    (void)set_config_option("output_plugin_libraries", longer, PGC_SUSET, PGC_S_SESSION,
                            GUC_ACTION_SAVE, true, 0, false);
  }
  return nest_level;
}

void CopySlot(const char* from, const char* to) {
  SqlArguments arguments = {};
  AddArgument(&arguments, TEXTOID, CStringGetTextDatum(to));
  AddArgument(&arguments, TEXTOID, CStringGetTextDatum(from));
  // Left by an earlier call that failed inside a subtransaction of this session.
  ExecuteSql(
      "SELECT pg_catalog.pg_drop_replication_slot(slot_name)"
      " FROM pg_catalog.pg_replication_slots"
      " WHERE slot_name OPERATOR(pg_catalog.=) $1::pg_catalog.name AND $2 IS NOT NULL",
      &arguments, false, SPI_OK_SELECT);
  ExecuteSql(
      "SELECT pg_catalog.pg_copy_logical_replication_slot($2::pg_catalog.name,"
      " $1::pg_catalog.name, true)",
      &arguments, false, SPI_OK_SELECT);
}

void DropSlot(const char* name) {
  SqlArguments arguments = {};
  AddArgument(&arguments, TEXTOID, CStringGetTextDatum(name));
  ExecuteSql("SELECT pg_catalog.pg_drop_replication_slot($1::pg_catalog.name)", &arguments, false,
             SPI_OK_SELECT);
}

// The five columns are the function's. The text of key and value stays as it is in the record.
void ReadChanges(ReturnSetInfo* result, const char* slot, int32 limit, ArrayType* options) {
  SqlArguments arguments = {};
  AddArgument(&arguments, TEXTOID, CStringGetTextDatum(slot));
  AddArgument(&arguments, INT4OID, Int32GetDatum(limit));
  AddArgument(&arguments, TEXTARRAYOID, PointerGetDatum(options));
  ExecuteSql(
      "SELECT d.line OPERATOR(pg_catalog.->>) 'topic',"
      " CASE WHEN pg_catalog.json_typeof(d.line OPERATOR(pg_catalog.->) 'key')"
      "   OPERATOR(pg_catalog.<>) 'null' THEN (d.line OPERATOR(pg_catalog.->) 'key')::text END,"
      " CASE WHEN pg_catalog.json_typeof(d.line OPERATOR(pg_catalog.->) 'value')"
      "   OPERATOR(pg_catalog.<>) 'null' THEN (d.line OPERATOR(pg_catalog.->) 'value')::text END,"
      " (d.line OPERATOR(pg_catalog.->) 'headers')::pg_catalog.jsonb, d.lsn"
      " FROM (SELECT c.lsn, c.data::pg_catalog.json AS line FROM"
      " pg_catalog.pg_logical_slot_peek_changes($1::pg_catalog.name, NULL, $2, VARIADIC $3) AS c"
      " LIMIT $2) AS d",
      &arguments, false, SPI_OK_SELECT);
  for (uint64 i = 0; i < SPI_processed; i++) {
    Datum values[5];
    bool nulls[5];
    heap_deform_tuple(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, values, nulls);
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
  }
}

void PeekSink(FunctionCallInfo fcinfo) {
  ReturnSetInfo* result = BeginResultSet(fcinfo);
  const int32 limit = PG_GETARG_INT32(1);
  if (limit <= 0) {
    ereport(ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("limit must be greater than zero")));
  }
  RequireServerReady();
  SinkRow row;
  LoadOwnSink(PG_GETARG_NAME(0), RowLock::kNone, &row);
  if (TransactionIdIsValid(GetTopTransactionIdIfAny())) {
    ereport(ERROR, (errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
                    errmsg("cannot peek a sink in a transaction that has written")));
  }
  if (SearchNamedReplicationSlot(NameStr(row.slot_name), true) == nullptr) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("sink \"%s\" has no replication slot", NameStr(row.name)),
                    errhint("The slot is made after create_sink commits; penstock.sinks shows the "
                            "state of the sink.")));
  }
  RequirePluginAllowed();
  const SinkConfig* config = ReadStoredConfig(&row);
  // The worker checks the owner's rights table by table; here they are checked once.
  RequireReadableTables(CapturedTables(config), row.owner, false, false);
  const char* slot = psprintf("penstock_peek_%d", MyProcPid);
  SPI_connect();
  const SavedUser saved = EnterExtensionOwner();
  const int nest_level = AllowPlugin();
  CopySlot(NameStr(row.slot_name), slot);
  ReadChanges(result, slot, limit, PluginOptionArray(config, row.owner));
  DropSlot(slot);
  AtEOXact_GUC(true, nest_level);
  LeaveExtensionOwner(saved);
  SPI_finish();
}

}  // namespace

}  // namespace penstock::pg

extern "C" {

PGDLLEXPORT Datum penstock_sink_tables(PG_FUNCTION_ARGS) {
  ReturnSetInfo* result = penstock::pg::BeginResultSet(fcinfo);
  penstock::pg::SinkRow row;
  penstock::pg::LoadOwnSink(PG_GETARG_NAME(0), penstock::pg::RowLock::kNone, &row);
  ListCell* cell;
  foreach (cell, penstock::pg::CapturedTables(penstock::pg::ReadStoredConfig(&row))) {
    penstock::pg::PutTable(result, lfirst_oid(cell));
  }
  return (Datum)0;
}

PGDLLEXPORT Datum penstock_peek_sink(PG_FUNCTION_ARGS) {
  penstock::pg::PeekSink(fcinfo);
  return (Datum)0;
}

}  // extern "C"
