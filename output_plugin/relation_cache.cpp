// relation_cache.cpp: plans by relation, with PostgreSQL's invalidation.
//
// Invalidation callbacks cannot be unregistered, so they are registered once a process and walk the
// list of live caches. They only set flags: they may run at any point, also while an entry is read.
#include <algorithm>

#include "relation_cache.h"

#include "enum_labels.h"
#include "event/table_filter.h"
#include "extension/pg/filter_name.h"
#include "extension/pg/owner_rights.h"
#include "extension/pg/pg_guard.h"
#include "type_shape.h"

extern "C" {
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_publication.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace penstock::output {

class RelationCache {
 public:
  HTAB *entries;
  MemoryContext context;
  const event::EventOptions *options;
  Oid owner;
  const PenstockEventWriter *writer;
  Purpose purpose;
  EnumLabels *labels;    // under quirks, from the first transaction on
  bool stale;            // some entries may be invalid
  CachedRelation *last;  // the entry found last: changes come in runs
  RelationCache *next;   // list of live caches
};

namespace {

RelationCache *live_caches = nullptr;

// relid: InvalidOid for every relation.
void Invalidate(RelationCache *cache, Oid relid) {
  HASH_SEQ_STATUS status;
  hash_seq_init(&status, cache->entries);
  void *found;
  while ((found = hash_seq_search(&status)) != nullptr) {
    auto *entry = static_cast<CachedRelation *>(found);
    if (!OidIsValid(relid) || entry->relid == relid || entry->named_relid == relid) {
      entry->valid = false;
      cache->stale = true;
    }
  }
}

void RelationInvalidated(Datum, Oid relid) {
  for (RelationCache *cache = live_caches; cache != nullptr; cache = cache->next) {
    Invalidate(cache, relid);
  }
}

// Schemas, types and enum labels are part of a plan too; they change rarely.
void CatalogInvalidated(Datum argument, int, uint32) { RelationInvalidated(argument, InvalidOid); }

// What follows concerns some streams alone: several may live in one process.
void EnumInvalidated(Datum, int, uint32) {
  for (RelationCache *cache = live_caches; cache != nullptr; cache = cache->next) {
    // Debezium keeps the old label list (enum_labels.h).
    if (!cache->options->quirks) Invalidate(cache, InvalidOid);
  }
}

void PublicationInvalidated(Datum, int, uint32) {
  for (RelationCache *cache = live_caches; cache != nullptr; cache = cache->next) {
    if (!cache->options->publication.empty()) Invalidate(cache, InvalidOid);
  }
}

void RegisterCallbacks() {
  static bool registered = false;
  if (registered) return;
  CacheRegisterRelcacheCallback(RelationInvalidated, Datum(0));
  CacheRegisterSyscacheCallback(NAMESPACEOID, CatalogInvalidated, Datum(0));
  CacheRegisterSyscacheCallback(TYPEOID, CatalogInvalidated, Datum(0));
  CacheRegisterSyscacheCallback(ENUMOID, EnumInvalidated, Datum(0));
  for (const int cache : {PUBLICATIONOID, PUBLICATIONRELMAP, PUBLICATIONNAMESPACEMAP}) {
    CacheRegisterSyscacheCallback(cache, PublicationInvalidated, Datum(0));
  }
  registered = true;
}

void ClearEntry(CachedRelation *entry) {
  delete entry->plan;
  entry->plan = nullptr;
  if (entry->memory != nullptr) MemoryContextDelete(entry->memory);
  entry->memory = nullptr;
}

// Runs when the cache's context goes, on error too: plans are C++ objects on the C++ heap. Their
// memory contexts are children of the same context and are gone already.
void CacheGone(void *argument) {
  auto *cache = static_cast<RelationCache *>(argument);
  for (RelationCache **link = &live_caches; *link != nullptr; link = &(*link)->next) {
    if (*link != cache) continue;
    *link = cache->next;
    break;
  }
  HASH_SEQ_STATUS status;
  hash_seq_init(&status, cache->entries);
  void *found;
  while ((found = hash_seq_search(&status)) != nullptr) {
    delete static_cast<CachedRelation *>(found)->plan;
  }
  hash_destroy(cache->entries);
}

// Whether the worker found the table readable after the change was made.
bool ReadableSince(const PenstockEventWriter &writer, Oid relid, uint64 lsn) {
  if (lsn >= writer.readable_lsn) return false;
  const uint32_t *end = writer.readable + writer.readable_count;
  return std::binary_search(writer.readable, end, static_cast<uint32_t>(relid));
}

void CheckOwner(const RelationCache *cache, Relation named, uint64 lsn) {
  if (!OidIsValid(cache->owner)) return;
  const Oid relid = RelationGetRelid(named);
  const Oid owner = cache->owner;
  const pg::ReadRight right = pg::OwnerMayRead(relid, owner);
  if (right == pg::ReadRight::kYes) return;
  if (cache->writer != nullptr && ReadableSince(*cache->writer, relid, lsn)) return;
  if (right == pg::ReadRight::kNoSelect) {
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("permission denied for table %s", RelationGetRelationName(named)),
                    errdetail("The sink reads only tables that its owner may read."),
                    errhint("Grant SELECT on the table to %s, or leave the table out of the sink.",
                            GetUserNameFromId(owner, true))));
  }
  ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                  errmsg("table %s has row security that applies to the sink's owner",
                         RelationGetRelationName(named)),
                  errhint("The owner of the sink must own the table or have BYPASSRLS.")));
}

