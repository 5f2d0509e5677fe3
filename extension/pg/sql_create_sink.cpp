// sql_create_sink.cpp: penstock.create_sink in both forms, and penstock.check_config.
//
// create_sink only records. Everything that can be known to be wrong is an error here; the launcher
// makes slot and worker after commit.
#include "../core/connect_config.h"
#include "../core/name_list.h"
#include "failpoint.h"
#include "guc.h"
#include "sql_captured.h"
#include "sql_rights.h"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "replication/slot.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(penstock_create_sink);
PG_FUNCTION_INFO_V1(penstock_create_sink_from_config);
PG_FUNCTION_INFO_V1(penstock_check_config);
}

namespace penstock::pg {

namespace {

// A sink that is to be. Lives in the function's memory context.
struct Draft {
  std::string connector;
  OptionMap options;
  SinkConfig config;
  std::vector<std::string> notices;
  std::string json;  // options as they are stored
};

Status FinishDraft(Draft* draft) {
  Result<SinkConfig> config = SplitSinkConfig(draft->connector, draft->options);
  if (!config.ok()) return config.status();
  draft->config = std::move(config.value());
  for (const std::string& notice : draft->config.notices) draft->notices.push_back(notice);
  // What does not apply is not stored, above all no database.password.
  for (auto it = draft->options.begin(); it != draft->options.end();) {
    std::string notice;
    if (Status s = CheckOption(draft->connector, it->first, it->second, &notice); !s.ok()) return s;
    it = notice.empty() ? std::next(it) : draft->options.erase(it);
  }
  draft->json = OptionsToJson(draft->options);
  return {};
}

void RequireName(const char* name) {
  if (name[0] != '\0') return;
  ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                  errmsg("the name of a sink must not be empty")));
}

bool SinkExists(const char* name) {
  NameData key;
  SinkRow row;
  namestrcpy(&key, name);
  return LoadSink(&key, RowLock::kNone, &row);
}

[[noreturn]] void RaiseDuplicate(const char* name) {
  NameData key;
  SinkRow row;
  namestrcpy(&key, name);
  const bool dropping = LoadSink(&key, RowLock::kNone, &row) && row.dropping;
  ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("sink \"%s\" already exists", name),
                  dropping ? errhint("It is being dropped; its worker and slot go first. "
                                     "Try again in a moment.")
                           : 0));
}

// A sink of this name that is on its way out is waited for, so that drop and create in a row work.
void WaitForDroppedSink(const char* name) {
  NameData key;
  namestrcpy(&key, name);
  // A transaction that has dropped it itself would wait for ever.
  if (TransactionIdIsValid(GetTopTransactionIdIfAny())) return;
  for (int tries = 0; tries < 500; tries++) {
    SinkRow row;
    if (!LoadSink(&key, RowLock::kNone, &row) || !row.dropping) return;
    (void)WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, 20,
                    PG_WAIT_EXTENSION);
    ResetLatch(MyLatch);
    CHECK_FOR_INTERRUPTS();
  }
}

void RequireRoom() {
  int used = 0;
  LWLockAcquire(penstock_shared->lock, LW_SHARED);
  for (int i = 0; i < penstock_shared->max_sinks; i++) {
    if (penstock_shared->sinks[i].in_use) used++;
  }
  LWLockRelease(penstock_shared->lock);
  if (used < penstock_shared->max_sinks) return;
  ereport(ERROR, (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
                  errmsg("all %d sinks that the server allows are in use", used),
                  errhint("Drop one or increase penstock.max_sinks.")));
}

void RequireFreeSlot(const char* slot_name) {
  if (slot_name != nullptr && SearchNamedReplicationSlot(slot_name, true) != nullptr) {
    ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT),
                    errmsg("replication slot \"%s\" already exists", slot_name),
                    errhint("Give another slot.name, or drop the slot if nobody needs it.")));
  }
  int used = 0;
  LWLockAcquire(ReplicationSlotControlLock, LW_SHARED);
  for (int i = 0; i < max_replication_slots; i++) {
    if (ReplicationSlotCtl->replication_slots[i].in_use) used++;
  }
  LWLockRelease(ReplicationSlotControlLock);
  if (used < max_replication_slots) return;
  ereport(ERROR, (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
                  errmsg("all replication slots are in use"),
                  errhint("Free one or increase max_replication_slots.")));
}

