#include "row_reader.h"

extern "C" {
#include "access/htup_details.h"
}

namespace penstock::output {
namespace {

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

event::FieldValue *ReadOld(const BoundPlan &plan, const Deformed &old) {
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
      ReadDatum(source.type, old.values[at], &row[i]);
    }
  }
  return row;
}

event::FieldValue *ReadNew(const BoundPlan &plan, const Deformed &now, const Deformed *old) {
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
    ReadDatum(source.type, datum, &row[i]);
  }
  return row;
}

}  // namespace

RowPair ReadChange(const CachedRelation &relation, TupleDesc desc, HeapTuple old_tuple,
                   HeapTuple new_tuple) {
  RowPair pair = {nullptr, nullptr};
  Deformed old;
  if (old_tuple != nullptr) {
    old = Deform(desc, old_tuple);
    pair.before = ReadOld(*relation.plan, old);
  }
  if (new_tuple != nullptr) {
    const Deformed now = Deform(desc, new_tuple);
    pair.after = ReadNew(*relation.plan, now, old_tuple != nullptr ? &old : nullptr);
  }
  return pair;
}

event::FieldValue *ReadStoredRow(const CachedRelation &relation, const Datum *values,
                                 const bool *nulls) {
  const BoundPlan &plan = *relation.plan;
  event::FieldValue *row = NewRow(plan);
  for (size_t i = 0; i < plan.sources.size(); ++i) {
    const int at = plan.sources[i].attnum - 1;
    if (nulls[at]) {
      row[i].state = event::FieldState::kNull;
    } else {
      ReadDatum(plan.sources[i].type, values[at], &row[i]);
    }
  }
  return row;
}

}  // namespace penstock::output
