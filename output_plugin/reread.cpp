#include "reread.h"

#include "logged_value.h"

extern "C" {
#include "utils/builtins.h"
#include "utils/lsyscache.h"
}

namespace penstock::output {
namespace {

// What identifies a row, as PenstockRowRequest has it; in CurrentMemoryContext.
struct Request {
  PenstockRowRequest request;
  int16_t *columns;
  const char **values;
};

Request NewRequest(Oid relation, const ChangeMark &mark, size_t room) {
  Request made = {};
  made.request.relation = relation;
  made.request.xid = mark.xid;
  made.request.op = mark.op == 'c' ? 'c' : 'u';
  made.request.lsn = mark.lsn;
  made.request.commit_time_us = mark.commit_us;
  made.columns = static_cast<int16_t *>(palloc(sizeof(int16_t) * (room + 1)));
  made.values = static_cast<const char **>(palloc(sizeof(char *) * (room + 1)));
  made.request.columns = made.columns;
  made.request.values = made.values;
  return made;
}

// Adds a column from the first tuple that holds it. False: none does.
bool AddColumn(Request *request, Relation relation, AttrNumber attnum, HeapTuple first,
               HeapTuple second) {
  TupleDesc desc = RelationGetDescr(relation);
  Datum datum;
  if (!ReadLogged(desc, first, attnum, &datum) && !ReadLogged(desc, second, attnum, &datum)) {
    return false;
  }
  const uint32 at = request->request.column_count++;
  request->columns[at] = attnum;
  request->values[at] = PrintLogged(desc, attnum, datum);
  return true;
}

// Adds the columns of the document's id.
bool AddKey(Request *request, const BoundPlan &bound, Relation relation, HeapTuple first,
            HeapTuple second) {
  for (const event::TextPart &part : bound.plan.document.id) {
    const AttrNumber attnum = bound.sources[static_cast<size_t>(part.index)].attnum;
    if (!AddColumn(request, relation, attnum, first, second)) return false;
  }
  return true;
}

[[noreturn]] void RaiseMissing(Relation relation, const char *reason) {
  const char *schema = get_namespace_name(RelationGetNamespace(relation));
  const char *table = RelationGetRelationName(relation);
  ereport(ERROR,
          (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
           errmsg("an update of table \"%s.%s\" left a large value out of the WAL", schema, table),
           errdetail("A document is written whole, and %s.", reason),
           errhint("Use ALTER TABLE %s REPLICA IDENTITY FULL; updates before that need "
                   "toast.missing=reselect.",
                   quote_qualified_identifier(schema, table))));
}

bool Fetch(const Stream &stream, const Request &request, PenstockEvent *event) {
  const PenstockEventWriter *writer = stream.writer;
  PenstockFetchedRow row = {};
  if (!writer->fetch(writer->self, &request.request, &row)) return false;
  event->value = row.value;
  event->value_len = row.value_len;
  event->mapping = row.mapping;
  event->mapping_len = row.mapping_len;
  return true;
}

bool CanFetch(const Stream &stream) {
  return stream.writer != nullptr && stream.writer->fetch != nullptr;
}

}  // namespace

bool FetchNewRow(const Stream &stream, const CachedRelation &entry, Relation relation,
                 HeapTuple old_tuple, HeapTuple new_tuple, const ChangeMark &mark,
                 PenstockEvent *event) {
  if (OptionsOf(stream).document.toast_missing == event::ToastMissing::kFail) {
    RaiseMissing(relation, "toast.missing is fail");
  }
  if (!CanFetch(stream)) RaiseMissing(relation, "only a sink can read the row again");
  const BoundPlan &bound = *entry.plan;
  Request request = NewRequest(entry.relid, mark, bound.identity.size() + bound.plan.key.size());
  bool known = true;
  if (bound.identity.empty()) {
    known = AddKey(&request, bound, relation, new_tuple, old_tuple);
  }
  for (const AttrNumber attnum : bound.identity) {
    known = known && AddColumn(&request, relation, attnum, new_tuple, old_tuple);
  }
  if (!known) RaiseMissing(relation, "the change does not say which row it was");
  return Fetch(stream, request, event);
}

void FetchRowOfKey(const Stream &stream, const CachedRelation &entry, Relation relation,
                   HeapTuple old_tuple, const ChangeMark &mark, PenstockEvent *event) {
  if (!CanFetch(stream)) return;
  const BoundPlan &bound = *entry.plan;
  Request request = NewRequest(entry.relid, mark, bound.plan.key.size());
  // A key with a NULL in it is no key of a unique index: nothing to look up.
  if (!AddKey(&request, bound, relation, old_tuple, nullptr)) return;
  (void)Fetch(stream, request, event);
}

}  // namespace penstock::output