// Asks the C++ filters; no C++ object lives beyond the call.
bool Captures(const event::EventOptions &options, Relation named) {
  const char *schema = pg::FilterName(get_namespace_name(RelationGetNamespace(named)));
  const char *table = pg::FilterName(RelationGetRelationName(named));
  bool captures = false;
  pg::RunCxx([&] { captures = event::CapturesTable(options, schema, table); });
  return captures;
}

// The table of signal.data.collection.
bool IsSignalTable(const PenstockEventWriter *writer, Relation relation) {
  if (writer == nullptr || writer->signal_table == nullptr) return false;
  const char *schema = pg::FilterName(get_namespace_name(RelationGetNamespace(relation)));
  const char *table = pg::FilterName(RelationGetRelationName(relation));
  return strcmp(schema, writer->signal_schema) == 0 && strcmp(table, writer->signal_table) == 0;
}

// Partitions of one table are one table here.
Oid RootOf(Oid relid) {
  if (!get_rel_relispartition(relid)) return relid;
  List *ancestors = get_partition_ancestors(relid);
  const Oid root = ancestors == NIL ? relid : llast_oid(ancestors);
  list_free(ancestors);
  return root;
}

[[noreturn]] void RaiseSharedTopic(const CachedRelation *entry, Oid other) {
  const std::string &topic = entry->plan->plan.topic;
  const Oid relid = entry->named_relid;
  ereport(ERROR,
          (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
           errmsg("tables \"%s.%s\" and \"%s.%s\" have one topic, \"%s\"",
                  get_namespace_name(get_rel_namespace(other)), get_rel_name(other),
                  get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid),
                  pg_any_to_server(topic.c_str(), static_cast<int>(topic.size()), PG_UTF8)),
           errdetail("Rows of different tables would have one document."),
           errhint("Give each table a topic of its own with index.map or transforms, or make a "
                   "sink for each.")));
}

// Two tables in one index: the ids of their documents would meet.
void CheckTopic(RelationCache *cache, const CachedRelation *entry) {
  Oid other = InvalidOid;
  HASH_SEQ_STATUS status;
  hash_seq_init(&status, cache->entries);
  void *found;
  while ((found = hash_seq_search(&status)) != nullptr) {
    auto *seen = static_cast<CachedRelation *>(found);
    if (!seen->valid || !seen->captured || seen->named_relid == entry->named_relid) continue;
    if (seen->plan->plan.topic == entry->plan->plan.topic) other = seen->named_relid;
  }
  if (!OidIsValid(other) || get_rel_name(other) == nullptr) return;
  if (RootOf(other) != RootOf(entry->named_relid)) RaiseSharedTopic(entry, other);
}

