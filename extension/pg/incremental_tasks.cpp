// incremental_tasks.cpp: what is to be read, in penstock.sink_snapshot, and the signals that change
// it.
//
// A signal may be decoded again after a restart: penstock.sink_signal has the place of the last one
// that was kept. Commit records, not rows, have the order in which signals come.
#include <set>
#include <string>
#include <vector>

#include "../core/signal.h"
#include "filter_name.h"
#include "incremental_process.h"
#include "output_plugin/event/pattern.h"
#include "sql_common.h"
// After the prelude.
extern "C" {
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/lsyscache.h"
}

namespace penstock::pg {

namespace {

using penstock::event::Pattern;

const char kLoad[] =
    "SELECT t.number, t.relation, t.table_name, t.condition, t.surrogate_key, t.signal_id,"
    " t.key_columns, t.last_key, t.max_key, t.row_count,"
    " (SELECT pg_catalog.string_agg(a.table_name, ',' ORDER BY a.number)"
    "    FROM penstock.sink_snapshot AS a WHERE a.sink_id = $1),"
    " (SELECT pg_catalog.bool_or(a.announced)"
    "    FROM penstock.sink_snapshot AS a WHERE a.sink_id = $1)"
    " FROM penstock.sink_snapshot AS t"
    " JOIN penstock.sink AS s ON s.id = t.sink_id AND s.created_at = $2 AND NOT s.dropping"
    " WHERE t.sink_id = $1"
    "   AND NOT EXISTS (SELECT FROM penstock.sink_signal AS p WHERE p.sink_id = $1 AND p.paused)"
    " ORDER BY t.number LIMIT 1";

const char kBegin[] =
    "UPDATE penstock.sink_snapshot SET key_columns = $3, max_key = $4, last_key = NULL,"
    " row_count = 0, announced = true WHERE sink_id = $1 AND number = $2";

const char kAnnounce[] = "UPDATE penstock.sink_snapshot SET announced = true WHERE sink_id = $1";

const char kAdvance[] =
    "UPDATE penstock.sink_snapshot SET last_key = $3, row_count = row_count + $4"
    " WHERE sink_id = $1 AND number = $2";

const char kRemove[] = "DELETE FROM penstock.sink_snapshot WHERE sink_id = $1 AND number = $2";

const char kRemain[] = "SELECT FROM penstock.sink_snapshot WHERE sink_id = $1 LIMIT 1";

const char kTables[] =
    "SELECT c.oid, n.nspname, c.relname"
    " FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p'"
    "   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'penstock')"
    " ORDER BY n.nspname, c.relname";

const char kAddTask[] =
    "INSERT INTO penstock.sink_snapshot"
    " (sink_id, signal_id, relation, table_name, condition, surrogate_key)"
    " VALUES ($1, $2, $3, $4, $5, $6)";

const char kKept[] =
    "INSERT INTO penstock.sink_signal (sink_id, kept_lsn, kept_number)"
    " SELECT s.id, $3, $4 FROM penstock.sink AS s WHERE s.id = $1 AND s.created_at = $2"
    " ON CONFLICT (sink_id) DO UPDATE SET kept_lsn = excluded.kept_lsn,"
    " kept_number = excluded.kept_number"
    " WHERE (sink_signal.kept_lsn, sink_signal.kept_number)"
    " < (excluded.kept_lsn, excluded.kept_number)";

const char kPause[] =
    "UPDATE penstock.sink_signal SET paused = $2 WHERE sink_id = $1 AND paused <> $2";

const char kPending[] =
    "SELECT number, table_name, signal_id FROM penstock.sink_snapshot WHERE sink_id = $1"
    " ORDER BY number";

const char kRemoveAll[] = "DELETE FROM penstock.sink_snapshot WHERE sink_id = $1";

void Begin() {
  SetCurrentStatementStartTimestamp();
  StartTransactionCommand();
  SPI_connect();
  PushActiveSnapshot(GetTransactionSnapshot());
}

void End() {
  PopActiveSnapshot();
  SPI_finish();
  CommitTransactionCommand();
}

Datum Value(uint64 row, int number, bool* is_null) {
  return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number, is_null);
}

char* Text(MemoryContext context, uint64 row, int number) {
  bool is_null;
  const Datum value = Value(row, number, &is_null);
  return is_null ? nullptr : MemoryContextStrdup(context, TextDatumGetCString(value));
}

char** TextArray(MemoryContext context, int number, int* count) {
  bool is_null;
  Datum* elements;
  const Datum array = Value(0, number, &is_null);
  *count = 0;
  if (is_null) return nullptr;
  deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &elements, nullptr,
                    count);
  auto** texts = static_cast<char**>(MemoryContextAlloc(context, (*count + 1) * sizeof(char*)));
  for (int i = 0; i < *count; i++) {
    texts[i] = MemoryContextStrdup(context, TextDatumGetCString(elements[i]));
  }
  return texts;
}

