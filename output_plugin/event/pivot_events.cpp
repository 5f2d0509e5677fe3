// pivot_events.cpp: the part of EventEncoder that makes one record of each changed field.
#include "event_encoder.h"

namespace penstock::event {
namespace {

bool IsKnown(const FieldValue& value) {
  return value.state == FieldState::kValue || value.state == FieldState::kNull;
}

Status LacksOldValues(const RelationPlan& plan) {
  const std::string table = plan.schema + "." + plan.table;
  return Status(
      StatusCode::kDataError,
      "the WAL does not hold the old values of table \"" + table + "\", which format=pivot writes",
      "Use SELECT penstock.set_replica_identity('" + table +
          "', 'full'). Changes made before stay without them: with "
          "pivot.old.values.missing=null they are sent all the same.");
}

// What the WAL holds of a change may lack large values that did not change; the old row has them.
void FillUnchanged(const RelationPlan& plan, const Change& change, std::vector<FieldValue>* row) {
  row->assign(change.after, change.after + plan.columns.size());
  if (change.before == nullptr) return;
  for (size_t i = 0; i < row->size(); ++i) {
    const bool lacks = (*row)[i].state == FieldState::kUnavailable;
    if (lacks && IsKnown(change.before[i])) (*row)[i] = change.before[i];
  }
}

}  // namespace

// The records of a row that came or went: all fields, but for those that each record tells anyway.
Status EventEncoder::AddPivotRow(const RelationPlan& plan, const FieldValue* row, char op) {
  const bool gone = op == 'd';
  pivot_.BeginRow(plan, op, row);
  for (const PivotField& field : plan.pivot.fields) {
    const FieldValue* value = row + field.index;
    if (gone && !IsKnown(*value) && !options_.pivot.AcceptsMissing()) return LacksOldValues(plan);
    if (!field.extra) AddPivotRecord(plan, field, gone ? value : nullptr, gone ? nullptr : value);
  }
  return {};
}

Status EventEncoder::AddPivotUpdate(const RelationPlan& plan, const FieldValue* before,
                                    const FieldValue* after) {
  pivot_.BeginRow(plan, 'u', after);
  for (const PivotField& field : plan.pivot.fields) {
    const auto i = static_cast<size_t>(field.index);
    const bool known = before != nullptr && IsKnown(before[i]);
    if (!known && !options_.pivot.AcceptsMissing()) return LacksOldValues(plan);
    if (!IsKnown(after[i])) continue;  // large, and not changed
    if (known && !pivot_.Differs(plan.columns[i], before[i], after[i])) continue;
    AddPivotRecord(plan, field, known ? before + i : nullptr, after + i);
  }
  return {};
}

void EventEncoder::AddPivotRecord(const RelationPlan& plan, const PivotField& field,
                                  const FieldValue* before, const FieldValue* after) {
  Draft& draft = NewDraft(plan.topic);
  draft.key.start = bytes_.size();
  pivot_.AppendKey(bytes_, plan, field);
  draft.value.start = bytes_.size();
  draft.key.size = draft.value.start - draft.key.start;
  pivot_.AppendValue(bytes_, plan, field, before, after);
  draft.value.size = bytes_.size() - draft.value.start;
  draft.key.is_null = draft.value.is_null = false;
}

// A row whose key changed is, as everywhere, one that went and one that came.
Status EventEncoder::EncodePivot(const RelationPlan& plan, const Change& change) {
  const size_t most = 2 * plan.pivot.fields.size();
  if (drafts_.size() < most) drafts_.resize(most);
  pivot_.BeginChange(plan, change.op, change.lsn);
  if (change.op == 'd') return AddPivotRow(plan, change.before, 'd');
  if (change.op != 'u') return AddPivotRow(plan, change.after, change.op);
  FillUnchanged(plan, change, &whole_row_);
  Change whole = change;
  whole.after = whole_row_.data();
  if (!KeyChanged(plan, whole)) return AddPivotUpdate(plan, change.before, whole.after);
  if (Status status = AddPivotRow(plan, change.before, 'd'); !status.ok()) return status;
  return AddPivotRow(plan, whole.after, 'c');
}

}  // namespace penstock::event
