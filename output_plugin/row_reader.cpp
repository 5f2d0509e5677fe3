#include "row_reader.h"

extern "C" {
#include "access/htup_details.h"
}

namespace penstock::output {
namespace {

// Names the value that is read in what an error says, such as of a text that is not UTF-8.
class ReadingColumn {
 public:
  explicit ReadingColumn(const CachedRelation &relation) : relation_(relation) {
    callback_.callback = Describe;
    callback_.arg = this;
    callback_.previous = error_context_stack;
    error_context_stack = &callback_;
  }
  // Not a destructor: an ERROR jumps over it, and resets the stack itself.
  void Done() { error_context_stack = callback_.previous; }
  void Read(const TypeShape &type, Datum datum, size_t column, event::FieldValue *value) {
    column_ = column;
    ReadDatum(type, datum, value);
  }

 private:
  static void Describe(void *argument) {
    const auto *self = static_cast<const ReadingColumn *>(argument);
    const event::RelationPlan &plan = self->relation_.plan->plan;
    if (geterrcode() == ERRCODE_CHARACTER_NOT_IN_REPERTOIRE) {
      errhint("Events are in UTF-8. column.exclude.list leaves the column out.");
    }
    errcontext("column \"%s\" of table \"%s.%s\"", plan.columns[self->column_].name.c_str(),
               plan.schema.c_str(), plan.table.c_str());
  }

  const CachedRelation &relation_;
  size_t column_ = 0;
  ErrorContextCallback callback_;
};

struct Deformed {
  Datum *values;
  bool *nulls;
};

Deformed Deform(TupleDesc desc, HeapTuple tuple) {
  Deformed row;
  row.values = static_cast<Datum *>(palloc(desc->natts * (sizeof(Datum) + sizeof(bool))));
  row.nulls = reinterpret_cast<bool *>(row.values + desc->natts);
  heap_deform_tuple(tuple, desc, row.values, row.nulls);
  return row;
}

bool IsOnDisk(const TypeShape &type, Datum datum) {
  return type.length == -1 && VARATT_IS_EXTERNAL_ONDISK(DatumGetPointer(datum));
}

event::FieldValue *NewRow(const BoundPlan &plan) {
  return static_cast<event::FieldValue *>(
      palloc(sizeof(event::FieldValue) * (plan.sources.size() + 1)));
}

event::FieldValue *ReadOld(const BoundPlan &plan, const Deformed &old, ReadingColumn *reading) {
  event::FieldValue *row = NewRow(plan);
  for (size_t i = 0; i < plan.sources.size(); ++i) {
    const BoundPlan::Source &source = plan.sources[i];
    const int at = source.attnum - 1;
    if (!source.in_identity) {
      row[i].state = event::FieldState::kAbsent;
    } else if (old.nulls[at]) {
      row[i].state = event::FieldState::kNull;
    } else if (IsOnDisk(source.type, old.values[at])) {
      row[i].state = event::FieldState::kUnavailable;
    } else {
      reading->Read(source.type, old.values[at], i, &row[i]);
    }
  }
  return row;
}

event::FieldValue *ReadNew(const BoundPlan &plan, const Deformed &now, const Deformed *old,
                           ReadingColumn *reading) {
  event::FieldValue *row = NewRow(plan);
  for (size_t i = 0; i < plan.sources.size(); ++i) {
    const BoundPlan::Source &source = plan.sources[i];
    const int at = source.attnum - 1;
    if (now.nulls[at]) {
      row[i].state = event::FieldState::kNull;
      continue;
    }
    Datum datum = now.values[at];
    if (IsOnDisk(source.type, datum)) {
      const bool known = old != nullptr && source.in_identity && !old->nulls[at] &&
                         !IsOnDisk(source.type, old->values[at]);
      if (!known) {
        row[i].state = event::FieldState::kUnavailable;
        continue;
      }
      datum = old->values[at];
    }
    reading->Read(source.type, datum, i, &row[i]);
  }
  return row;
}

}  // namespace

RowPair ReadChange(const CachedRelation &relation, TupleDesc desc, HeapTuple old_tuple,
                   HeapTuple new_tuple) {
  RowPair pair = {nullptr, nullptr};
  ReadingColumn reading(relation);
  Deformed old;
  if (old_tuple != nullptr) {
    old = Deform(desc, old_tuple);
    pair.before = ReadOld(*relation.plan, old, &reading);
  }
  if (new_tuple != nullptr) {
    const Deformed now = Deform(desc, new_tuple);
    pair.after = ReadNew(*relation.plan, now, old_tuple != nullptr ? &old : nullptr, &reading);
  }
  reading.Done();
  return pair;
}

event::FieldValue *ReadStoredRow(const CachedRelation &relation, const Datum *values,
                                 const bool *nulls) {
  const BoundPlan &plan = *relation.plan;
  event::FieldValue *row = NewRow(plan);
  ReadingColumn reading(relation);
  for (size_t i = 0; i < plan.sources.size(); ++i) {
    const int at = plan.sources[i].attnum - 1;
    if (nulls[at]) {
      row[i].state = event::FieldState::kNull;
    } else {
      reading.Read(plan.sources[i].type, values[at], i, &row[i]);
    }
  }
  reading.Done();
  return row;
}

}  // namespace penstock::output
