// sql_common.cpp: see sql_common.h.
#include "sql_common.h"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
}

namespace penstock::pg {

namespace {

Oid ExtensionOwner() {
  bool is_null = true;
  ExecuteSql("SELECT extowner FROM pg_catalog.pg_extension WHERE extname = 'penstock'", nullptr,
             true, SPI_OK_SELECT);
  Oid owner = InvalidOid;
  if (SPI_processed == 1) {
    owner =
        DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null));
  }
  if (is_null || !OidIsValid(owner)) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                    errmsg("extension \"penstock\" does not exist in this database"),
                    errhint("Run CREATE EXTENSION penstock.")));
  }
  return owner;
}

char* TextColumn(int column) {
  return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column);
}

Datum Column(int column) {
  bool is_null;
  return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column, &is_null);
}

}  // namespace

SavedUser EnterExtensionOwner() {
  const Oid owner = ExtensionOwner();
  SavedUser saved;
  GetUserIdAndSecContext(&saved.user, &saved.context);
  SetUserIdAndSecContext(owner, saved.context | SECURITY_LOCAL_USERID_CHANGE);
  return saved;
}

void LeaveExtensionOwner(SavedUser saved) { SetUserIdAndSecContext(saved.user, saved.context); }

void AddArgument(SqlArguments* arguments, Oid type, Datum value, bool is_null) {
  arguments->types[arguments->count] = type;
  arguments->values[arguments->count] = value;
  arguments->nulls[arguments->count] = is_null ? 'n' : ' ';
  arguments->count++;
}

void ExecuteSql(const char* sql, SqlArguments* arguments, bool read_only, int expected) {
  int result;
  if (arguments == nullptr) {
    result = SPI_execute(sql, read_only, 0);
  } else {
    result = SPI_execute_with_args(sql, arguments->count, arguments->types, arguments->values,
                                   arguments->nulls, read_only, 0);
  }
  if (result != expected) {
    elog(ERROR, "unexpected SPI result %s for: %s", SPI_result_code_string(result), sql);
  }
}

bool LoadSink(Name name, RowLock lock, SinkRow* row) {
  const MemoryContext caller = CurrentMemoryContext;
  SqlArguments arguments = {};
  AddArgument(&arguments, NAMEOID, NameGetDatum(name));
  SPI_connect();
  const SavedUser saved = EnterExtensionOwner();
  // Not read-only even without a lock: the newest committed row counts, not the statement's.
  ExecuteSql(
      lock == RowLock::kUpdate
          ? "SELECT id, name, owner, connector, options, slot_name, paused, dropping, generation"
            " FROM penstock.sink WHERE name OPERATOR(pg_catalog.=) $1 FOR UPDATE"
          : "SELECT id, name, owner, connector, options, slot_name, paused, dropping, generation"
            " FROM penstock.sink WHERE name OPERATOR(pg_catalog.=) $1",
      &arguments, false, SPI_OK_SELECT);
  LeaveExtensionOwner(saved);
  const bool found = SPI_processed == 1;
  if (found) {
    row->id = DatumGetInt32(Column(1));
    row->name = *DatumGetName(Column(2));
    row->owner = DatumGetObjectId(Column(3));
    row->connector = MemoryContextStrdup(caller, TextColumn(4));
    row->options = MemoryContextStrdup(caller, TextColumn(5));
    row->slot_name = *DatumGetName(Column(6));
    row->paused = DatumGetBool(Column(7));
    row->dropping = DatumGetBool(Column(8));
    row->generation = DatumGetUInt32(Column(9));
  }
  SPI_finish();
  return found;
}

void LoadOwnSink(Name name, RowLock lock, SinkRow* row) {
  // The lock comes after the check, so that nobody can block a foreign sink.
  if (!LoadSink(name, RowLock::kNone, row)) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                    errmsg("sink \"%s\" does not exist", NameStr(*name))));
  }
  if (!has_privs_of_role(GetUserId(), row->owner)) {
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("must be owner of sink \"%s\"", NameStr(*name))));
  }
  if (lock == RowLock::kUpdate && !LoadSink(name, lock, row)) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                    errmsg("sink \"%s\" does not exist", NameStr(*name))));
  }
}

void ReadJsonOptions(Jsonb* json, OptionMap* options, std::vector<std::string>* nulls) {
  const char* text = JsonbToCString(nullptr, &json->root, VARSIZE_ANY(json));
  RunCxx([=] { return ReadOptionObject(text, options, nulls); });
}

bool HasOption(const OptionMap* options, const char* name) {
  bool has = false;
  RunCxx([&has, options, name] { has = options->count(name) != 0; });
  return has;
}

void ReadTextArray(ArrayType* array, std::vector<std::string>* items) {
  Datum* values;
  bool* nulls;
  int count;
  deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &count);
  for (int i = 0; i < count; i++) {
    if (nulls[i]) {
      ereport(ERROR,
              (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("table names must not be null")));
    }
    const char* item = TextDatumGetCString(values[i]);
    RunCxx([=] { items->emplace_back(item); });
  }
}

void EmitNotices(const std::vector<std::string>* notices) {
  for (size_t i = 0; i < notices->size(); i++) {
    ereport(NOTICE, (errmsg("%s", (*notices)[i].c_str())));
  }
}

ReturnSetInfo* BeginResultSet(FunctionCallInfo fcinfo, bool scalar) {
  InitMaterializedSRF(fcinfo, scalar ? MAT_SRF_USE_EXPECTED_DESC : 0);
  return reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
}

}  // namespace penstock::pg
