/*
 * pg_prelude.h: the one way into PostgreSQL's headers.
 *
 * C++ files include their C++ standard headers before this one: PostgreSQL defines macros that
 * clash with them (printf and friends become pg_printf, Min, Max, gettext, foreach), and its C
 * headers need C linkage. The macros that break C++ code after us are taken away again below.
 * Readable from C as well, so that the WAL loop and the C++ files see the same declarations.
 */
#ifndef PENSTOCK_PG_PRELUDE_H
#define PENSTOCK_PG_PRELUDE_H

#ifdef __cplusplus
/* Servers built without NLS define its functions as macros; C++'s <locale> would meet them. */
#include <libintl.h>
/* 15's headers still say "register", which C++17 took away. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wregister"
extern "C" {
#endif

#include "postgres.h"

/* Everything is compiled with hidden visibility; before 16 PGDLLEXPORT did not lift it. */
#if PG_VERSION_NUM < 160000
#undef PGDLLEXPORT
#define PGDLLEXPORT __attribute__((visibility("default")))
#endif

#include "access/xact.h"
#include "access/xlog.h"
#include "access/xlogdefs.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "pgstat.h"
#include "port/atomics.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/condition_variable.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/shmem.h"
#include "storage/spin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/pg_lsn.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#ifdef __cplusplus
}
#pragma GCC diagnostic pop

/* These names are functions of the standard library again. */
#undef printf
#undef sprintf
#undef snprintf
#undef vsnprintf
#undef fprintf
#undef strerror
#undef strerror_r
#undef gettext
#undef dgettext
#undef dngettext
#undef ngettext
#endif

#endif
