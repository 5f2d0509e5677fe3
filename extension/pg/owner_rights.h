// owner_rights.h: whether the owner of a sink may read a table. Used by the worker (today's
// catalogue), by the output plugin (the catalogue of the time of the change) and so compiled into
// both modules.
#ifndef PENSTOCK_PG_OWNER_RIGHTS_H
#define PENSTOCK_PG_OWNER_RIGHTS_H

#include "pg_prelude.h"

namespace penstock::pg {

enum class ReadRight {
  kYes,
  kNoSelect,     // neither SELECT on the table nor on all of its columns
  kRowSecurity,  // policies would hide rows from the owner
};

// Needs a transaction or a historic snapshot. May raise an ERROR.
ReadRight OwnerMayRead(Oid relation, Oid owner);

}  // namespace penstock::pg

#endif