Datum MakeArray(const char* const* texts, int count) {
  auto* elements = static_cast<Datum*>(palloc(sizeof(Datum) * (count + 1)));
  for (int i = 0; i < count; i++) elements[i] = CStringGetTextDatum(texts[i]);
  return PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false, TYPALIGN_INT));
}

void AddText(SqlArguments* arguments, const char* text) {
  AddArgument(arguments, TEXTOID, text == nullptr ? 0 : CStringGetTextDatum(text), text == nullptr);
}

SqlArguments ForSink(const IncrementalProcess* process) {
  SqlArguments arguments = {};
  AddArgument(&arguments, INT4OID, Int32GetDatum(process->greeting.sink_id));
  return arguments;
}

const char* Utf8(const char* text) {
  return pg_server_to_any(text, static_cast<int>(strlen(text)), PG_UTF8);
}

const char* FromUtf8(const char* text) {
  return pg_any_to_server(text, static_cast<int>(strlen(text)), PG_UTF8);
}

// ---- signals -----------------------------------------------------------------------------------

struct Patterns {
  std::vector<Pattern> tables;
  std::vector<Pattern> conditions;  // parallel to those of the signal
};

Status Compile(const Signal& signal, Patterns* patterns) {
  for (const std::string& text : signal.collections) {
    Result<Pattern> pattern = Pattern::Compile(text, true);
    if (!pattern.ok()) return pattern.status();
    patterns->tables.push_back(pattern.value());
  }
  for (const auto& [text, condition] : signal.conditions) {
    Result<Pattern> pattern = Pattern::Compile(text, true);
    if (!pattern.ok()) return pattern.status();
    patterns->conditions.push_back(pattern.value());
  }
  return {};
}

struct Work {
  IncrementalProcess* process;
  const SignalRow* row;
  Signal signal;
  Patterns patterns;
};

void Warn(const Work* work, const char* message, const char* hint) {
  ereport(WARNING,
          (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
           errmsg("sink \"%s\": signal \"%s\" is ignored: %s", work->process->greeting.sink_name,
                  work->row->id == nullptr ? "" : work->row->id, message),
           hint != nullptr && hint[0] != '\0' ? errhint("%s", hint) : 0));
}

// False: the signal is none; that has been said.
bool Parse(Work* work) {
  const char* type = Utf8(work->row->type == nullptr ? "" : work->row->type);
  const char* data = Utf8(work->row->data == nullptr ? "" : work->row->data);
  ErrorCopy error;
  const bool parsed = CallCxx(&error, [=]() -> Status {
    Result<Signal> signal = ParseSignal(type, data);
    if (!signal.ok()) return signal.status();
    work->signal = std::move(signal.value());
    return Compile(work->signal, &work->patterns);
  });
  if (!parsed) Warn(work, FromUtf8(error.message), FromUtf8(error.hint));
  return parsed;
}

bool MatchesSome(const Work* work, const char* name) {
  bool matches = false;
  RunCxx([&] {
    for (const Pattern& pattern : work->patterns.tables) matches = matches || pattern.Matches(name);
  });
  return matches;
}