// The checks that need the server. The caller becomes the owner.
void CheckDraft(Draft* draft, Oid owner) {
  RequirePluginAllowed();
  RequireOpenDoors(draft->connector.c_str(), &draft->options, &draft->config);
  List* tables = CapturedTables(&draft->config);
  RequireFilteredTables(&draft->config, tables);
  const bool some_columns = HasOption(&draft->options, "column.include.list") ||
                            HasOption(&draft->options, "column.exclude.list");
  RequireReadableTables(tables, owner, some_columns,
                        !HasOption(&draft->options, "identity.missing"));
  if (tables == NIL) {
    ereport(NOTICE, (errmsg("no table matches yet")));
  }
}

int32 NextNumber() {
  bool is_null;
  ExecuteSql("SELECT pg_catalog.nextval('penstock.sink_id_seq')::int", nullptr, false,
             SPI_OK_SELECT);
  return DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null));
}

// An extension that was created again counts from 1 while the sinks of before are still on their
// way out.
bool IsFreeNumber(int32 id) {
  LWLockAcquire(penstock_shared->lock, LW_SHARED);
  const bool free = penstock_find_entry(MyDatabaseId, id) == nullptr;
  LWLockRelease(penstock_shared->lock);
  return free;
}

// The row's own number makes the name of a slot unique for good: a sink created under the name of
// a dropped one never meets the old slot.
const char* SlotNameFor(int32 id) { return psprintf("penstock_%u_%d", MyDatabaseId, id); }

// False when there is a row of this name, slot or number.
bool InsertRow(const char* name, const Draft* draft, int32 id, const char* slot_name) {
  SqlArguments arguments = {};
  NameData key;
  NameData slot;
  namestrcpy(&key, name);
  namestrcpy(&slot, slot_name);
  AddArgument(&arguments, INT4OID, Int32GetDatum(id));
  AddArgument(&arguments, NAMEOID, NameGetDatum(&key));
  AddArgument(&arguments, OIDOID, ObjectIdGetDatum(GetUserId()));
  AddArgument(&arguments, TEXTOID, CStringGetTextDatum(draft->connector.c_str()));
  AddArgument(&arguments, TEXTOID, CStringGetTextDatum(draft->json.c_str()));
  AddArgument(&arguments, NAMEOID, NameGetDatum(&slot));
  const SavedUser saved = EnterExtensionOwner();
  ExecuteSql(
      "INSERT INTO penstock.sink (id, name, owner, connector, options, slot_name)"
      " OVERRIDING SYSTEM VALUE"
      " VALUES ($1, $2, $3, $4, $5::pg_catalog.jsonb, $6)"
      " ON CONFLICT DO NOTHING",
      &arguments, false, SPI_OK_INSERT);
  const bool inserted = SPI_processed == 1;
  LeaveExtensionOwner(saved);
  return inserted;
}

// One attempt with the next number that is free.
bool TryInsert(const char* name, const Draft* draft) {
  const char* given = draft->config.source.slot_name.c_str();
  SPI_connect();
  const SavedUser saved = EnterExtensionOwner();
  int32 id = NextNumber();
  while (!IsFreeNumber(id) ||
         (given[0] == '\0' && SearchNamedReplicationSlot(SlotNameFor(id), true) != nullptr)) {
    id = NextNumber();
  }
  LeaveExtensionOwner(saved);
  const bool inserted = InsertRow(name, draft, id, given[0] == '\0' ? SlotNameFor(id) : given);
  SPI_finish();
  return inserted;
}

void InsertSink(const char* name, const Draft* draft) {
  const char* given = draft->config.source.slot_name.c_str();
  while (!TryInsert(name, draft)) {
    CHECK_FOR_INTERRUPTS();
    if (SinkExists(name)) RaiseDuplicate(name);
    if (given[0] == '\0') continue;  // a slot.name took the generated name
    ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT),
                    errmsg("replication slot \"%s\" belongs to another sink", given),
                    errhint("Give another slot.name.")));
  }
  penstock_request_scan_at_commit();
}

