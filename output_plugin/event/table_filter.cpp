#include "table_filter.h"

namespace penstock::event {

bool CapturesTable(const EventOptions& options, const std::string& schema,
                   const std::string& table) {
  // Debezium's built-in exclusions, and our own catalogue, which may hold secrets.
  if (schema == "pg_catalog" || schema == "information_schema" || schema == "penstock" ||
      schema.compare(0, 8, "pg_toast") == 0 || schema.compare(0, 7, "pg_temp") == 0) {
    return false;
  }
  // PostGIS keeps its reference systems among the users' tables.
  if (options.ignore_builtin && EqualsIgnoreCase(table, "spatial_ref_sys")) return false;
  if (!options.schema_include.empty() && !options.schema_include.Matches(schema)) return false;
  if (options.schema_exclude.Matches(schema)) return false;
  const std::string full_name = schema + "." + table;
  if (!options.table_include.empty()) return options.table_include.Matches(full_name);
  return !options.table_exclude.Matches(full_name);
}

bool HasOwnEvents(const EventOptions& options, bool is_partitioned, bool is_partition,
                  bool snapshot) {
  // Its own setting counts; the catalogue is asked later.
  if (!options.publication.empty() && !(snapshot && options.quirks)) return true;
  if (options.publish_via_partition_root) return !is_partition;
  return !is_partitioned || (snapshot && options.quirks);
}

}  // namespace penstock::event
