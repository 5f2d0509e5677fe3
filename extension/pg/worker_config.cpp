// worker_config.cpp: a sink's row and its options. Read in a transaction of its own, before the
// decoding context exists: the decoding process runs no SQL.
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pg_prelude.h"
#include "extension/core/connect_config.h"
#include "extension/core/sink_config.h"
#include "output_plugin/event/pattern.h"
#include "output_plugin/event/table_filter.h"
#include "pg_guard.h"
// After the prelude.
extern "C" {
#include "catalog/pg_authid.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "nodes/makefuncs.h"
#include "utils/acl.h"
#include "utils/syscache.h"
}
#include "failpoint.h"
#include "guc.h"
#include "pg_compat.h"
#include "shared_state.h"
#include "worker.h"
#include "worker_config.h"

namespace {

using penstock::Result;
using penstock::SinkConfig;
using penstock::Status;
using penstock::StatusCode;
using penstock::event::Pattern;
using penstock::event::PatternList;

const char kSelect[] =
    "SELECT owner, connector, slot_name, generation, snapshot_completed_at IS NOT NULL,"
    " coalesce(slot_start_lsn, '0/0'), coalesce(system_identifier, 0), name, paused OR dropping,"
    " (SELECT pg_catalog.array_agg(o.key ORDER BY o.key)"
    "    FROM pg_catalog.jsonb_each_text(options) AS o WHERE o.value IS NOT NULL),"
    " (SELECT pg_catalog.array_agg(o.value ORDER BY o.key)"
    "    FROM pg_catalog.jsonb_each_text(options) AS o WHERE o.value IS NOT NULL),"
    " EXISTS (SELECT FROM penstock.sink_snapshot AS t WHERE t.sink_id = sink.id)"
    " FROM penstock.sink WHERE id = $1 AND created_at = $2";

char* CopyText(const char* text) { return MemoryContextStrdup(TopMemoryContext, text); }

Datum Column(int number, bool* is_null) {
  return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, number, is_null);
}

Datum Value(int number) {
  bool is_null;
  return Column(number, &is_null);
}

char** TextArray(int number, int* count) {
  bool is_null;
  Datum* elements;
  Datum array = Column(number, &is_null);
  *count = 0;
  if (is_null) return nullptr;
  deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &elements, nullptr,
                    count);
  auto** texts = static_cast<char**>(MemoryContextAlloc(TopMemoryContext, *count * sizeof(char*)));
  for (int i = 0; i < *count; i++) texts[i] = CopyText(TextDatumGetCString(elements[i]));
  return texts;
}

void CopyRow(PenstockSinkRow* row) {
  int value_count;
  row->owner = DatumGetObjectId(Value(1));
  row->connector = CopyText(TextDatumGetCString(Value(2)));
  row->slot_name = CopyText(NameStr(*DatumGetName(Value(3))));
  row->generation = DatumGetUInt32(Value(4));
  row->snapshot_completed = DatumGetBool(Value(5));
  row->slot_start_lsn = DatumGetLSN(Value(6));
  row->system_identifier = static_cast<uint64>(DatumGetInt64(Value(7)));
  row->name = CopyText(NameStr(*DatumGetName(Value(8))));
  row->option_names = TextArray(10, &row->option_count);
  row->option_values = TextArray(11, &value_count);
  row->snapshot_requested = DatumGetBool(Value(12));
}

void ReadOwnerRights(PenstockSinkRow* row) {
  row->owner_is_superuser = superuser_arg(row->owner);
  row->owner_reads_files =
      row->owner_is_superuser || has_privs_of_role(row->owner, ROLE_PG_READ_SERVER_FILES);
  row->owner_writes_files =
      row->owner_is_superuser || has_privs_of_role(row->owner, ROLE_PG_WRITE_SERVER_FILES);
}

// The patterns of a list of regular expressions, each by itself, for the order of tables.
Result<std::vector<Pattern>> Patterns(const std::string& text) {
  std::vector<Pattern> patterns;
  for (const std::string& item : penstock::SplitList(text)) {
    Result<Pattern> pattern = Pattern::Compile(item, true);
    if (!pattern.ok()) return pattern.status();
    patterns.push_back(pattern.value());
  }
  return patterns;
}

Status MakeConfig(const PenstockSinkRow& row, PenstockConfig* config) {
  penstock::OptionMap options;
  for (int i = 0; i < row.option_count; i++) options[row.option_names[i]] = row.option_values[i];
  auto snapshot_list = options.find("snapshot.include.collection.list");
  Result<SinkConfig> split = penstock::SplitSinkConfig(row.connector, options);
  if (!split.ok()) return split.status();
  config->options = std::move(split.value());
  config->initial_only =
      config->options.source.snapshot_mode == penstock::SnapshotMode::kInitialOnly;
  auto event = penstock::event::ParseEventOptions(config->options.event);
  if (!event.ok()) return event.status();
  config->event = std::move(event.value());
  if (snapshot_list != options.end()) {
    auto list = PatternList::Parse(snapshot_list->first, snapshot_list->second);
    if (!list.ok()) return list.status();
    config->snapshot_tables = list.value();
  }
  auto tables = options.find("table.include.list");
  if (tables == options.end()) return {};
  auto order = Patterns(tables->second);
  if (!order.ok()) return order.status();
  config->table_order = std::move(order.value());
  return {};
}

}  // namespace

