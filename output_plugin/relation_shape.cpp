// relation_shape.cpp: from pg_class, pg_attribute and pg_index to a RelationShape.
#include "relation_shape.h"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

#include "column_default.h"
#include "extension/pg/pg_compat.h"
#include "type_shape.h"

namespace penstock::output {
namespace {

// Whether a unique index identifies rows: not partial, over columns that are never null.
bool IdentifiesRows(Relation relation, HeapTuple tuple) {
  if (!heap_attisnull(tuple, Anum_pg_index_indpred, nullptr)) return false;
  const Form_pg_index form = reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple));
  for (int i = 0; i < form->indnkeyatts; ++i) {
    if (!AttributeIsNotNull(RelationGetDescr(relation), form->indkey.values[i] - 1)) return false;
  }
  return true;
}

// The index whose columns are the event key when no option says otherwise: the primary key, else
// the first unique index by name without expressions, as Debezium takes it from JDBC. Debezium
// takes partial and nullable ones too, whose keys are not unique.
Oid FindKeyIndex(Relation relation, bool quirks) {
  Oid best = InvalidOid;
  const char *best_name = nullptr;
  List *indexes = RelationGetIndexList(relation);
  ListCell *cell;
  foreach (cell, indexes) {
    const Oid index = lfirst_oid(cell);
    HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
    if (!HeapTupleIsValid(tuple)) continue;
    const Form_pg_index form = reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple));
    bool usable = form->indisunique && form->indisvalid;
    for (int i = 0; i < form->indnkeyatts; ++i) usable = usable && form->indkey.values[i] > 0;
    const bool primary = form->indisprimary;
    if (usable && !primary && !quirks) usable = IdentifiesRows(relation, tuple);
    ReleaseSysCache(tuple);
    if (!usable) continue;
    if (primary) return index;
    const char *name = get_rel_name(index);
    if (name != nullptr && (best_name == nullptr || strcmp(name, best_name) < 0)) {
      best = index;
      best_name = name;
    }
  }
  return best;
}

// The key columns of an index as attribute numbers of its table.
AttrNumber *IndexColumns(Oid index, int *count) {
  *count = 0;
  HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
  if (!HeapTupleIsValid(tuple)) return nullptr;
  const Form_pg_index form = reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple));
  auto *columns = static_cast<AttrNumber *>(palloc(sizeof(AttrNumber) * form->indnkeyatts));
  for (int i = 0; i < form->indnkeyatts; ++i) columns[i] = form->indkey.values[i];
  *count = form->indnkeyatts;
  ReleaseSysCache(tuple);
  return columns;
}

bool IsImmediate(Oid index) {
  HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
  if (!HeapTupleIsValid(tuple)) return false;
  const bool immediate = reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple))->indimmediate;
  ReleaseSysCache(tuple);
  return immediate;
}

bool Contains(const AttrNumber *list, int count, AttrNumber attnum) {
  for (int i = 0; i < count; ++i) {
    if (list[i] == attnum) return true;
  }
  return false;
}

// The number that a column of "named" has in "relation"; the same one when they are the same.
AttrNumber MapColumn(Relation relation, Relation named, AttrNumber attnum) {
  if (relation == named) return attnum;
  const char *name = NameStr(TupleDescAttr(RelationGetDescr(named), attnum - 1)->attname);
  return get_attnum(RelationGetRelid(relation), name);
}

void ReadIdentity(Relation relation, RelationShape *shape) {
  const char identity = relation->rd_rel->relreplident;
  shape->identity_full = identity == REPLICA_IDENTITY_FULL;
  shape->has_identity = shape->identity_full;
  if (shape->identity_full || identity == REPLICA_IDENTITY_NOTHING) return;
  const Oid index = RelationGetReplicaIndex(relation);
  if (!OidIsValid(index)) return;
  shape->identity = IndexColumns(index, &shape->identity_count);
  shape->has_identity = shape->identity_count > 0;
}

void ReadKey(Relation relation, Relation named, bool quirks, RelationShape *shape) {
  const Oid index = FindKeyIndex(named, quirks);
  if (!OidIsValid(index)) return;
  shape->key = IndexColumns(index, &shape->key_count);
  shape->key_immediate = IsImmediate(index);
  shape->key_in_identity = true;
  for (int i = 0; i < shape->key_count; ++i) {
    shape->key[i] = MapColumn(relation, named, shape->key[i]);
    const bool logged =
        shape->identity_full || Contains(shape->identity, shape->identity_count, shape->key[i]);
    shape->key_in_identity = shape->key_in_identity && logged;
  }
}

}  // namespace

RelationShape *ReadRelationShape(Relation relation, Relation named, Reading reading) {
  const bool quirks = reading.quirks;
  auto *shape = static_cast<RelationShape *>(palloc0(sizeof(RelationShape)));
  shape->schema = ToUtf8(get_namespace_name(RelationGetNamespace(named)));
  shape->table = ToUtf8(pstrdup(RelationGetRelationName(named)));
  shape->relid = RelationGetRelid(relation);
  shape->named_relid = RelationGetRelid(named);
  shape->has_partitions = named->rd_rel->relkind == RELKIND_PARTITIONED_TABLE;
  ReadIdentity(relation, shape);
  ReadKey(relation, named, quirks, shape);

  TupleDesc desc = RelationGetDescr(named);
  shape->columns = static_cast<ColumnShape *>(palloc0(sizeof(ColumnShape) * (desc->natts + 1)));
  for (int i = 0; i < desc->natts; ++i) {
    Form_pg_attribute attribute = TupleDescAttr(desc, i);
    if (attribute->attisdropped) continue;
    ColumnShape *column = &shape->columns[shape->column_count++];
    column->name = ToUtf8(pstrdup(NameStr(attribute->attname)));
    column->attnum = MapColumn(relation, named, attribute->attnum);
    column->in_identity =
        shape->identity_full || Contains(shape->identity, shape->identity_count, column->attnum);
    column->generated = attribute->attgenerated != '\0';
    column->stored = !column->generated || attribute->attgenerated == ATTRIBUTE_GENERATED_STORED;
    ReadTypeShape(attribute->atttypid, attribute->atttypmod, reading, &column->type);
    column->not_null = AttributeIsNotNull(desc, i) || DomainIsNotNull(attribute->atttypid);
    if (attribute->attndims > 0) column->type.dimensions = attribute->attndims;
    if (!reading.defaults) continue;
    if (attribute->atthasdef && !column->generated) ReadDefault(named, attribute, quirks, column);
  }
  return shape;
}

}  // namespace penstock::output
