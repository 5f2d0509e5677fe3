// flat_events.cpp: the part of EventEncoder that makes flat events, the row alone as Debezium's
// ExtractNewRecordState leaves it.
#include <utility>

#include "event_encoder.h"
#include "json_text.h"

namespace penstock::event {

EventEncoder::Span EventEncoder::WriteFlat(const RelationPlan& plan, const FieldValue* row,
                                           const EventInfo& info, bool deleted) {
  const WriteMode mode{options_.quirks, info.op == 'r'};
  Span span;
  span.start = bytes_.size();
  span.is_null = false;
  bytes_.Append(plan.value_prefix);
  WriteRow(plan, row, mode);
  bytes_.Truncate(bytes_.size() - 1);  // reopen the object
  bool empty = plan.value_columns.empty();
  auto member = [&](std::string_view name) {
    if (!empty) bytes_.Append(',');
    empty = false;
    AppendString(bytes_, name);
    bytes_.Append(':');
  };
  if (HasDeletedField(options_)) {
    member("__deleted");
    bytes_.Append(deleted ? "\"true\"" : "\"false\"");
  }
  for (const AddedField& field : options_.flat.add_fields) {
    member(field.name);
    AppendMetadata(bytes_, field.path, plan, options_, info);
  }
  bytes_.Append('}');
  bytes_.Append(plan.value_suffix);
  span.size = bytes_.size() - span.start;
  return span;
}

// route.by.field: the value of a text field is the topic.
void EventEncoder::RouteByField(const RelationPlan& plan, const FieldValue* row,
                                Draft* draft) const {
  if (plan.route_column < 0 || row == nullptr) return;
  const auto i = static_cast<size_t>(plan.route_column);
  if (row[i].state != FieldState::kValue) return;
  Buffer text;
  (void)WriteValue(text, plan.columns[i], row[i], WriteMode{options_.quirks, false});
  const std::string_view topic = text.view();
  const std::string plain = PlainText(topic);
  if (!plain.empty()) draft->own_topic = RouteTopic(options_.chain, plan.rest_of_chain, plain);
}

void EventEncoder::AddFlatHeaders(const RelationPlan& plan, const EventInfo& info,
                                  Draft* draft) const {
  for (const AddedField& field : options_.flat.add_headers) {
    Buffer json;
    AppendMetadata(json, field.path, plan, options_, info);
    AddedHeader header;
    header.name = &field.name;
    // Debezium's tombstone shares the headers of its delete, unless a router before made a copy;
    // then it knows its operation alone.
    header.on_tombstone = plan.flat_shares_headers || field.path == "op";
    header.is_null = json.view() == "null";
    if (!header.is_null) header.value = PlainText(json.view());
    draft->added_headers.push_back(std::move(header));
  }
}

// A delete and the tombstone that Debezium would have sent after it, as ExtractNewRecordState
// leaves them.
void EventEncoder::AddFlatDelete(const RelationPlan& plan, const Change& change, Draft* draft) {
  const EventInfo info = InfoOf(change, 'd');
  switch (options_.flat.delete_handling) {
    case DeleteHandling::kDrop:
      --draft_count_;
      return;
    case DeleteHandling::kTombstone:
      // Debezium keeps the value's schema, so the converter prints the JSON text null, which Kafka
      // does not take for a tombstone. By default we send a real one.
      if (options_.quirks) {
        draft->value.start = bytes_.size();
        bytes_.Append(plan.flat_null);
        draft->value.size = bytes_.size() - draft->value.start;
        draft->value.is_null = false;
      }
      return;
    case DeleteHandling::kDeleteToTombstone:
      return;
    case DeleteHandling::kRewrite:
      draft->value = WriteFlat(plan, change.before, info, true);
      return;
    case DeleteHandling::kRewriteWithTombstone:
      draft->value = WriteFlat(plan, change.before, info, true);
      if (options_.tombstones_on_delete) AddTombstone();
      return;
  }
}

}  // namespace penstock::event