// The condition that row.filter gives the relation; NULL: none.
const char *OwnFilter(const event::EventOptions &options, const RelationShape &shape) {
  const std::string_view schema(shape.schema), table(shape.table);
  for (const auto &[name, condition] : options.row_filters) {
    const std::string_view full(name);
    if (full.size() == schema.size() + 1 + table.size() && full[schema.size()] == '.' &&
        full.substr(0, schema.size()) == schema && full.substr(schema.size() + 1) == table) {
      return condition.c_str();
    }
  }
  return nullptr;
}

void FillFilter(const RelationCache *cache, CachedRelation *entry, const RelationShape &shape,
                Relation relation, Relation named, Node *condition) {
  const event::EventOptions &options = *cache->options;
  const char *own = OwnFilter(options, shape);
  if (own != nullptr) {
    Node *parsed = ParseRowFilter(own, named);
    condition = condition == nullptr ? parsed : make_and_qual(condition, parsed);
  }
  if (condition == nullptr) return;
  entry->filter = MakeRowFilter(condition, relation, named);
  if (own != nullptr && !(options.skip_update && options.skip_delete)) {
    RequireInOldRow(*entry->filter, shape);
  }
}

void FillEntry(RelationCache *cache, CachedRelation *entry, Relation relation, Relation named,
               const PublishedRelation *published, uint64 lsn) {
  CheckOwner(cache, named, lsn);
  entry->memory = AllocSetContextCreate(cache->context, "penstock relation", ALLOCSET_SMALL_SIZES);
  MemoryContext old = MemoryContextSwitchTo(entry->memory);
  const event::EventOptions &options = *cache->options;
  const bool plain = IsPlain(options.format);
  const Reading reading = {options.quirks && !plain, options.nested_arrays || plain, !plain};
  RelationShape *shape = ReadRelationShape(relation, named, reading);
  if (cache->labels != nullptr) UseKnownLabels(cache->labels, shape);
  FillFilter(cache, entry, *shape, relation, named,
             published == nullptr ? nullptr : published->filter);
  MemoryContextSwitchTo(old);
  if (published != nullptr) MarkUnpublished(*published, named, shape);
  entry->has_identity = shape->has_identity;
  BoundPlan *plan = nullptr;
  pg::RunCxx([&]() -> Status {
    Result<std::unique_ptr<BoundPlan>> built = BuildPlan(*shape, *cache->options, cache->purpose);
    if (built.ok()) plan = built.value().release();
    return built.status();
  });
  entry->plan = plan;
  if (cache->options->document.addressing && cache->purpose != Purpose::kReread) {
    CheckTopic(cache, entry);
  }
  entry->captured = true;
}

// What the sinks write themselves.
bool IsOwnCatalogue(Relation relation) {
  const char *schema = get_namespace_name(RelationGetNamespace(relation));
  return schema != nullptr && strcmp(schema, "penstock") == 0;
}

// Whether pgoutput would have told Debezium of a transaction because of a change of the relation.
bool Announces(const event::EventOptions &options, const CachedRelation &entry, Relation relation) {
  switch (options.publication_mode) {
    case event::PublicationMode::kAllTables:
      return !IsOwnCatalogue(relation);
    case event::PublicationMode::kDisabled:
      return OidIsValid(entry.named_relid);
    default:
      return entry.captured;
  }
}

// An ERROR on the way leaves an entry that is not captured; the session that decodes ends with it.
void BuildEntry(RelationCache *cache, CachedRelation *entry, Relation relation, uint64 lsn) {
  ClearEntry(entry);
  entry->captured = false;
  entry->warned_identity = false;
  entry->mapping_shown = false;
  entry->announced = false;
  entry->is_signal = false;
  entry->filter = nullptr;
  entry->actions = kEveryAction;
  entry->named_relid = InvalidOid;
  const bool snapshot = cache->purpose == Purpose::kSnapshot;
  const bool by_publication = UsesPublication(*cache->options, snapshot);
  PublishedRelation published;
  // Valid from here on: an invalidation that arrives while the entry is built must not be lost.
  entry->valid = true;
  // Not so materialised views, whose refresh may come as changes of rows.
  if (!is_publishable_relation(relation)) return;
  if (by_publication) {
    published = ReadPublished(*cache->options, relation);
    entry->named_relid = published.named_relid;
    entry->actions = published.actions;
  } else {
    entry->named_relid = NamedRelation(*cache->options, relation, snapshot);
  }
  entry->is_signal = !snapshot && IsSignalTable(cache->writer, relation);
  if (entry->is_signal) CheckOwner(cache, relation, lsn);  // also where its rows are not sent
  const bool own_name = entry->named_relid == RelationGetRelid(relation);
  Relation named = own_name                         ? relation
                   : OidIsValid(entry->named_relid) ? RelationIdGetRelation(entry->named_relid)
                                                    : nullptr;
  if (RelationIsValid(named)) {
    // Debezium sends the signals too, whatever its filters say.
    if (Captures(*cache->options, named) || (entry->is_signal && cache->options->quirks)) {
      FillEntry(cache, entry, relation, named, by_publication ? &published : nullptr, lsn);
    }
    if (!own_name) RelationClose(named);
  }
  entry->announced = Announces(*cache->options, *entry, relation);
}

}  // namespace

