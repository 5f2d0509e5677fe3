// sql_captured.h: asks the output plugin, loaded into this backend, which tables a sink captures.
#ifndef PENSTOCK_SQL_CAPTURED_H
#define PENSTOCK_SQL_CAPTURED_H

#include "sql_common.h"

namespace penstock::pg {

// OIDs of the permanent tables of this database that the options capture now, in order of schema
// and name. They are locked in ACCESS SHARE mode until the end of the transaction.
List* CapturedTables(const SinkConfig* config);

// ERROR when row.filter has a condition for a table that is not among them: a name that is spelled
// wrong would let every row pass.
void RequireFilteredTables(const SinkConfig* config, const List* tables);

// ERROR unless the text, in the server's encoding, is a condition that row.filter would take.
void RequireCondition(Oid relid, const char* condition);

}  // namespace penstock::pg

#endif
