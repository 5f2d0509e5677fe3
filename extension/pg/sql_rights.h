// sql_rights.h: who may create a sink, what it may read and where it may write. Every check is made
// as the caller, before anything is written.
#ifndef PENSTOCK_SQL_RIGHTS_H
#define PENSTOCK_SQL_RIGHTS_H

#include "sql_common.h"

namespace penstock::pg {

// ERROR unless the server can run sinks at all: preload, wal_level, not in recovery.
void RequireServerReady();
// Whether the caller is a superuser, has REPLICATION, or is a member of penstock.sink_creators.
bool MayCreateSinks();
void RequireSinkCreator();
// ERROR unless the server lets a slot use penstock_output.
void RequirePluginAllowed();
// ERROR when the files or environment variables that the options name are closed to the caller.
void RequireOpenDoors(const char* connector, const OptionMap* options, const SinkConfig* config);
// ERROR unless owner may read every table, and, with require_identity, every table has a usable
// replica identity. some_columns: column filters are in use, so a right to some column is enough
// here; the plan checks each.
void RequireReadableTables(List* tables, Oid owner, bool some_columns, bool require_identity);
// ERROR unless every name that is not a pattern is a table that can be captured with the options.
void RequireTables(const std::vector<std::string>* names, const OptionMap* options);

}  // namespace penstock::pg

#endif