RelationCache *MakeRelationCache(MemoryContext context, const event::EventOptions *options,
                                 Oid owner, const PenstockEventWriter *writer, Purpose purpose) {
  RegisterCallbacks();
  auto *cache =
      static_cast<RelationCache *>(MemoryContextAllocZero(context, sizeof(RelationCache)));
  HASHCTL control = {};
  control.keysize = sizeof(Oid);
  control.entrysize = sizeof(CachedRelation);
  // In a context of its own that hash_destroy frees; CacheGone runs before children are deleted
  // only for the context it is registered with, so the table must not be a child of it.
  control.hcxt = TopMemoryContext;
  cache->entries =
      hash_create("penstock relations", 128, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
  cache->context = context;
  cache->options = options;
  cache->owner = owner;
  cache->writer = writer;
  cache->purpose = purpose;
  auto *callback = static_cast<MemoryContextCallback *>(
      MemoryContextAllocZero(context, sizeof(MemoryContextCallback)));
  callback->func = CacheGone;
  callback->arg = cache;
  MemoryContextRegisterResetCallback(context, callback);
  cache->next = live_caches;
  live_caches = cache;
  return cache;
}

Oid NamedRelation(const event::EventOptions &options, Relation relation, bool snapshot) {
  if (UsesPublication(options, snapshot)) return ReadPublished(options, relation).named_relid;
  const bool root = relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE;
  const bool part = relation->rd_rel->relispartition;
  if (event::HasOwnEvents(options, root, part, snapshot)) return RelationGetRelid(relation);
  if (!options.publish_via_partition_root) return InvalidOid;
  List *ancestors = get_partition_ancestors(RelationGetRelid(relation));
  const Oid top = ancestors == NIL ? RelationGetRelid(relation) : llast_oid(ancestors);
  list_free(ancestors);
  return top;
}

void BeginRelations(RelationCache *cache) {
  const event::EventOptions &options = *cache->options;
  if (cache->labels != nullptr || !options.quirks || IsPlain(options.format)) return;
  cache->labels = ReadEnumLabels(cache->context);
}

void SweepRelations(RelationCache *cache) {
  if (!cache->stale) return;
  cache->stale = false;
  cache->last = nullptr;
  HASH_SEQ_STATUS status;
  hash_seq_init(&status, cache->entries);
  void *found;
  while ((found = hash_seq_search(&status)) != nullptr) {
    auto *entry = static_cast<CachedRelation *>(found);
    if (entry->valid) continue;
    const Oid relid = entry->relid;
    ClearEntry(entry);
    hash_search(cache->entries, &relid, HASH_REMOVE, nullptr);
  }
}

CachedRelation *LookupRelation(RelationCache *cache, Relation relation, uint64 lsn) {
  const Oid relid = RelationGetRelid(relation);
  if (cache->last != nullptr && cache->last->relid == relid && cache->last->valid) {
    return cache->last;
  }
  bool found;
  auto *entry =
      static_cast<CachedRelation *>(hash_search(cache->entries, &relid, HASH_ENTER, &found));
  if (!found) {
    memset(entry, 0, sizeof *entry);
    entry->relid = relid;
  }
  if (!entry->valid) BuildEntry(cache, entry, relation, lsn);
  cache->last = entry;
  return entry;
}

}  // namespace penstock::output
