// sql_snapshot_sink.cpp: snapshot_sink: asks for tables of a sink to be read again, as the signal
// execute-snapshot does. The worker's process follows after commit.
#include "sql_captured.h"
#include "sql_rights.h"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(penstock_snapshot_sink);
}

namespace penstock::pg {

namespace {

struct Request {
  OptionMap options;
  SinkConfig config;
  std::vector<std::string> tables;
};

const char kAdd[] =
    "INSERT INTO penstock.sink_snapshot (sink_id, signal_id, relation, table_name, condition)"
    " VALUES ($1, pg_catalog.gen_random_uuid()::pg_catalog.text, $2, $3, $4)";

void ReadConfig(const SinkRow* row, Request* request) {
  RunCxx([=]() -> Status {
    if (Status s = ReadOptionObject(row->options, &request->options, nullptr); !s.ok()) return s;
    Result<SinkConfig> config = SplitSinkConfig(row->connector, request->options);
    if (!config.ok()) return config.status();
    request->config = std::move(config.value());
    return {};
  });
}

// The captured table of this name, or an ERROR.
Oid FindTable(const List* captured, const char* wanted) {
  ListCell* cell;
  foreach (cell, captured) {
    const Oid relid = lfirst_oid(cell);
    const char* name =
        psprintf("%s.%s", get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid));
    if (strcmp(name, wanted) == 0) return relid;
  }
  ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
                  errmsg("the sink does not capture a table \"%s\"", wanted),
                  errhint("Write schema.table; penstock.sink_tables lists them.")));
  pg_unreachable();
}

void AddTable(const SinkRow* row, Oid relid, const char* name, const char* condition) {
  SqlArguments arguments = {};
  AddArgument(&arguments, INT4OID, Int32GetDatum(row->id));
  AddArgument(&arguments, OIDOID, ObjectIdGetDatum(relid));
  AddArgument(&arguments, TEXTOID, CStringGetTextDatum(name));
  AddArgument(&arguments, TEXTOID, condition == nullptr ? 0 : CStringGetTextDatum(condition),
              condition == nullptr);
  SPI_connect();
  const SavedUser saved = EnterExtensionOwner();
  ExecuteSql(kAdd, &arguments, false, SPI_OK_INSERT);
  LeaveExtensionOwner(saved);
  SPI_finish();
}

void SnapshotSink(FunctionCallInfo fcinfo) {
  if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) {
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                    errmsg("arguments \"name\" and \"tables\" must not be null")));
  }
  auto* request = MakeInContext<Request>();
  SinkRow row;
  RequireServerReady();
  LoadOwnSink(PG_GETARG_NAME(0), RowLock::kUpdate, &row);
  ReadTextArray(PG_GETARG_ARRAYTYPE_P(1), &request->tables);
  const char* condition = PG_ARGISNULL(2) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(2));
  ReadConfig(&row, request);
  if (row.dropping || request->config.source.snapshot_mode == SnapshotMode::kInitialOnly) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("sink \"%s\" does not stream", NameStr(row.name))));
  }
  const List* captured = CapturedTables(&request->config);
  List* wanted = NIL;
  for (size_t i = 0; i < request->tables.size(); i++) {
    const Oid relid = FindTable(captured, request->tables[i].c_str());
    if (condition != nullptr) RequireCondition(relid, condition);
    wanted = lappend_oid(wanted, relid);
  }
  RequireReadableTables(wanted, row.owner, false, false);
  for (size_t i = 0; i < request->tables.size(); i++) {
    AddTable(&row, list_nth_oid(wanted, static_cast<int>(i)), request->tables[i].c_str(),
             condition);
  }
  penstock_request_scan_at_commit();
}

}  // namespace

}  // namespace penstock::pg

extern "C" PGDLLEXPORT Datum penstock_snapshot_sink(PG_FUNCTION_ARGS) {
  penstock::pg::SnapshotSink(fcinfo);
  PG_RETURN_VOID();
}
