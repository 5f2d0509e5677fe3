// sql_status.cpp: what can be read and waited for: statistics, options, wait_for_sink.
#include "output_plugin/event/event_options.h"
#include "sql_common.h"

#include "../sink/elasticsearch_options.h"
#include "../sink/file_options.h"
#include "../sink/kafka_options.h"

extern "C" {
#include "access/xlog_internal.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_type.h"
#include "utils/acl.h"
#include "utils/array.h"

PG_FUNCTION_INFO_V1(penstock_stat_get_sinks);
PG_FUNCTION_INFO_V1(penstock_stat_reset);
PG_FUNCTION_INFO_V1(penstock_wait_for_sink);
PG_FUNCTION_INFO_V1(penstock_get_options);
PG_FUNCTION_INFO_V1(penstock_mask_options);
}

namespace penstock::pg {

namespace {

// Collects the columns of one result row.
struct RowBuilder {
  Datum values[24];
  bool nulls[24];
  int count;
};

void Put(RowBuilder* row, Datum value) {
  row->values[row->count] = value;
  row->nulls[row->count++] = false;
}

void PutIf(RowBuilder* row, bool present, Datum value) {
  row->values[row->count] = present ? value : (Datum)0;
  row->nulls[row->count++] = !present;
}

void PutTime(RowBuilder* row, TimestampTz time) {
  PutIf(row, time != 0, TimestampTzGetDatum(time));
}

void PutLsn(RowBuilder* row, XLogRecPtr lsn) {
  PutIf(row, lsn != InvalidXLogRecPtr, LSNGetDatum(lsn));
}

void PutText(RowBuilder* row, const char* text) {
  const bool present = text != nullptr && text[0] != '\0';
  PutIf(row, present, present ? CStringGetTextDatum(text) : (Datum)0);
}

// Owners of the sinks of this database, by number.
struct SinkOwner {
  int32 id;
  Oid owner;
};

SinkOwner* LoadOwners(int* count) {
  const MemoryContext caller = CurrentMemoryContext;
  SPI_connect();
  const SavedUser saved = EnterExtensionOwner();
  ExecuteSql("SELECT id, owner FROM penstock.sink", nullptr, true, SPI_OK_SELECT);
  LeaveExtensionOwner(saved);
  *count = static_cast<int>(SPI_processed);
  auto* owners = static_cast<SinkOwner*>(
      MemoryContextAlloc(caller, sizeof(SinkOwner) * Max(SPI_processed, 1)));
  for (int i = 0; i < *count; i++) {
    bool is_null;
    HeapTuple tuple = SPI_tuptable->vals[i];
    owners[i].id = DatumGetInt32(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 1, &is_null));
    owners[i].owner = DatumGetObjectId(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 2, &is_null));
  }
  SPI_finish();
  return owners;
}

bool MaySee(const SinkOwner* owners, int count, int32 id) {
  if (has_privs_of_role(GetUserId(), ROLE_PG_MONITOR)) return true;
  for (int i = 0; i < count; i++) {
    if (owners[i].id == id) return has_privs_of_role(GetUserId(), owners[i].owner);
  }
  return false;
}

void PutSink(ReturnSetInfo* result, const PenstockSinkSnapshot* sink) {
  RowBuilder row = {};
  Put(&row, Int32GetDatum(sink->sink_id));
  Put(&row, CStringGetTextDatum(penstock_sink_state_name(sink->state)));
  PutTime(&row, sink->state_since);
  PutIf(&row, sink->pid != 0, Int32GetDatum(sink->pid));
  Put(&row, Int32GetDatum(static_cast<int32>(sink->generation)));
  Put(&row, Int32GetDatum(sink->failures));
  PutTime(&row, sink->next_start_time);
  PutText(&row, sink->last_error);
  PutTime(&row, sink->last_error_time);
  for (const uint64 counter :
       {sink->event_count, sink->event_bytes, sink->transaction_count, sink->snapshot_row_count,
        sink->in_flight_count, sink->in_flight_bytes, sink->retry_count, sink->skipped_count}) {
    Put(&row, Int64GetDatum(static_cast<int64>(counter)));
  }
  PutLsn(&row, sink->read_lsn);
  PutLsn(&row, sink->delivered_lsn);
  PutTime(&row, sink->last_delivery_time);
  PutTime(&row, sink->last_commit_time);
  PutTime(&row, sink->stats_reset);
  tuplestore_putvalues(result->setResult, result->setDesc, row.values, row.nulls);
}

