#include "watch.h"

#include "logged_value.h"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "lib/stringinfo.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

#include "extension/pg/key_text.h"
#include "extension/pg/pg_compat.h"

namespace penstock::output {
namespace {

constexpr int kSignalColumns = 3;  // id, type, data

bool IsWatched(const Stream &stream, const CachedRelation &entry) {
  const PenstockEventWriter *writer = stream.writer;
  return writer != nullptr && writer->watched != InvalidOid && writer->watched == entry.named_relid;
}

// The key that a tuple has; what it left outside the WAL is in the other one, or nowhere. False: it
// is not known.
bool ReadKey(const PenstockEventWriter *writer, Relation relation, HeapTuple tuple, HeapTuple other,
             StringInfo key) {
  TupleDesc desc = RelationGetDescr(relation);
  initStringInfo(key);
  for (uint32 i = 0; i < writer->watched_column_count; ++i) {
    Datum value;
    // By name: the column of a partition may have another number.
    const AttrNumber number = get_attnum(RelationGetRelid(relation), writer->watched_columns[i]);
    if (number == InvalidAttrNumber) return false;
    if (!ReadLogged(desc, tuple, number, &value) && !ReadLogged(desc, other, number, &value)) {
      return false;
    }
    pg::AppendKeyText(key, PrintLogged(desc, number, value));
  }
  return true;
}

// Whether the change holds every value of the new row.
bool IsWhole(Relation relation, HeapTuple tuple) {
  TupleDesc desc = RelationGetDescr(relation);
  if (!HeapTupleHasExternal(tuple) || relation->rd_rel->relreplident == REPLICA_IDENTITY_FULL) {
    return true;
  }
  for (AttrNumber number = 1; number <= desc->natts; ++number) {
    bool is_null;
    const Datum value = HeapGetAttrCompat(tuple, number, desc, &is_null);
    if (!is_null && IsOutside(desc, number, value)) return false;
  }
  return true;
}

void Touch(const Stream &stream, Relation relation, uint32 xid, HeapTuple tuple, HeapTuple other,
           bool whole) {
  const PenstockEventWriter *writer = stream.writer;
  StringInfoData key;
  if (ReadKey(writer, relation, tuple, other, &key)) {
    writer->touch(writer->self, xid, key.data, static_cast<uint32>(key.len), whole);
  } else {
    writer->touch(writer->self, xid, nullptr, 0, whole);
  }
}

}  // namespace

void ReportTouched(const Stream &stream, const CachedRelation &entry, Relation relation,
                   const RowImages &images) {
  if (!IsWatched(stream, entry)) return;
  if (images.old_tuple != nullptr) {
    Touch(stream, relation, images.xid, images.old_tuple, nullptr, true);
  }
  // A delete without replica identity tells nothing, here or to the destination.
  if (images.new_tuple == nullptr) return;
  Touch(stream, relation, images.xid, images.new_tuple, images.old_tuple,
        IsWhole(relation, images.new_tuple));
}

void ReportTruncated(const Stream &stream, const CachedRelation &entry, uint32 xid) {
  if (!IsWatched(stream, entry)) return;
  stream.writer->touch(stream.writer->self, xid, nullptr, 0, true);
}

void ReportSignal(const Stream &stream, Relation relation, HeapTuple tuple, uint64 end_lsn) {
  const PenstockEventWriter *writer = stream.writer;
  TupleDesc desc = RelationGetDescr(relation);
  const char *texts[kSignalColumns] = {};
  int count = 0;
  for (AttrNumber number = 1; number <= desc->natts && count < kSignalColumns; ++number) {
    if (TupleDescAttr(desc, number - 1)->attisdropped) continue;
    bool is_null;
    const Datum value = HeapGetAttrCompat(tuple, number, desc, &is_null);
    texts[count++] = is_null ? nullptr : PrintLogged(desc, number, value);
  }
  writer->signal(writer->self, end_lsn, texts[0], texts[1], texts[2]);
}

}  // namespace penstock::output
