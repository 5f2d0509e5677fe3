/*
 * probe.c: a module with two planted errors, so that a run without reports means something.
 * LOAD it: the overflow of an int is reported, then the read past a block ends the process.
 */
#include "postgres.h"

#include <limits.h>

#include "fmgr.h"

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

void _PG_init(void) {
  volatile int number = INT_MAX;
  char *volatile block = malloc(8);
  number += 1;
  elog(LOG, "%d %d", number, block[8]);
  free(block);
}