// End of the WAL as it is now, as the end of a record, and flushed, so that it can be read.
XLogRecPtr CurrentEnd() {
  XLogRecPtr end = GetXLogInsertRecPtr();
  // Right behind a page header stands the place of the next record, not the end of the last one.
  const uint64 offset = end % XLOG_BLCKSZ;
  const uint64 segment_offset = XLogSegmentOffset(end, wal_segment_size);
  if (offset == SizeOfXLogShortPHD || segment_offset == SizeOfXLogLongPHD) end -= offset;
  XLogFlush(end);
  return end;
}

int64 TimeoutMs(FunctionCallInfo fcinfo) {
  if (PG_ARGISNULL(2)) return -1;
  const Interval* timeout = PG_GETARG_INTERVAL_P(2);
  const double ms = timeout->time / 1000.0 + (timeout->day + timeout->month * 30.0) * 86400000.0;
  if (ms < 0 || ms > 1e15) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("timeout is out of range")));
  }
  return static_cast<int64>(ms);
}

// LSN_FORMAT_ARGS is not C++.
const char* LsnText(XLogRecPtr lsn) {
  return psprintf("%X/%X", static_cast<uint32>(lsn >> 32), static_cast<uint32>(lsn));
}

[[noreturn]] void RaiseNotDelivered(const SinkRow* row, const PenstockSinkSnapshot* sink,
                                    XLogRecPtr lsn) {
  const char* name = NameStr(row->name);
  if (sink->sink_id == 0) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("sink \"%s\" does not run", name),
                    errdetail("It was not started yet, or it was dropped.")));
  }
  const uint64 lag = lsn > sink->delivered_lsn ? lsn - sink->delivered_lsn : 0;
  const bool stopped = sink->state == PENSTOCK_SINK_PAUSED || sink->state == PENSTOCK_SINK_FAILED ||
                       sink->state == PENSTOCK_SINK_LOST || sink->state == PENSTOCK_SINK_DROPPING;
  ereport(ERROR,
          (errcode(stopped ? ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE : ERRCODE_QUERY_CANCELED),
           stopped ? errmsg("sink \"%s\" is %s", name, penstock_sink_state_name(sink->state))
                   : errmsg("timeout while waiting for sink \"%s\"", name),
           errdetail("Position is %s, " UINT64_FORMAT " bytes before %s; state is %s.%s%s",
                     LsnText(sink->delivered_lsn), lag, LsnText(lsn),
                     penstock_sink_state_name(sink->state),
                     sink->last_error[0] != '\0' ? " Last error: " : "", sink->last_error)));
}

XLogRecPtr WaitForSink(FunctionCallInfo fcinfo) {
  if (PG_ARGISNULL(0)) {
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                    errmsg("argument \"name\" must not be null")));
  }
  if (TransactionIdIsValid(GetTopTransactionIdIfAny())) {
    ereport(ERROR,
            (errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
             errmsg("cannot wait for a sink in a transaction that has written"),
             errdetail("Its changes are delivered after it commits."), errhint("Commit first.")));
  }
  if (penstock_shared == nullptr || RecoveryInProgress()) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("no sink runs on this server")));
  }
  SinkRow row;
  LoadOwnSink(PG_GETARG_NAME(0), RowLock::kNone, &row);
  const XLogRecPtr lsn = PG_ARGISNULL(1) ? CurrentEnd() : PG_GETARG_LSN(1);
  PenstockSinkSnapshot sink = {};
  if (!penstock_wait_for_lsn(MyDatabaseId, row.id, row.generation, lsn, TimeoutMs(fcinfo), &sink)) {
    RaiseNotDelivered(&row, &sink, lsn);
  }
  return sink.delivered_lsn;
}

const char* SupportName(OptionSupport support) {
  switch (support) {
    case OptionSupport::kImplemented:
      return "implemented";
    case OptionSupport::kNotApplicable:
      return "not applicable";
    case OptionSupport::kRefused:
      return "refused";
  }
  return "";
}

Datum AllowedArray(const char* allowed) {
  char* text = pstrdup(allowed);
  Datum items[64];
  int count = 0;
  for (char* item = text; item != nullptr && count < 64;) {
    char* end = strchr(item, '|');
    if (end != nullptr) *end = '\0';
    items[count++] = CStringGetTextDatum(item);
    item = end == nullptr ? nullptr : end + 1;
  }
  return PointerGetDatum(construct_array(items, count, TEXTOID, -1, false, TYPALIGN_INT));
}

