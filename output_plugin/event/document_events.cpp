// document_events.cpp: the part of EventEncoder that addresses documents: an id for a key, a value
// or none, and where in the index the document is.
#include "event_encoder.h"

namespace penstock::event {
namespace {

Status Unknown(const RelationPlan& plan, const std::string& column) {
  return Status(StatusCode::kDataError,
                "the WAL does not hold column \"" + column + "\" of table \"" + plan.schema + "." +
                    plan.table + "\", which addresses its documents",
                "Use ALTER TABLE … REPLICA IDENTITY FULL; older changes stay without it.");
}

bool IsKnown(const FieldValue& value) {
  return value.state == FieldState::kValue || value.state == FieldState::kNull;
}

}  // namespace

Status EventEncoder::EncodeDocument(const RelationPlan& plan, const Change& change) {
  if (change.op == 'd') return AddDocumentDelete(plan, change);
  if (change.op == 'u' && change.before != nullptr && IsMoved(plan, change)) {
    if (Status status = AddDocumentDelete(plan, change); !status.ok()) return status;
  }
  return AddDocument(plan, change);
}

// Whether the document of the new row is in another place than that of the old one.
bool EventEncoder::IsMoved(const RelationPlan& plan, const Change& change) {
  const size_t start = bytes_.size();
  auto write = [&](const FieldValue* row) {
    AppendDocumentId(bytes_, plan.document.id, row, scratch_);
    bytes_.Append('\0');  // no text of PostgreSQL has one
    WriteRouting(plan, row);
  };
  write(change.before);
  const size_t middle = bytes_.size();
  write(change.after);
  const std::string_view both = bytes_.view();
  const bool moved = both.substr(start, middle - start) != both.substr(middle);
  bytes_.Truncate(start);
  return moved;
}

// NULL and the empty text route nowhere: the id decides.
EventEncoder::Span EventEncoder::WriteRouting(const RelationPlan& plan, const FieldValue* row) {
  Span span;
  const TextPart& routing = plan.document.routing;
  if (routing.index < 0) return span;
  const FieldValue& value = row[static_cast<size_t>(routing.index)];
  if (value.state != FieldState::kValue) return span;
  span.start = bytes_.size();
  AppendText(bytes_, routing.column, value);
  span.size = bytes_.size() - span.start;
  span.is_null = span.size == 0;
  return span;
}

Status EventEncoder::AddressDocument(const RelationPlan& plan, const FieldValue* row,
                                     Draft* draft) {
  for (const TextPart& part : plan.document.id) {
    if (!IsKnown(row[static_cast<size_t>(part.index)])) return Unknown(plan, part.column.name);
  }
  const TextPart& routing = plan.document.routing;
  if (routing.index >= 0 && !IsKnown(row[static_cast<size_t>(routing.index)])) {
    return Unknown(plan, routing.column.name);
  }
  draft->key.start = bytes_.size();
  AppendDocumentId(bytes_, plan.document.id, row, scratch_);
  draft->key.size = bytes_.size() - draft->key.start;
  draft->key.is_null = false;
  draft->routing = WriteRouting(plan, row);
  draft->mapping = &plan.document.mapping;
  RouteByField(plan, row, draft);
  return {};
}

Status EventEncoder::AddDocument(const RelationPlan& plan, const Change& change) {
  const auto place = static_cast<int>(draft_count_);
  Draft& draft = NewDraft(plan.topic);
  if (Status status = AddressDocument(plan, change.after, &draft); !status.ok()) return status;
  for (const int index : plan.value_columns) {
    if (change.after[static_cast<size_t>(index)].state != FieldState::kUnavailable) continue;
    incomplete_ = place;
    return {};
  }
  if (options_.format == Format::kFlat) {
    draft.value = WriteFlat(plan, change.after, InfoOf(change, change.op), false);
    return {};
  }
  draft.value.start = bytes_.size();
  WriteFields(plan, plan.value_columns, change.after, WriteMode{});
  draft.value.size = bytes_.size() - draft.value.start;
  draft.value.is_null = false;
  return {};
}

// Flat deletes are what delete.tombstone.handling.mode makes of them; of a value and a tombstone
// for one document the tombstone stays.
Status EventEncoder::AddDocumentDelete(const RelationPlan& plan, const Change& change) {
  const DeleteHandling handling = options_.flat.delete_handling;
  const bool flat = options_.format == Format::kFlat;
  if (flat && handling == DeleteHandling::kDrop) return {};
  const auto place = static_cast<int>(draft_count_);
  Draft& draft = NewDraft(plan.topic);
  if (Status status = AddressDocument(plan, change.before, &draft); !status.ok()) return status;
  if (!plan.document.id_is_unique) doubtful_ = place;
  if (flat && handling == DeleteHandling::kRewrite) {
    draft.value = WriteFlat(plan, change.before, InfoOf(change, 'd'), true);
  }
  return {};
}

}  // namespace penstock::event
