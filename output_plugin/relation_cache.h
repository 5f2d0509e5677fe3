// relation_cache.h: the plans of one decoding session, kept until the catalogue changes.
#ifndef PENSTOCK_OUTPUT_RELATION_CACHE_H
#define PENSTOCK_OUTPUT_RELATION_CACHE_H

#include "plan_builder.h"
#include "publication.h"
#include "rendezvous.h"
#include "row_filter.h"

namespace penstock::output {

// One relation. Plain data, in a hash table; plan is a C++ object the entry owns.
struct CachedRelation {
  Oid relid;        // hash key
  Oid named_relid;  // the root whose name is used; an invalidation of it counts too
  bool valid;
  bool announced;  // provide.transaction.metadata: a change of it begins a transaction
  bool captured;
  bool is_signal;  // rows inserted into it are signals
  bool has_identity;
  bool warned_identity;      // the missing identity was logged
  bool mapping_shown;        // text output: the mapping was printed
  PublishedActions actions;  // those that are captured
  RowFilter *filter;         // nullptr: every row
  MemoryContext memory;      // of the shape's parts that the plan points to
  BoundPlan *plan;           // nullptr when not captured
};

class RelationCache;

// Makes a cache that lives in, and dies with, the given context. options and writer must outlive
// it. owner: role whose SELECT right is checked for each captured table, InvalidOid for none.
RelationCache *MakeRelationCache(MemoryContext context, const event::EventOptions *options,
                                 Oid owner, const PenstockEventWriter *writer, Purpose purpose);

// The entry of a relation, built anew after an invalidation. lsn: of the change. ERROR when the
// owner may not read it.
CachedRelation *LookupRelation(RelationCache *cache, Relation relation, uint64 lsn);

// At the begin of each transaction, while the catalogue is as it was before it.
void BeginRelations(RelationCache *cache);

// Forgets entries that an invalidation hit, so that dropped tables leave nothing behind. Between
// transactions only: no entry may be in use.
void SweepRelations(RelationCache *cache);

// The relation whose name the events of this one carry, as an OID; InvalidOid: none, its rows are
// not captured (a partition's root without publish.via.partition.root has no rows of its own; under
// quirks a snapshot reads it all the same, as Debezium does).
Oid NamedRelation(const event::EventOptions &options, Relation relation, bool snapshot);

}  // namespace penstock::output

#endif