// The condition of a table, in UTF-8; NULL: none.
const char* ConditionOf(const Work* work, const char* name) {
  const char* condition = nullptr;
  RunCxx([&] {
    for (size_t i = 0; i < work->patterns.conditions.size(); i++) {
      if (condition == nullptr && work->patterns.conditions[i].Matches(name)) {
        condition = work->signal.conditions[i].second.c_str();
      }
    }
  });
  return condition;
}

bool IsCaptured(const IncrementalProcess* process, Oid relid) {
  Relation relation = try_table_open(relid, AccessShareLock);
  if (relation == nullptr) return false;
  const char kind = relation->rd_rel->relkind;
  const bool captured = (kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE) &&
                        process->api->captures(process->encoder, relation);
  table_close(relation, NoLock);
  return captured;
}

void AddTask(const Work* work, Oid relid, const char* name, const char* condition) {
  SqlArguments arguments = ForSink(work->process);
  AddText(&arguments, work->row->id);
  AddArgument(&arguments, OIDOID, ObjectIdGetDatum(relid));
  AddText(&arguments, name);
  AddText(&arguments, condition == nullptr ? nullptr : FromUtf8(condition));
  const std::string* surrogate = &work->signal.surrogate_key;
  AddText(&arguments, surrogate->empty() ? nullptr : FromUtf8(surrogate->c_str()));
  ExecuteSql(kAddTask, &arguments, false, SPI_OK_INSERT);
}

void Execute(const Work* work) {
  SqlArguments none = {};
  int added = 0;
  ExecuteSql(kTables, &none, true, SPI_OK_SELECT);
  SPITupleTable* tables = SPI_tuptable;
  const uint64 count = SPI_processed;
  for (uint64 i = 0; i < count; i++) {
    bool is_null;
    const Oid relid =
        DatumGetObjectId(SPI_getbinval(tables->vals[i], tables->tupdesc, 1, &is_null));
    const char* name = psprintf("%s.%s", SPI_getvalue(tables->vals[i], tables->tupdesc, 2),
                                SPI_getvalue(tables->vals[i], tables->tupdesc, 3));
    const char* utf8 = FilterName(name);
    if (!MatchesSome(work, utf8) || !IsCaptured(work->process, relid)) continue;
    AddTask(work, relid, name, ConditionOf(work, utf8));
    added++;
  }
  if (added == 0)
    Warn(work, "\"data-collections\" matches no table that the sink captures", nullptr);
}

// The tables that are to be read, joined by commas, and the id of the signal that asked for the
// first of them. NULL: none.
const char* ListPending(const IncrementalProcess* process, const char** signal_id) {
  StringInfoData names;
  SqlArguments arguments = ForSink(process);
  ExecuteSql(kPending, &arguments, false, SPI_OK_SELECT);
  if (SPI_processed == 0) return nullptr;
  initStringInfo(&names);
  *signal_id = Text(CurrentMemoryContext, 0, 3);
  for (uint64 i = 0; i < SPI_processed; i++) {
    appendStringInfo(&names, "%s%s", i == 0 ? "" : ",", Text(CurrentMemoryContext, i, 2));
  }
  return names.data;
}

// What is to be said once the transaction has committed.
struct News {
  const char* type;  // NULL: nothing
  const char* id;
  const char* tables;  // NULL: of no table in particular
};

// True when that changes anything.
bool SetPaused(const IncrementalProcess* process, bool paused) {
  SqlArguments arguments = ForSink(process);
  AddArgument(&arguments, BOOLOID, BoolGetDatum(paused));
  ExecuteSql(kPause, &arguments, false, SPI_OK_UPDATE);
  return SPI_processed != 0;
}

// As with Debezium there is nothing to pause before a snapshot, and a later one is not paused.
News PauseOrResume(const Work* work, bool pause) {
  const char* id = nullptr;
  const char* tables = ListPending(work->process, &id);
  if (tables == nullptr || !SetPaused(work->process, pause)) return {nullptr, nullptr, nullptr};
  return {pause ? "PAUSED" : "RESUMED", id, tables};
}

void EndSnapshot(IncrementalProcess* process) {
  process->running = false;
  (void)SetPaused(process, false);
}

