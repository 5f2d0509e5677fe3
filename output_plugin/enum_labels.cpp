#include "enum_labels.h"

#include "type_shape.h"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_enum.h"
#include "lib/stringinfo.h"
#include "utils/hsearch.h"
#include "utils/rel.h"
}

namespace penstock::output {

class EnumLabels {
 public:
  MemoryContext context;
  HTAB *entries;
};

namespace {

struct LabelEntry {
  Oid type;  // hash key
  const char *labels;
};

LabelEntry *Enter(EnumLabels *known, Oid type, bool *found) {
  return static_cast<LabelEntry *>(hash_search(known->entries, &type, HASH_ENTER, found));
}

void Keep(EnumLabels *known, Oid type, const char *labels) {
  bool found;
  Enter(known, type, &found)->labels = MemoryContextStrdup(known->context, labels);
}

}  // namespace

EnumLabels *ReadEnumLabels(MemoryContext context) {
  auto *known = static_cast<EnumLabels *>(MemoryContextAllocZero(context, sizeof(EnumLabels)));
  HASHCTL control = {};
  control.keysize = sizeof(Oid);
  control.entrysize = sizeof(LabelEntry);
  control.hcxt = context;
  known->context = context;
  known->entries =
      hash_create("penstock enum labels", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
  Oid type = InvalidOid;
  StringInfoData labels;
  initStringInfo(&labels);
  Relation catalog = table_open(EnumRelationId, AccessShareLock);
  Relation index = index_open(EnumTypIdSortOrderIndexId, AccessShareLock);
  SysScanDesc scan = systable_beginscan_ordered(catalog, index, nullptr, 0, nullptr);
  HeapTuple tuple;
  while (HeapTupleIsValid(tuple = systable_getnext_ordered(scan, ForwardScanDirection))) {
    const Form_pg_enum form = reinterpret_cast<Form_pg_enum>(GETSTRUCT(tuple));
    if (form->enumtypid != type) {
      if (OidIsValid(type)) Keep(known, type, ToUtf8(labels.data));
      resetStringInfo(&labels);
      type = form->enumtypid;
    } else {
      appendStringInfoChar(&labels, ',');
    }
    appendStringInfoString(&labels, NameStr(form->enumlabel));
  }
  if (OidIsValid(type)) Keep(known, type, ToUtf8(labels.data));
  systable_endscan_ordered(scan);
  index_close(index, AccessShareLock);
  table_close(catalog, AccessShareLock);
  pfree(labels.data);
  return known;
}

void UseKnownLabels(EnumLabels *known, RelationShape *shape) {
  for (int i = 0; i < shape->column_count; ++i) {
    TypeShape *type = &shape->columns[i].type;
    while (type->element != nullptr) type = type->element;
    if (type->type != PgType::kEnum) continue;
    bool found;
    LabelEntry *entry = Enter(known, type->oid, &found);
    if (!found) entry->labels = MemoryContextStrdup(known->context, type->labels);
    type->labels = entry->labels;
  }
}

}  // namespace penstock::output