void CreateSink(const char* name, Draft* draft, const std::vector<std::string>* tables) {
  RequireName(name);
  RequireTables(tables, &draft->options);
  EmitNotices(&draft->notices);
  CheckDraft(draft, GetUserId());
  const char* slot = draft->config.source.slot_name.c_str();
  WaitForDroppedSink(name);
  if (SinkExists(name)) RaiseDuplicate(name);
  RequireRoom();
  RequireFreeSlot(slot[0] == '\0' ? nullptr : slot);
  InsertSink(name, draft);
}

// Options of the native form: the array of tables, and a prefix for topics.
Status FillNative(const char* database, const std::vector<std::string>* tables, bool has_tables,
                  Draft* draft) {
  if (has_tables) {
    Result<std::string> list = TableNamesToIncludeList(*tables);
    if (!list.ok()) return list.status();
    if (!draft->options.emplace("table.include.list", list.value()).second) {
      return Status(StatusCode::kInvalidOption,
                    "option \"table.include.list\" and argument \"tables\" exclude each other");
    }
  }
  // Documents go to indexes named after schema and table.
  if (!DeliversDocuments(draft->connector, draft->options) &&
      draft->options.emplace("topic.prefix", database).second) {
    draft->notices.push_back(
        "option \"topic.prefix\" is not given: topics start with the name of the database, \"" +
        std::string(database) + "\"");
  }
  return FinishDraft(draft);
}

// The server's worker configuration may hold passwords: whoever may not see it cannot have them
// sent to a broker of his own either.
Status RequireServersBroker(const char* config, const char* database) {
  const ConnectConfig own = ReadConnectConfig(config, "", database);
  if (own.options.count("bootstrap.servers") == 0 &&
      own.options.count("producer.override.bootstrap.servers") == 0) {
    return {};
  }
  return Status(StatusCode::kPermission,
                "permission denied to use penstock.worker_config with other bootstrap.servers",
                "Give argument \"worker\", or leave bootstrap.servers out.");
}

// worker NULL: the setting of the server, for those who may create sinks.
void ReadConfigArguments(FunctionCallInfo fcinfo, ConnectConfig* config) {
  Jsonb* json = PG_GETARG_JSONB_P(0);
  const char* text = JsonbToCString(nullptr, &json->root, VARSIZE(json));
  const char* worker = "";
  bool is_foreign = false;
  if (PG_ARGISNULL(1)) {
    if (penstock_worker_config != nullptr && MayCreateSinks()) worker = penstock_worker_config;
    is_foreign = worker[0] != '\0' && !superuser();
  } else {
    Jsonb* worker_json = PG_GETARG_JSONB_P(1);
    worker = JsonbToCString(nullptr, &worker_json->root, VARSIZE(worker_json));
  }
  const char* database = get_database_name(MyDatabaseId);
  RunCxx([=]() -> Status {
    *config = ReadConnectConfig(text, worker, database);
    return is_foreign ? RequireServersBroker(text, database) : Status();
  });
}

void RequireArgument(FunctionCallInfo fcinfo, int number, const char* name) {
  if (!PG_ARGISNULL(number)) return;
  ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                  errmsg("argument \"%s\" must not be null", name)));
}