extern "C" {

void penstock_read_row(PenstockWorker* worker) {
  Oid types[2] = {INT4OID, TIMESTAMPTZOID};
  Datum values[2] = {Int32GetDatum(worker->entry->sink_id),
                     TimestampTzGetDatum(worker->entry->created_at)};
  SetCurrentStatementStartTimestamp();
  StartTransactionCommand();
  SPI_connect();
  PushActiveSnapshot(GetTransactionSnapshot());
  if (SPI_execute_with_args(kSelect, 2, types, values, nullptr, true, 1) != SPI_OK_SELECT) {
    elog(ERROR, "could not read penstock.sink");
  }
  bool unwanted = SPI_processed == 0 || DatumGetBool(Value(9));
  if (!unwanted) CopyRow(&worker->row);
  PopActiveSnapshot();
  SPI_finish();
  if (unwanted) {
    // Changed since the last scan; the next one tells the launcher.
    CommitTransactionCommand();
    penstock_request_scan(MyDatabaseId);
    proc_exit(0);
  }
  if (!SearchSysCacheExists1(AUTHOID, ObjectIdGetDatum(worker->row.owner))) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                    errmsg("the owner of sink \"%s\" does not exist", worker->row.name),
                    errhint("Drop the sink with penstock.drop_sink and create it again.")));
  }
  ReadOwnerRights(&worker->row);
  CommitTransactionCommand();
}

void penstock_make_config(PenstockWorker* worker) {
  penstock::pg::FailpointPg("worker");
  penstock::pg::RunCxx([worker]() -> Status {
    penstock::pg::FailpointCxx("worker");
    auto config = std::make_unique<PenstockConfig>();
    Status status = MakeConfig(worker->row, config.get());
    if (!status.ok()) return status;
    worker->config = config.release();
    return {};
  });
}

// The vector stays where it is: an ERROR of makeDefElem passes no destructor.
List* penstock_event_options(PenstockWorker* worker) {
  List* options = NIL;
  const auto* event = &worker->config->options.event;
  for (size_t i = 0; i < event->size(); i++) {
    options = lappend(
        options,
        makeDefElem(pstrdup((*event)[i].first.c_str()),
                    reinterpret_cast<Node*>(makeString(pstrdup((*event)[i].second.c_str()))), -1));
  }
  return options;
}

bool penstock_wants_snapshot(PenstockWorker* worker) {
  return worker->config->options.source.snapshot_mode != penstock::SnapshotMode::kNoData;
}

bool penstock_may_start_over(PenstockWorker* worker) {
  return worker->config->options.source.snapshot_mode == penstock::SnapshotMode::kWhenNeeded;
}

const char* penstock_select_override(PenstockWorker* worker, const char* schema_and_table) {
  const char* statement = nullptr;
  penstock::pg::RunCxx([&] {
    const auto& overrides = worker->config->options.source.select_overrides;
    const auto found = overrides.find(schema_and_table);
    if (found != overrides.end()) statement = found->second.c_str();
  });
  return statement;
}

bool penstock_wants_stream(PenstockWorker* worker) { return !worker->config->initial_only; }

int penstock_save_interval_ms(PenstockWorker* worker) {
  return static_cast<int>(
      Max(1000, Min(worker->config->options.source.status_update_interval_ms, 60000)));
}

bool penstock_takes_table(PenstockWorker* worker, const char* schema, const char* table,
                          bool is_partitioned, bool is_partition) {
  bool takes = false;
  penstock::pg::RunCxx([&] {
    takes =
        penstock::event::HasOwnEvents(worker->config->event, is_partitioned, is_partition, true) &&
        penstock::event::CapturesTable(worker->config->event, schema, table);
  });
  return takes;
}

int penstock_snapshot_rank(PenstockWorker* worker, const char* schema_and_table) {
  int rank = 0;
  penstock::pg::RunCxx([&] {
    const PenstockConfig& config = *worker->config;
    if (!config.snapshot_tables.empty() && !config.snapshot_tables.Matches(schema_and_table)) {
      rank = -1;
      return;
    }
    const std::vector<Pattern>& order = config.table_order;
    while (rank < static_cast<int>(order.size()) && !order[rank].Matches(schema_and_table)) rank++;
  });
  return rank;
}

}  // extern "C"
