#include "publication.h"

extern "C" {
#include "catalog/partition.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_publication_rel.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

#include "type_shape.h"

namespace penstock::output {
namespace {

Publication *FindPublication(const event::EventOptions &options) {
  const std::string &name = options.publication;
  const char *local = pg_any_to_server(name.c_str(), static_cast<int>(name.size()), PG_UTF8);
  Publication *publication = GetPublicationByName(local, true);
  if (publication != nullptr) return publication;
  ereport(ERROR,
          (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("publication \"%s\" does not exist", local),
           errdetail("With publication.autocreate.mode=disabled it says what is captured, and is "
                     "looked up as it was at the time of each change."),
           errhint("Create the publication before the replication slot.")));
  pg_unreachable();
}

// The relation whose name is published for the changes of this one, as get_rel_sync_entry chooses
// it; InvalidOid: they are not published.
Oid PublishedAs(const Publication *publication, Relation relation) {
  const Oid relid = RelationGetRelid(relation);
  const bool root = relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE;
  List *ancestors = relation->rd_rel->relispartition ? get_partition_ancestors(relid) : NIL;
  Oid named = relid;
  bool published = publication->alltables;
  if (publication->alltables) {
    if (publication->pubviaroot && ancestors != NIL) named = llast_oid(ancestors);
  } else {
    int level;
    const Oid ancestor = ancestors == NIL
                             ? InvalidOid
                             : GetTopMostAncestorInPublication(publication->oid, ancestors, &level);
    published =
        OidIsValid(ancestor) || list_member_oid(GetRelationPublications(relid), publication->oid) ||
        list_member_oid(GetSchemaPublications(RelationGetNamespace(relation)), publication->oid);
    if (OidIsValid(ancestor) && publication->pubviaroot) named = ancestor;
  }
  // Rows of a partitioned table are those of its partitions unless they are published through it.
  if (!published || (root && !publication->pubviaroot)) return InvalidOid;
  return named;
}

Bitmapset *ColumnSet(Datum list) {
  ArrayType *array = DatumGetArrayTypeP(list);
  const auto *numbers = reinterpret_cast<const int16 *>(ARR_DATA_PTR(array));
  Bitmapset *set = nullptr;
  for (int i = 0; i < ARR_DIMS(array)[0]; ++i) set = bms_add_member(set, numbers[i]);
  return set;
}

// Column list and row filter; a publication of all tables or of a schema has none.
void ReadLimits(const Publication *publication, PublishedRelation *published) {
  HeapTuple tuple = SearchSysCache2(PUBLICATIONRELMAP, ObjectIdGetDatum(published->named_relid),
                                    ObjectIdGetDatum(publication->oid));
  if (!HeapTupleIsValid(tuple)) return;
  bool is_null;
  Datum value =
      SysCacheGetAttr(PUBLICATIONRELMAP, tuple, Anum_pg_publication_rel_prattrs, &is_null);
  if (!is_null) published->columns = ColumnSet(value);
  value = SysCacheGetAttr(PUBLICATIONRELMAP, tuple, Anum_pg_publication_rel_prqual, &is_null);
  if (!is_null) published->filter = static_cast<Node *>(stringToNode(TextDatumGetCString(value)));
  ReleaseSysCache(tuple);
}

// A table that is also there as part of its schema, or of all tables, is published whole.
bool IsPublishedWhole(const Publication *publication, Oid named) {
  return publication->alltables ||
         list_member_oid(GetSchemaPublications(get_rel_namespace(named)), publication->oid);
}

}  // namespace

bool UsesPublication(const event::EventOptions &options, bool snapshot) {
  return !options.publication.empty() && !(snapshot && options.quirks);
}

PublishedRelation ReadPublished(const event::EventOptions &options, Relation relation) {
  PublishedRelation published = {};
  const Publication *publication = FindPublication(options);
  if (!is_publishable_relation(relation)) return published;
  published.named_relid = PublishedAs(publication, relation);
  if (!OidIsValid(published.named_relid)) return published;
  const PublicationActions &actions = publication->pubactions;
  published.actions = {actions.pubinsert, actions.pubupdate, actions.pubdelete,
                       actions.pubtruncate};
  if (!IsPublishedWhole(publication, published.named_relid)) ReadLimits(publication, &published);
  return published;
}

void MarkUnpublished(const PublishedRelation &published, Relation named, RelationShape *shape) {
  if (published.columns == nullptr) return;
  TupleDesc desc = RelationGetDescr(named);
  for (int i = 0; i < desc->natts; ++i) {
    Form_pg_attribute attribute = TupleDescAttr(desc, i);
    if (attribute->attisdropped || bms_is_member(attribute->attnum, published.columns)) continue;
    const char *name = ToUtf8(pstrdup(NameStr(attribute->attname)));
    for (int c = 0; c < shape->column_count; ++c) {
      if (strcmp(shape->columns[c].name, name) == 0) shape->columns[c].unpublished = true;
    }
  }
}

}  // namespace penstock::output
