// sql_change_sink.cpp: alter_sink, pause_sink, resume_sink, drop_sink. They change the catalogue;
// launcher and worker follow after commit.
#include "../core/name_list.h"
#include "sql_captured.h"
#include "sql_rights.h"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/acl.h"

PG_FUNCTION_INFO_V1(penstock_alter_sink);
PG_FUNCTION_INFO_V1(penstock_pause_sink);
PG_FUNCTION_INFO_V1(penstock_resume_sink);
PG_FUNCTION_INFO_V1(penstock_drop_sink);
}

namespace penstock::pg {

namespace {

struct Change {
  OptionMap options;  // as they will be
  SinkConfig config;
  std::vector<std::string> notices;
  std::string json;
};

// One statement on the row of a sink, by its number.
void UpdateSink(const char* sql, int32 id, const char* json) {
  SqlArguments arguments = {};
  AddArgument(&arguments, INT4OID, Int32GetDatum(id));
  if (json != nullptr) AddArgument(&arguments, TEXTOID, CStringGetTextDatum(json));
  SPI_connect();
  const SavedUser saved = EnterExtensionOwner();
  ExecuteSql(sql, &arguments, false, SPI_OK_UPDATE);
  LeaveExtensionOwner(saved);
  SPI_finish();
  penstock_request_scan_at_commit();
}

void RequireNotDropping(const SinkRow* row) {
  if (!row->dropping) return;
  ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                  errmsg("sink \"%s\" is being dropped", NameStr(row->name))));
}

// Stored secrets do not follow the sink to another destination unless they are given again: the
// owner may use them, not read them.
Status RequireSameDestination(const SinkRow* row, const OptionMap& before, const OptionMap& after,
                              const OptionMap& changes) {
  static const char* const kDestination[] = {
      "bootstrap.servers", "producer.override.bootstrap.servers",
      "security.protocol", "producer.override.security.protocol",
      "connection.url",    "elastic.security.protocol",
      "proxy.host",        "proxy.port"};
  auto value = [](const OptionMap& options, const char* name) {
    const auto found = options.find(name);
    return found == options.end() ? std::string() : found->second;
  };
  for (const char* name : kDestination) {
    if (value(before, name) == value(after, name)) continue;
    for (const auto& [secret, text] : after) {
      if (changes.count(secret) == 0 && IsSecretOption(row->connector, secret)) {
        return Status(StatusCode::kPermission,
                      std::string("permission denied to change option \"") + name + "\" alone",
                      "Give option \"" + secret + "\" again with it.");
      }
    }
  }
  return {};
}

bool IsInitialOnly(const OptionMap& options) {
  const auto found = options.find("snapshot.mode");
  return found != options.end() && EqualsIgnoreCase(Trim(found->second), "initial_only");
}

// Such a sink keeps no slot: turned into one that streams it would find none, and the other way
// round its slot would hold WAL for nobody.
Status RequireSameKind(const OptionMap& before, const OptionMap& after) {
  if (IsInitialOnly(before) == IsInitialOnly(after)) return {};
  return Status(StatusCode::kInvalidOption,
                "option \"snapshot.mode\" cannot be changed to or from \"initial_only\"",
                "Drop the sink and create it anew.");
}

Status ApplyChange(const SinkRow* row, const OptionMap* given,
                   const std::vector<std::string>* removed, const std::vector<std::string>* tables,
                   bool has_tables, bool is_superuser, Change* change) {
  if (Status s = ReadOptionObject(row->options, &change->options, nullptr); !s.ok()) return s;
  const OptionMap before = change->options;
  OptionMap changes = *given;
  if (has_tables) {
    Result<std::string> list = TableNamesToIncludeList(*tables);
    if (!list.ok()) return list.status();
    if (!changes.emplace("table.include.list", list.value()).second) {
      return Status(StatusCode::kInvalidOption,
                    "option \"table.include.list\" and argument \"tables\" exclude each other");
    }
  }
  for (const std::string& name : *removed) {
    if (changes.count(name) == 0) change->options.erase(name);
  }
  for (const auto& [name, value] : changes) {
    if (name == "slot.name") {
      return Status(StatusCode::kInvalidOption, "option \"slot.name\" cannot be changed",
                    "The slot holds the sink's position.");
    }
    std::string notice;
    if (Status s = CheckOption(row->connector, name, value, &notice); !s.ok()) return s;
    if (notice.empty()) {
      change->options[name] = value;
    } else {
      change->notices.push_back(notice);
    }
  }
  if (Status s = RequireSameKind(before, change->options); !s.ok()) return s;
  Result<SinkConfig> config = SplitSinkConfig(row->connector, change->options);
  if (!config.ok()) return config.status();
  change->config = std::move(config.value());
  change->json = OptionsToJson(change->options);
  if (is_superuser) return {};
  return RequireSameDestination(row, before, change->options, changes);
}

