// filter_name.h: names of schemas and tables as the filters of options compare them, in UTF-8. Used
// by the worker and by the output plugin, and so compiled into both modules.
#ifndef PENSTOCK_PG_FILTER_NAME_H
#define PENSTOCK_PG_FILTER_NAME_H

#include "pg_prelude.h"

namespace penstock::pg {

// Of a SQL_ASCII database a name may be no UTF-8: each of its bytes that is no character becomes
// U+FFFD. Such a table has no events, but it must not stop a sink that leaves it out.
const char* FilterName(const char* name);

}  // namespace penstock::pg

#endif