void PutOptions(ReturnSetInfo* result, const OptionTable& table) {
  for (size_t i = 0; i < table.count; i++) {
    const OptionRow* option = &table.rows[i];
    const bool is_int = option->type == OptionType::kInt;
    RowBuilder row = {};
    PutText(&row, option->name);
    PutText(&row, OptionScopeName(option->scope));
    PutText(&row, OptionTypeName(option->type));
    PutIf(&row, option->default_value != nullptr,
          option->default_value == nullptr ? (Datum)0 : CStringGetTextDatum(option->default_value));
    PutIf(&row, option->allowed != nullptr,
          option->allowed == nullptr ? (Datum)0 : AllowedArray(option->allowed));
    PutIf(&row, is_int, Int64GetDatum(option->min_value));
    PutIf(&row, is_int, Int64GetDatum(option->max_value));
    PutText(&row, SupportName(option->support));
    PutText(&row, option->help);
    tuplestore_putvalues(result->setResult, result->setDesc, row.values, row.nulls);
  }
}

Status MaskOptions(const char* connector, const OptionMap* options, std::string* json) {
  OptionMap masked = *options;
  for (auto& [name, value] : masked) {
    if (IsSecretOption(connector, name)) value = "********";
  }
  *json = OptionsToJson(masked);
  return {};
}

}  // namespace

}  // namespace penstock::pg

extern "C" {

PGDLLEXPORT Datum penstock_stat_get_sinks(PG_FUNCTION_ARGS) {
  ReturnSetInfo* result = penstock::pg::BeginResultSet(fcinfo);
  if (penstock_shared == nullptr) return (Datum)0;
  int owner_count;
  const penstock::pg::SinkOwner* owners = penstock::pg::LoadOwners(&owner_count);
  int count;
  const PenstockSinkSnapshot* sinks = penstock_get_sinks(MyDatabaseId, &count);
  for (int i = 0; i < count; i++) {
    if (penstock::pg::MaySee(owners, owner_count, sinks[i].sink_id)) {
      penstock::pg::PutSink(result, &sinks[i]);
    }
  }
  return (Datum)0;
}

PGDLLEXPORT Datum penstock_stat_reset(PG_FUNCTION_ARGS) {
  if (!PG_ARGISNULL(0)) {
    penstock::pg::SinkRow row;
    penstock::pg::LoadOwnSink(PG_GETARG_NAME(0), penstock::pg::RowLock::kNone, &row);
    (void)penstock_reset_sink_stats(MyDatabaseId, row.id);
  } else if (penstock_shared != nullptr) {
    int owner_count;
    const penstock::pg::SinkOwner* owners = penstock::pg::LoadOwners(&owner_count);
    for (int i = 0; i < owner_count; i++) {
      if (!has_privs_of_role(GetUserId(), owners[i].owner)) continue;
      (void)penstock_reset_sink_stats(MyDatabaseId, owners[i].id);
    }
  }
  PG_RETURN_TIMESTAMPTZ(GetCurrentTimestamp());
}

PGDLLEXPORT Datum penstock_wait_for_sink(PG_FUNCTION_ARGS) {
  PG_RETURN_LSN(penstock::pg::WaitForSink(fcinfo));
}

PGDLLEXPORT Datum penstock_get_options(PG_FUNCTION_ARGS) {
  ReturnSetInfo* result = penstock::pg::BeginResultSet(fcinfo);
  penstock::OptionTable tables[5];
  penstock::pg::RunCxx([&tables] {
    tables[0] = penstock::event::EventOptionTable();
    tables[1] = penstock::SourceOptionTable();
    tables[2] = penstock::sink::KafkaOptionTable();
    tables[3] = penstock::sink::ElasticsearchOptionTable();
    tables[4] = penstock::sink::FileOptionTable();
  });
  for (const penstock::OptionTable& table : tables) penstock::pg::PutOptions(result, table);
  return (Datum)0;
}

PGDLLEXPORT Datum penstock_mask_options(PG_FUNCTION_ARGS) {
  const char* connector = text_to_cstring(PG_GETARG_TEXT_PP(0));
  auto* options = penstock::pg::MakeInContext<penstock::OptionMap>();
  auto* json = penstock::pg::MakeInContext<std::string>();
  penstock::pg::ReadJsonOptions(PG_GETARG_JSONB_P(1), options, nullptr);
  penstock::pg::RunCxx([=] { return penstock::pg::MaskOptions(connector, options, json); });
  return DirectFunctionCall1(jsonb_in, CStringGetDatum(json->c_str()));
}

}  // extern "C"