void AlterSink(FunctionCallInfo fcinfo) {
  if (PG_ARGISNULL(0)) {
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                    errmsg("argument \"name\" must not be null")));
  }
  auto* given = MakeInContext<OptionMap>();
  auto* removed = MakeInContext<std::vector<std::string>>();
  auto* tables = MakeInContext<std::vector<std::string>>();
  auto* change = MakeInContext<Change>();
  RequireServerReady();
  SinkRow row;
  LoadOwnSink(PG_GETARG_NAME(0), RowLock::kUpdate, &row);
  RequireNotDropping(&row);
  const bool has_tables = !PG_ARGISNULL(1);
  if (has_tables) ReadTextArray(PG_GETARG_ARRAYTYPE_P(1), tables);
  if (!PG_ARGISNULL(2)) ReadJsonOptions(PG_GETARG_JSONB_P(2), given, removed);
  const SinkRow* current = &row;
  const bool is_superuser = superuser();
  RunCxx([=] {
    return ApplyChange(current, given, removed, tables, has_tables, is_superuser, change);
  });
  EmitNotices(&change->notices);
  RequireTables(tables, &change->options);
  // The caller's own rights open the doors, the owner's decide what is read.
  RequireOpenDoors(row.connector, &change->options, &change->config);
  const bool some_columns = HasOption(&change->options, "column.include.list") ||
                            HasOption(&change->options, "column.exclude.list");
  List* captured = CapturedTables(&change->config);
  RequireFilteredTables(&change->config, captured);
  RequireReadableTables(captured, row.owner, some_columns,
                        !HasOption(&change->options, "identity.missing"));
  UpdateSink(
      "UPDATE penstock.sink SET options = $2::pg_catalog.jsonb,"
      " generation = generation OPERATOR(pg_catalog.+) 1"
      " WHERE id OPERATOR(pg_catalog.=) $1",
      row.id, change->json.c_str());
}

void DropSink(Name name, bool if_exists) {
  SinkRow row;
  bool found = LoadSink(name, RowLock::kNone, &row);
  if (found || !if_exists) {
    LoadOwnSink(name, RowLock::kNone, &row);
    // A lock would only be in the way of the scanner, which deletes the row.
    if (row.dropping) return;
    // Another drop may have ended meanwhile, with the row.
    found = LoadSink(name, RowLock::kUpdate, &row);
  }
  if (!found && if_exists) {
    ereport(NOTICE, (errcode(ERRCODE_UNDEFINED_OBJECT),
                     errmsg("sink \"%s\" does not exist, skipping", NameStr(*name))));
    return;
  }
  if (!found) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                    errmsg("sink \"%s\" does not exist", NameStr(*name))));
  }
  if (row.dropping) return;
  UpdateSink("UPDATE penstock.sink SET dropping = true WHERE id OPERATOR(pg_catalog.=) $1", row.id,
             nullptr);
  if (penstock_shared == nullptr) {
    ereport(WARNING, (errmsg("sink \"%s\" stays until penstock runs", NameStr(*name)),
                      errhint("Its slot keeps WAL. Set shared_preload_libraries = 'penstock' and "
                              "restart the server.")));
  }
}

}  // namespace

}  // namespace penstock::pg

extern "C" {

PGDLLEXPORT Datum penstock_alter_sink(PG_FUNCTION_ARGS) {
  penstock::pg::AlterSink(fcinfo);
  PG_RETURN_VOID();
}

PGDLLEXPORT Datum penstock_pause_sink(PG_FUNCTION_ARGS) {
  penstock::pg::SinkRow row;
  penstock::pg::LoadOwnSink(PG_GETARG_NAME(0), penstock::pg::RowLock::kUpdate, &row);
  penstock::pg::RequireNotDropping(&row);
  penstock::pg::UpdateSink(
      "UPDATE penstock.sink SET paused = true WHERE id OPERATOR(pg_catalog.=) $1", row.id, nullptr);
  PG_RETURN_VOID();
}

PGDLLEXPORT Datum penstock_resume_sink(PG_FUNCTION_ARGS) {
  penstock::pg::SinkRow row;
  penstock::pg::RequireServerReady();
  penstock::pg::LoadOwnSink(PG_GETARG_NAME(0), penstock::pg::RowLock::kUpdate, &row);
  penstock::pg::RequireNotDropping(&row);
  // The new generation also makes a failed sink start again at once.
  penstock::pg::UpdateSink(
      "UPDATE penstock.sink SET paused = false,"
      " generation = generation OPERATOR(pg_catalog.+) 1"
      " WHERE id OPERATOR(pg_catalog.=) $1",
      row.id, nullptr);
  PG_RETURN_VOID();
}

PGDLLEXPORT Datum penstock_drop_sink(PG_FUNCTION_ARGS) {
  penstock::pg::DropSink(PG_GETARG_NAME(0), PG_GETARG_BOOL(1));
  PG_RETURN_VOID();
}

}  // extern "C"