News Stop(const Work* work) {
  const char* id = nullptr;
  SqlArguments arguments = ForSink(work->process);
  if (ListPending(work->process, &id) == nullptr) return {nullptr, nullptr, nullptr};
  if (work->signal.collections.empty()) {
    ExecuteSql(kRemoveAll, &arguments, false, SPI_OK_DELETE);
    EndSnapshot(work->process);
    return {"ABORTED", id, nullptr};
  }
  StringInfoData names;
  initStringInfo(&names);
  ExecuteSql(kPending, &arguments, false, SPI_OK_SELECT);
  SPITupleTable* tasks = SPI_tuptable;
  const uint64 count = SPI_processed;
  for (uint64 i = 0; i < count; i++) {
    bool is_null;
    const char* name = SPI_getvalue(tasks->vals[i], tasks->tupdesc, 2);
    if (!MatchesSome(work, FilterName(name))) continue;
    SqlArguments one = ForSink(work->process);
    AddArgument(&one, INT8OID, SPI_getbinval(tasks->vals[i], tasks->tupdesc, 1, &is_null));
    ExecuteSql(kRemove, &one, false, SPI_OK_DELETE);
    appendStringInfo(&names, "%s%s", names.len == 0 ? "" : ",", name);
  }
  if (names.len == 0) return {nullptr, nullptr, nullptr};
  const char* other = nullptr;
  if (ListPending(work->process, &other) == nullptr) EndSnapshot(work->process);
  return {"ABORTED", id, names.data};
}

void Log(const Work* work) {
  const char* at = psprintf("%X/%X", static_cast<uint32>(work->row->end_lsn >> 32),
                            static_cast<uint32>(work->row->end_lsn));
  const char* text = nullptr;
  RunCxx([&] {
    static std::string message;  // one signal after the other
    message = work->signal.message;
    const size_t place = message.find("{}");
    if (place != std::string::npos) message.replace(place, 2, at);
    text = message.c_str();
  });
  ereport(LOG, (errmsg("sink \"%s\": signal \"%s\": %s", work->process->greeting.sink_name,
                       work->row->id == nullptr ? "" : work->row->id, FromUtf8(text))));
}

News Obey(const Work* work) {
  switch (work->signal.kind) {
    case SignalKind::kExecuteSnapshot:
      Execute(work);
      break;
    case SignalKind::kStopSnapshot:
      return Stop(work);
    case SignalKind::kPauseSnapshot:
      return PauseOrResume(work, true);
    case SignalKind::kResumeSnapshot:
      return PauseOrResume(work, false);
    case SignalKind::kLog:
      Log(work);
      break;
    default:
      break;
  }
  return {nullptr, nullptr, nullptr};
}

// False: this signal was kept before, or the sink is gone.
bool NoteKept(const IncrementalProcess* process, const SignalRow* signal) {
  SqlArguments arguments = ForSink(process);
  AddArgument(&arguments, TIMESTAMPTZOID, TimestampTzGetDatum(process->greeting.created_at));
  AddArgument(&arguments, LSNOID, LSNGetDatum(signal->end_lsn));
  AddArgument(&arguments, INT4OID, Int32GetDatum(static_cast<int32>(signal->number)));
  ExecuteSql(kKept, &arguments, false, SPI_OK_INSERT);
  return SPI_processed == 1;
}

}  // namespace

