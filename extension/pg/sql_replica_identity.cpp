// sql_replica_identity.cpp: set_replica_identity for one table, set_replica_identities by pattern.
// The caller's own rights decide: this is ALTER TABLE … REPLICA IDENTITY and nothing more.
#include "sql_common.h"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(penstock_set_replica_identity);
PG_FUNCTION_INFO_V1(penstock_set_replica_identities);
}

namespace penstock::pg {

namespace {

// What stands after REPLICA IDENTITY.
const char* IdentityClause(const char* identity, const char* index) {
  if (pg_strcasecmp(identity, "index") == 0) {
    if (index == nullptr) {
      ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                      errmsg("replica identity \"index\" needs the name of an index")));
    }
    return psprintf("USING INDEX %s", quote_identifier(index));
  }
  if (index != nullptr) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("replica identity \"%s\" takes no index", identity)));
  }
  for (const char* known : {"default", "full", "nothing"}) {
    if (pg_strcasecmp(identity, known) == 0) return known;
  }
  ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                  errmsg("unknown replica identity \"%s\"", identity),
                  errhint("Valid values are \"default\", \"full\", \"nothing\" and \"index\".")));
}

void SetIdentity(Oid relid, const char* clause) {
  const char* schema = get_namespace_name(get_rel_namespace(relid));
  const char* table = get_rel_name(relid);
  if (schema == nullptr || table == nullptr) {
    ereport(ERROR,
            (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("table with OID %u does not exist", relid)));
  }
  ExecuteSql(psprintf("ALTER TABLE %s REPLICA IDENTITY %s",
                      quote_qualified_identifier(schema, table), clause),
             nullptr, false, SPI_OK_UTILITY);
}

// A regular expression over schema.table, anchored and without case, as in table.include.list.
List* MatchingTables(const char* pattern, MemoryContext context) {
  SqlArguments arguments = {};
  AddArgument(&arguments, TEXTOID, CStringGetTextDatum(pattern));
  ExecuteSql(
      "SELECT c.oid FROM pg_catalog.pg_class AS c"
      " JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace"
      " WHERE c.relkind IN ('r', 'p') AND c.relpersistence OPERATOR(pg_catalog.=) 'p'"
      " AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'penstock')"
      " AND pg_catalog.concat(n.nspname, '.', c.relname) OPERATOR(pg_catalog.~*)"
      " pg_catalog.concat('^(?:', $1, ')$')"
      " ORDER BY n.nspname, c.relname",
      &arguments, true, SPI_OK_SELECT);
  List* tables = NIL;
  for (uint64 i = 0; i < SPI_processed; i++) {
    bool is_null;
    const Datum oid = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null);
    const MemoryContext spi = MemoryContextSwitchTo(context);
    tables = lappend_oid(tables, DatumGetObjectId(oid));
    MemoryContextSwitchTo(spi);
  }
  return tables;
}

}  // namespace

}  // namespace penstock::pg

extern "C" {

PGDLLEXPORT Datum penstock_set_replica_identity(PG_FUNCTION_ARGS) {
  if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) {
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                    errmsg("table and identity must not be null")));
  }
  const char* identity = text_to_cstring(PG_GETARG_TEXT_PP(1));
  const char* index = PG_ARGISNULL(2) ? nullptr : NameStr(*PG_GETARG_NAME(2));
  const char* clause = penstock::pg::IdentityClause(identity, index);
  SPI_connect();
  penstock::pg::SetIdentity(PG_GETARG_OID(0), clause);
  SPI_finish();
  PG_RETURN_VOID();
}

PGDLLEXPORT Datum penstock_set_replica_identities(PG_FUNCTION_ARGS) {
  ReturnSetInfo* result = penstock::pg::BeginResultSet(fcinfo, true);
  const MemoryContext context = CurrentMemoryContext;
  const char* pattern = text_to_cstring(PG_GETARG_TEXT_PP(0));
  const char* clause = penstock::pg::IdentityClause(text_to_cstring(PG_GETARG_TEXT_PP(1)), nullptr);
  SPI_connect();
  ListCell* cell;
  foreach (cell, penstock::pg::MatchingTables(pattern, context)) {
    penstock::pg::SetIdentity(lfirst_oid(cell), clause);
    Datum value = ObjectIdGetDatum(lfirst_oid(cell));
    bool is_null = false;
    tuplestore_putvalues(result->setResult, result->setDesc, &value, &is_null);
  }
  SPI_finish();
  return (Datum)0;
}

}  // extern "C"
