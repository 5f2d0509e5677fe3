// envelope_events.cpp: the part of EventEncoder that makes the event of one operation, in
// Debezium's envelope unless it is flat, and writes keys and rows.
#include <utility>

#include "event_encoder.h"

namespace penstock::event {

// Whether two values of a column look the same in an event.
bool EventEncoder::SameField(const Column& column, const FieldValue& a, const FieldValue& b,
                             const WriteMode& mode) {
  const size_t start = bytes_.size();
  WriteField(bytes_, column, a, mode);
  const size_t middle = bytes_.size();
  WriteField(bytes_, column, b, mode);
  const std::string_view both = bytes_.view();
  const bool same = both.substr(start, middle - start) == both.substr(middle);
  bytes_.Truncate(start);
  return same;
}

// Whether the key of the old row differs from that of the new one.
bool EventEncoder::KeyChanged(const RelationPlan& plan, const Change& change) {
  if (plan.key.empty() || change.before == nullptr) return false;
  const WriteMode mode{options_.quirks, false, true};
  for (const int index : plan.key) {
    const auto i = static_cast<size_t>(index);
    if (!SameField(plan.columns[i], change.before[i], change.after[i], mode)) return true;
  }
  return false;
}

EventInfo EventEncoder::InfoOf(const Change& change, char op) const {
  EventInfo info;
  info.transaction = &transaction_;
  info.lsn = change.lsn;
  info.shows_lsn = change.shows_lsn;
  info.snapshot = change.snapshot;
  info.op = op;
  info.now_ns = now_ns_;
  info.transaction_block = transaction_block_;
  return info;
}

// {"a":1,"b":2} of the given columns.
void EventEncoder::WriteFields(const RelationPlan& plan, const std::vector<int>& columns,
                               const FieldValue* row, const WriteMode& mode) {
  const size_t start = bytes_.size();
  for (const int index : columns) {
    const auto i = static_cast<size_t>(index);
    const Column& column = plan.columns[i];
    bytes_.Append(column.prefix);
    if (!WriteField(bytes_, column, row[i], mode)) NoteFailure(plan, column, row[i].state);
  }
  if (columns.empty()) {
    bytes_.Append('{');
  } else {
    bytes_.SetByte(start, '{');  // in place of the first comma
  }
  bytes_.Append('}');
}

EventEncoder::Span EventEncoder::WriteKey(const RelationPlan& plan, const FieldValue* row,
                                          WriteMode mode) {
  mode.plain = true;
  Span span;
  if (row == nullptr || (plan.key.empty() && plan.origin_constants.empty())) return span;
  span.start = bytes_.size();
  span.is_null = false;
  bytes_.Append(plan.key_prefix);
  WriteFields(plan, plan.key, row, mode);
  if (!plan.key_constants.empty()) {
    bytes_.Truncate(bytes_.size() - 1);
    bytes_.Append(std::string_view(plan.key_constants).substr(plan.key.empty() ? 1 : 0));
    bytes_.Append('}');
  }
  bytes_.Append(plan.key_suffix);
  span.size = bytes_.size() - span.start;
  return span;
}

// The key as Connect's SimpleHeaderConverter prints a struct.
std::string EventEncoder::KeyHeader(const RelationPlan& plan, const FieldValue* row,
                                    WriteMode mode) {
  mode.plain = true;
  const size_t start = bytes_.size();
  for (const int index : plan.key) {
    const auto i = static_cast<size_t>(index);
    bytes_.Append(plan.columns[i].prefix);
    WriteHeaderField(bytes_, plan.columns[i], row[i], mode);
  }
  std::string header(bytes_.view().substr(start));
  header.front() = '{';
  bytes_.Truncate(start);
  return header + plan.origin_constants + "}";
}

void EventEncoder::WriteRow(const RelationPlan& plan, const FieldValue* row,
                            const WriteMode& mode) {
  if (row == nullptr) return bytes_.Append("null");
  WriteFields(plan, plan.value_columns, row, mode);
}

EventEncoder::Span EventEncoder::WriteEnvelope(const RelationPlan& plan, const Change& change,
                                               const EventInfo& info) {
  const WriteMode mode{options_.quirks, info.op == 'r'};
  Span span;
  span.start = bytes_.size();
  span.is_null = false;
  bytes_.Append(plan.value_prefix);
  bytes_.Append("{\"before\":");
  WriteRow(plan, change.before, mode);
  bytes_.Append(",\"after\":");
  WriteRow(plan, info.op == 'd' ? nullptr : change.after, mode);
  bytes_.Append(',');
  AppendSource(bytes_, plan.source_names, info);
  AppendEnvelopeEnd(bytes_, info);
  bytes_.Append(plan.value_suffix);
  span.size = bytes_.size() - span.start;
  return span;
}

// ExtractChangedRecordState: the names of the fields that an update changed, and of the others.
void EventEncoder::AddChangedState(const RelationPlan& plan, const Change& change, Draft* draft) {
  const WriteMode mode{options_.quirks, false};
  std::string changed, unchanged;
  const bool both = change.op != 'd' && change.before != nullptr && change.after != nullptr;
  for (size_t k = 0; both && k < plan.value_columns.size(); ++k) {
    const auto i = static_cast<size_t>(plan.value_columns[k]);
    const FieldValue &before = change.before[i], &after = change.after[i];
    // A null differs from the default that it may print as.
    const bool same = (before.state == FieldState::kNull) == (after.state == FieldState::kNull) &&
                      SameField(plan.columns[i], before, after, mode);
    std::string& names = same ? unchanged : changed;
    names += (names.empty() ? "" : ",") + plan.columns[i].prefix.substr(1);
    names.pop_back();  // the colon
  }
  for (const TransformStep* step : plan.changed_states) {
    for (const auto& [name, names] : {std::pair(&step->changed_header, &changed),
                                      std::pair(&step->unchanged_header, &unchanged)}) {
      if (name->empty()) continue;
      draft->added_headers.push_back(
          {name, plan.changed_shares_headers, "[" + *names + "]", false});
    }
  }
}

void EventEncoder::AddEvent(const RelationPlan& plan, const Change& change,
                            const char* identity_header, const FieldValue* identity_row) {
  if (metadata_.enabled() && change.op != 'r') {
    transaction_block_ = metadata_.Count(plan.collection, change.lsn);
  }
  // ExtractNewRecordState drops truncates, after they were counted.
  if (change.op == 't' && plan.shape == Shape::kFlat) return;
  const EventInfo info = InfoOf(change, change.op);
  const WriteMode mode{options_.quirks, change.op == 'r'};
  const FieldValue* row = change.op == 'd' ? change.before : change.after;
  Draft& draft = NewDraft(plan.topic);
  draft.key_avro = plan.key_avro.get();
  draft.value_avro = plan.value_avro.get();
  if (identity_row != nullptr) {
    draft.identity_header = identity_header;
    draft.identity_value = KeyHeader(plan, identity_row, mode);
  }
  if (change.op != 't') draft.key = WriteKey(plan, row, mode);
  if (!plan.changed_states.empty()) AddChangedState(plan, change, &draft);
  if (plan.shape == Shape::kFlat) {
    RouteByField(plan, row, &draft);
    AddFlatHeaders(plan, info, &draft);
    if (change.op == 'd') {
      AddFlatDelete(plan, change, &draft);
    } else {
      draft.value = WriteFlat(plan, row, info, false);
    }
    return;
  }
  draft.value = WriteEnvelope(plan, change, info);
  if (change.op == 'd' && options_.tombstones_on_delete) AddTombstone();
}

}  // namespace penstock::event
