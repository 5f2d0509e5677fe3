/*
 * pg_compat.h: everything that differs between the supported PostgreSQL releases, for C and C++.
 * Functions and macros offer the newest signature on every server; each names the release that
 * changed it. Included after pg_prelude.h.
 */
#ifndef PENSTOCK_PG_COMPAT_H
#define PENSTOCK_PG_COMPAT_H

#if PG_VERSION_NUM < 150000 || PG_VERSION_NUM >= 190000
#error "penstock supports PostgreSQL 15 to 18"
#endif

#define PG16_GE (PG_VERSION_NUM >= 160000)
#define PG17_GE (PG_VERSION_NUM >= 170000)
#define PG18_GE (PG_VERSION_NUM >= 180000)

#ifdef __cplusplus
extern "C" {
#endif

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/tupdesc.h"
#include "nodes/nodeFuncs.h"
#include "replication/reorderbuffer.h"
#include "replication/slot.h"
/* 18 moved wait event sets out of storage/latch.h. */
#if PG18_GE
#include "storage/waiteventset.h"
#endif

#ifdef __cplusplus
}
#endif

/* 18 added error_if_invalid; before it the caller tests SlotIsInvalidated itself. */
static inline void ReplicationSlotAcquireCompat(const char *name, bool nowait) {
#if PG18_GE
  ReplicationSlotAcquire(name, nowait, false);
#else
  ReplicationSlotAcquire(name, nowait);
#endif
}

/* 17 added failover and synced. */
static inline void ReplicationSlotCreateCompat(const char *name, bool db_specific,
                                               ReplicationSlotPersistency persistency,
                                               bool two_phase, bool failover) {
#if PG17_GE
  ReplicationSlotCreate(name, db_specific, persistency, two_phase, failover, false);
#else
  (void)failover;
  ReplicationSlotCreate(name, db_specific, persistency, two_phase);
#endif
}

/* 16 replaced invalidated_at by a cause. */
static inline bool SlotIsInvalidated(const ReplicationSlot *slot) {
#if PG16_GE
  return slot->data.invalidated != RS_INVAL_NONE;
#else
  return slot->data.invalidated_at != InvalidXLogRecPtr;
#endif
}

/* Why a slot of this server was invalidated, as part of a sentence. On a primary that is WAL which
 * was removed and, from 18 on, idle_replication_slot_timeout. */
static inline const char *SlotInvalidationCause(const ReplicationSlot *slot) {
#if PG18_GE
  if (slot->data.invalidated == RS_INVAL_IDLE_TIMEOUT)
    return "it was unused for longer than idle_replication_slot_timeout";
#else
  (void)slot;
#endif
  return "WAL it needed is gone";
}

/* 17 gave wait event sets a resource owner instead of a memory context; NULL means the caller frees
 * the set. */
static inline WaitEventSet *CreateWaitEventSetCompat(int nevents) {
#if PG17_GE
  return CreateWaitEventSet(NULL, nevents);
#else
  return CreateWaitEventSet(TopMemoryContext, nevents);
#endif
}

/* 17 lets extensions name their wait events. */
static inline uint32 WaitEventExtensionCompat(const char *name) {
#if PG17_GE
  return WaitEventExtensionNew(name);
#else
  (void)name;
  return PG_WAIT_EXTENSION;
#endif
}

/* 17 dropped ReorderBufferTupleBuf around the decoded tuples. */
static inline HeapTuple OldTupleCompat(ReorderBufferChange *change) {
#if PG17_GE
  return change->data.tp.oldtuple;
#else
  return change->data.tp.oldtuple != NULL ? &change->data.tp.oldtuple->tuple : NULL;
#endif
}
static inline HeapTuple NewTupleCompat(ReorderBufferChange *change) {
#if PG17_GE
  return change->data.tp.newtuple;
#else
  return change->data.tp.newtuple != NULL ? &change->data.tp.newtuple->tuple : NULL;
#endif
}

/* 18 has NOT NULL constraints that are not valid for the rows that exist; attnotnull is set for
 * them too. index counts from 0. */
static inline bool AttributeIsNotNull(TupleDesc desc, int index) {
#if PG18_GE
  return TupleDescCompactAttr(desc, index)->attnullability == ATTNULLABLE_VALID;
#else
  return TupleDescAttr(desc, index)->attnotnull;
#endif
}

/* 18 added instrumentation. */
static inline IndexScanDesc IndexBeginScanCompat(Relation heap, Relation index, Snapshot snapshot,
                                                 int key_count) {
#if PG18_GE
  return index_beginscan(heap, index, snapshot, NULL, key_count, 0);
#else
  return index_beginscan(heap, index, snapshot, key_count, 0);
#endif
}

/* heap_getattr without the function that it calls since 15.20 and 17.12: a module built with their
 * headers would not load into older minor releases. number counts from 1. */
static inline Datum HeapGetAttrCompat(HeapTuple tuple, int number, TupleDesc desc, bool *is_null) {
  if (number > (int)HeapTupleHeaderGetNatts(tuple->t_data))
    return getmissingattr(desc, number, is_null);
  return fastgetattr(tuple, number, desc, is_null);
}

/* 16 gave the walkers' callbacks a prototype. */
static inline bool ExpressionTreeWalkerCompat(Node *node, bool (*walker)(Node *, void *),
                                              void *context) {
#if PG16_GE
  return expression_tree_walker(node, walker, context);
#else
  return expression_tree_walker(node, (bool (*)())(void *)walker, context);
#endif
}

static inline bool RawExpressionTreeWalkerCompat(Node *node, bool (*walker)(Node *, void *),
                                                 void *context) {
#if PG16_GE
  return raw_expression_tree_walker(node, walker, context);
#else
  return raw_expression_tree_walker(node, (bool (*)())(void *)walker, context);
#endif
}

/* transaction_timeout came with 17. */
#define HAVE_TRANSACTION_TIMEOUT PG17_GE

#endif
