// snapshot_options.h: snapshot.select.statement.overrides: statements that read tables in place of
// the whole table.
#ifndef PENSTOCK_CORE_SNAPSHOT_OPTIONS_H
#define PENSTOCK_CORE_SNAPSHOT_OPTIONS_H

#include <map>
#include <string>

#include "status.h"

namespace penstock {

// Reads the list of tables and the statement of each from checked options. Both must name the same
// tables, as schema.table.
Status ParseSelectOverrides(const std::map<std::string, std::string>& options,
                            std::map<std::string, std::string>* statements);

}  // namespace penstock

#endif