void PutMessage(ReturnSetInfo* result, const char* severity, const ConfigMessage* message) {
  const char* text =
      message->text.empty() ? message->status.message().c_str() : message->text.c_str();
  Datum values[4] = {CStringGetTextDatum(severity), (Datum)0, CStringGetTextDatum(text), (Datum)0};
  bool nulls[4] = {false, message->option.empty(), false, message->status.hint().empty()};
  if (!nulls[1]) values[1] = CStringGetTextDatum(message->option.c_str());
  if (!nulls[3]) values[3] = CStringGetTextDatum(message->status.hint().c_str());
  tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

void CreateNative(FunctionCallInfo fcinfo) {
  RequireArgument(fcinfo, 0, "name");
  RequireArgument(fcinfo, 1, "connector");
  const char* name = NameStr(*PG_GETARG_NAME(0));
  RequireServerReady();
  RequireSinkCreator();
  if (!PG_ARGISNULL(4) && PG_GETARG_BOOL(4) && SinkExists(name)) {
    ereport(NOTICE, (errcode(ERRCODE_DUPLICATE_OBJECT),
                     errmsg("sink \"%s\" already exists, skipping", name)));
    return;
  }
  auto* draft = MakeInContext<Draft>();
  auto* tables = MakeInContext<std::vector<std::string>>();
  const char* connector = text_to_cstring(PG_GETARG_TEXT_PP(1));
  if (name[0] == '{') {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("the name of the sink is a JSON object"),
                    errhint("Write create_sink('…'::jsonb, '…'::jsonb) to give a Kafka Connect "
                            "configuration.")));
  }
  if (!PG_ARGISNULL(2)) ReadTextArray(PG_GETARG_ARRAYTYPE_P(2), tables);
  // Options set to null are as good as not given.
  auto* nulls = MakeInContext<std::vector<std::string>>();
  if (!PG_ARGISNULL(3)) ReadJsonOptions(PG_GETARG_JSONB_P(3), &draft->options, nulls);
  const char* database = get_database_name(MyDatabaseId);
  const bool has_tables = !PG_ARGISNULL(2);
  RunCxx([=] {
    draft->connector = connector;
    return FillNative(database, tables, has_tables, draft);
  });
  CreateSink(name, draft, tables);
}

}  // namespace

}  // namespace penstock::pg

using penstock::pg::MakeInContext;

extern "C" {

PGDLLEXPORT Datum penstock_create_sink(PG_FUNCTION_ARGS) {
  penstock::pg::CreateNative(fcinfo);
  PG_RETURN_NAME(PG_GETARG_NAME(0));
}

PGDLLEXPORT Datum penstock_create_sink_from_config(PG_FUNCTION_ARGS) {
  penstock::pg::RequireArgument(fcinfo, 0, "config");
  penstock::pg::RequireServerReady();
  penstock::pg::RequireSinkCreator();
  auto* config = MakeInContext<penstock::ConnectConfig>();
  auto* draft = MakeInContext<penstock::pg::Draft>();
  auto* tables = MakeInContext<std::vector<std::string>>();
  penstock::pg::ReadConfigArguments(fcinfo, config);
  for (size_t i = 0; i < config->notices.size(); i++) {
    ereport(NOTICE, (errmsg("%s", config->notices[i].text.c_str())));
  }
  penstock::pg::RunCxx([=]() -> penstock::Status {
    if (!config->errors.empty()) return config->errors[0].status;
    draft->connector = config->connector;
    draft->options = config->options;
    return penstock::pg::FinishDraft(draft);
  });
  penstock::pg::CreateSink(config->name.c_str(), draft, tables);
  auto* name = static_cast<Name>(palloc0(NAMEDATALEN));
  namestrcpy(name, config->name.c_str());
  PG_RETURN_NAME(name);
}

PGDLLEXPORT Datum penstock_check_config(PG_FUNCTION_ARGS) {
  ReturnSetInfo* result = penstock::pg::BeginResultSet(fcinfo);
  penstock::pg::RequireArgument(fcinfo, 0, "config");
  auto* config = MakeInContext<penstock::ConnectConfig>();
  penstock::pg::FailpointPg("sql_function");
  penstock::pg::RunCxx([] { penstock::pg::FailpointCxx("sql_function"); });
  penstock::pg::ReadConfigArguments(fcinfo, config);
  for (size_t i = 0; i < config->errors.size(); i++) {
    penstock::pg::PutMessage(result, "error", &config->errors[i]);
  }
  for (size_t i = 0; i < config->notices.size(); i++) {
    penstock::pg::PutMessage(result, "notice", &config->notices[i]);
  }
  return (Datum)0;
}

}  // extern "C"
