// outbox_events.cpp: the events of outbox tables, as Debezium's EventRouter makes them.
#include <algorithm>

#include "event_encoder.h"
#include "json_expand.h"
#include "json_text.h"

namespace penstock::event {
namespace {

// What Java's String.trim would leave nothing of.
bool IsBlank(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

bool IsText(Kind kind) { return kind == Kind::kText || kind == Kind::kJson || kind == Kind::kXml; }

// Milliseconds since 1970; PostgreSQL's timestamps count from 2000.
int64_t UnixMillis(int64_t pg_micros) {
  constexpr int64_t kMicrosTo2000 = 946684800000000;
  int64_t micros = 0;
  if (__builtin_add_overflow(pg_micros, kMicrosTo2000, &micros)) return pg_micros / 1000;
  return micros / 1000;
}

// Topics of routed values, and names of schemas, that are kept at most.
constexpr size_t kMaxRemembered = 10000;

const std::string kIdHeader = "id";

}  // namespace

// New rows are events, of an update that changes the key its second half; a delete is none. Each
// half may be skipped like a delete or a create of its own.
Status EventEncoder::EncodeOutbox(const RelationPlan& plan, const Change& change) {
  const bool key_changed = change.op == 'u' && KeyChanged(plan, change);
  const bool no_removal = key_changed && options_.Skips('d');
  const bool no_creation = key_changed && options_.Skips('c');
  if (metadata_.enabled() && change.op != 'r') {  // events count before they are transformed
    const int count = (key_changed ? 2 : 1) - no_removal - no_creation;
    for (int i = 0; i < count; ++i) {
      transaction_block_ = metadata_.Count(plan.collection, change.lsn);
    }
  }
  if (change.op == 'c' || change.op == 'r') return AddOutbox(plan, change);
  if (change.op != 'u') return {};
  if (!key_changed) return RefuseOutboxUpdate(plan);
  if (no_creation) return {};
  if (Status status = AddOutbox(plan, change); !status.ok()) return status;
  Draft& draft = drafts_[draft_count_ - 1];
  draft.identity_header = "__debezium.oldkey";
  draft.identity_value = KeyHeader(plan, change.before, WriteMode{options_.quirks, false});
  return {};
}

Status EventEncoder::AddOutbox(const RelationPlan& plan, const Change& change) {
  const OutboxPlan& outbox = plan.outbox;
  const FieldValue* row = change.after;
  const WriteMode mode{options_.quirks, change.op == 'r'};
  auto value_of = [row](int index) -> const FieldValue& { return row[static_cast<size_t>(index)]; };

  Draft& draft = NewDraft(plan.topic);
  const std::string route = ColumnText(plan, row, outbox.route, mode);
  if (value_of(outbox.route).state != FieldState::kValue || route.empty()) {
    return Status(StatusCode::kDataError, "column \"" + options_.outbox.route_by_field +
                                              "\" of a new row of table \"" + plan.schema + "." +
                                              plan.table + "\" is empty, but names the topic");
  }
  draft.own_topic = OutboxTopic(plan, route);
  draft.key.start = bytes_.size();
  draft.key.is_null = false;
  bytes_.Append(outbox.key_prefix);
  WriteColumn(plan, row, outbox.key, mode);
  if (!outbox.key_prefix.empty()) bytes_.Append('}');
  draft.key.size = bytes_.size() - draft.key.start;

  AddColumnHeader(plan, row, outbox.id, kIdHeader, mode, &draft);
  for (const OutboxPlan::Placed& header : outbox.headers) {
    AddColumnHeader(plan, row, header.column, header.field->alias, mode, &draft);
  }
  draft.timestamp_ms = now_ns_ / 1000000;
  if (outbox.timestamp >= 0 && value_of(outbox.timestamp).state == FieldState::kValue) {
    draft.timestamp_ms = UnixMillis(value_of(outbox.timestamp).number);
  }
  if (outbox.partition >= 0 && value_of(outbox.partition).state == FieldState::kValue) {
    draft.partition = static_cast<int32_t>(value_of(outbox.partition).number);
  }
  const FieldValue& payload = value_of(outbox.payload);
  const bool is_text = IsText(plan.columns[static_cast<size_t>(outbox.payload)].kind);
  const bool empty =
      payload.state == FieldState::kNull ||
      (payload.state == FieldState::kValue && is_text && IsBlank({payload.bytes, payload.size}));
  if (!empty || !options_.outbox.tombstone_on_empty) {
    draft.value = WriteOutboxValue(plan, row, route, mode);
  }
  return {};
}

// An update of an outbox row means nothing to its readers.
Status EventEncoder::RefuseOutboxUpdate(const RelationPlan& plan) {
  const std::string table = plan.schema + "." + plan.table;
  if (options_.outbox.invalid_operation == InvalidOperation::kFatal) {
    return Status(StatusCode::kDataError, "a row of outbox table \"" + table + "\" was updated",
                  "Set table.op.invalid.behavior to warn to pass over updates.");
  }
  if (warned_outboxes_.insert(table).second) ignored_update_ = table;
  return {};
}

std::string EventEncoder::TakeIgnoredUpdate() {
  std::string table;
  table.swap(ignored_update_);
  return table;
}

const std::string& EventEncoder::OutboxTopic(const RelationPlan& plan, const std::string& route) {
  if (outbox_topics_.size() >= kMaxRemembered) outbox_topics_.clear();
  const auto [found, is_new] = outbox_topics_.try_emplace(route);
  if (is_new) {
    std::string topic = route;
    (void)options_.outbox.route.Apply(&topic);
    found->second = RouteTopic(options_.chain, plan.rest_of_chain, topic);
  }
  return found->second;
}

void EventEncoder::WriteColumn(const RelationPlan& plan, const FieldValue* row, int index,
                               const WriteMode& mode) {
  const auto i = static_cast<size_t>(index);
  if (!WriteField(bytes_, plan.columns[i], row[i], mode))
    NoteFailure(plan, plan.columns[i], row[i].state);
}

// A value as Connect's SimpleHeaderConverter prints it by itself.
std::string EventEncoder::ColumnText(const RelationPlan& plan, const FieldValue* row, int index,
                                     const WriteMode& mode) {
  const auto i = static_cast<size_t>(index);
  const Column& column = plan.columns[i];
  if (column.kind == Kind::kText && row[i].state == FieldState::kValue) {
    return {row[i].bytes, row[i].size};
  }
  const size_t start = bytes_.size();
  if (column.kind == Kind::kEnum || column.kind == Kind::kName) {
    WriteColumn(plan, row, index, mode);
  } else {
    WriteHeaderField(bytes_, column, row[i], mode);
  }
  std::string text = PlainText(bytes_.view().substr(start));
  bytes_.Truncate(start);
  return text;
}

void EventEncoder::AddColumnHeader(const RelationPlan& plan, const FieldValue* row, int index,
                                   const std::string& name, const WriteMode& mode, Draft* draft) {
  const auto i = static_cast<size_t>(index);
  AddedHeader header;
  header.name = &name;
  header.is_null =
      row[i].state != FieldState::kValue && plan.columns[i].null_json == std::string_view("null");
  if (!header.is_null) header.value = ColumnText(plan, row, index, mode);
  draft->added_headers.push_back(std::move(header));
}

// The schema of the payload of this row without its closing brace; value is written to scratch_.
std::string EventEncoder::WriteOutboxPayload(const RelationPlan& plan, const FieldValue* row,
                                             const WriteMode& mode) {
  const auto i = static_cast<size_t>(plan.outbox.payload);
  const Column& column = plan.columns[i];
  scratch_.Clear();
  if (options_.outbox.expand_json && IsText(column.kind) && row[i].state == FieldState::kValue) {
    const ExpandOptions expand{options_.outbox.payload, options_.outbox.null_as_bytes};
    std::string schema;
    if (ExpandJson({row[i].bytes, row[i].size}, expand, &scratch_, &schema)) return schema;
  }
  if (!WriteField(scratch_, column, row[i], mode)) NoteFailure(plan, column, row[i].state);
  return plan.outbox.payload_schema;
}

// Debezium keeps one schema for each schema of payloads, or for each version, with the name made
// from the first event; here the name is that of the event's own route.
std::string EventEncoder::OutboxSchemaName(const RelationPlan& plan, const std::string& identity,
                                           const std::string& route) {
  std::string name = plan.outbox.name_start + route + plan.outbox.name_end;
  if (!options_.quirks) return name;
  if (outbox_names_.size() >= kMaxRemembered) outbox_names_.clear();
  return outbox_names_.try_emplace(identity, std::move(name)).first->second;
}

EventEncoder::Span EventEncoder::WriteOutboxValue(const RelationPlan& plan, const FieldValue* row,
                                                  const std::string& route, const WriteMode& mode) {
  const OutboxPlan& outbox = plan.outbox;
  const std::string payload_schema = WriteOutboxPayload(plan, row, mode);
  Span span;
  span.start = bytes_.size();
  span.is_null = false;
  if (options_.value_schemas) bytes_.Append("{\"schema\":");
  if (options_.value_schemas && !outbox.enveloped) {
    bytes_.Append(payload_schema);
    bytes_.Append("},\"payload\":");
  } else if (options_.value_schemas) {
    std::string version;
    if (outbox.version >= 0) {
      const FieldValue& value = row[static_cast<size_t>(outbox.version)];
      if (value.state == FieldState::kValue) version = std::to_string(value.number);
    }
    const std::string identity = outbox.version >= 0 ? version : payload_schema;
    bytes_.Append("{\"type\":\"struct\",\"fields\":[");
    bytes_.Append(payload_schema);
    bytes_.Append(",\"field\":\"payload\"}");
    bytes_.Append(outbox.member_schemas);
    bytes_.Append("],\"optional\":false,\"name\":");
    AppendString(bytes_, OutboxSchemaName(plan, identity, route));
    if (!version.empty()) {
      bytes_.Append(",\"version\":");
      bytes_.Append(version);
    }
    bytes_.Append("},\"payload\":");
  }
  if (outbox.enveloped) bytes_.Append("{\"payload\":");
  bytes_.Append(scratch_.view());
  for (const OutboxPlan::Placed& member : outbox.members) {
    bytes_.Append(member.prefix);
    WriteColumn(plan, row, member.column, mode);
  }
  if (outbox.enveloped) bytes_.Append('}');
  if (options_.value_schemas) bytes_.Append('}');
  span.size = bytes_.size() - span.start;
  return span;
}

}  // namespace penstock::event