bool LoadTask(IncrementalProcess* process, IncrementalTask* task) {
  MemoryContext context = process->loop_context;
  bool is_null;
  int count;
  *task = {};
  Begin();
  SqlArguments arguments = ForSink(process);
  AddArgument(&arguments, TIMESTAMPTZOID, TimestampTzGetDatum(process->greeting.created_at));
  ExecuteSql(kLoad, &arguments, true, SPI_OK_SELECT);
  const bool found = SPI_processed == 1;
  if (found) {
    task->number = DatumGetInt64(Value(0, 1, &is_null));
    task->relation = DatumGetObjectId(Value(0, 2, &is_null));
    task->table = Text(context, 0, 3);
    task->condition = Text(context, 0, 4);
    task->surrogate_key = Text(context, 0, 5);
    task->signal_id = Text(context, 0, 6);
    task->key_columns = TextArray(context, 7, &task->key_count);
    task->last_key = TextArray(context, 8, &count);
    task->max_key = TextArray(context, 9, &count);
    task->row_count = DatumGetInt64(Value(0, 10, &is_null));
    task->tables = Text(context, 0, 11);
    task->announced = DatumGetBool(Value(0, 12, &is_null));
  }
  if (found && !process->running && !task->announced) {
    SqlArguments sink = ForSink(process);
    ExecuteSql(kAnnounce, &sink, false, SPI_OK_UPDATE);
  }
  End();
  MemoryContextSwitchTo(context);
  return found;
}

void BeginTask(const IncrementalProcess* process, const IncrementalTask* task, int key_count,
               const char* const* key_columns, const char* const* max_key) {
  SqlArguments arguments = ForSink(process);
  AddArgument(&arguments, INT8OID, Int64GetDatum(task->number));
  AddArgument(&arguments, TEXTARRAYOID, MakeArray(key_columns, key_count));
  AddArgument(&arguments, TEXTARRAYOID, MakeArray(max_key, key_count));
  SPI_connect();
  PushActiveSnapshot(GetTransactionSnapshot());
  ExecuteSql(kBegin, &arguments, false, SPI_OK_UPDATE);
  PopActiveSnapshot();
  SPI_finish();
}

void AdvanceTask(const IncrementalProcess* process, const IncrementalTask* task,
                 const char* const* last_key, int64 rows) {
  Begin();
  SqlArguments arguments = ForSink(process);
  AddArgument(&arguments, INT8OID, Int64GetDatum(task->number));
  AddArgument(&arguments, TEXTARRAYOID, MakeArray(last_key, task->key_count));
  AddArgument(&arguments, INT8OID, Int64GetDatum(rows));
  ExecuteSql(kAdvance, &arguments, false, SPI_OK_UPDATE);
  End();
  MemoryContextSwitchTo(process->loop_context);
}

bool RemoveTask(const IncrementalProcess* process, const IncrementalTask* task) {
  Begin();
  SqlArguments arguments = ForSink(process);
  AddArgument(&arguments, INT8OID, Int64GetDatum(task->number));
  ExecuteSql(kRemove, &arguments, false, SPI_OK_DELETE);
  bool last = SPI_processed == 1;
  if (last) {
    SqlArguments sink = ForSink(process);
    ExecuteSql(kRemain, &sink, false, SPI_OK_SELECT);
    last = SPI_processed == 0;
  }
  End();
  MemoryContextSwitchTo(process->loop_context);
  return last;
}

void KeepSignal(IncrementalProcess* process, const SignalRow* signal) {
  News news = {nullptr, nullptr, nullptr};
  Begin();
  if (NoteKept(process, signal)) {
    auto* work = MakeInContext<Work>();
    work->process = process;
    work->row = signal;
    if (Parse(work)) news = Obey(work);
  }
  // Its texts go with the transaction.
  StringInfoData kept_tables;
  StringInfoData kept_id;
  MemoryContext old = MemoryContextSwitchTo(process->loop_context);
  initStringInfo(&kept_tables);
  initStringInfo(&kept_id);
  if (news.tables != nullptr) appendStringInfoString(&kept_tables, news.tables);
  if (news.id != nullptr) appendStringInfoString(&kept_id, news.id);
  MemoryContextSwitchTo(old);
  const bool has_tables = news.tables != nullptr;
  End();
  MemoryContextSwitchTo(process->loop_context);
  if (news.type == nullptr) return;
  const char* pairs[] = {has_tables ? "data_collections" : nullptr, kept_tables.data, nullptr};
  SendNotification(process, news.type, kept_id.data, pairs);
}

void PassSignal(IncrementalProcess* process, const SignalRow* signal) {
  Begin();
  (void)NoteKept(process, signal);
  End();
  MemoryContextSwitchTo(process->loop_context);
}

}  // namespace penstock::pg
