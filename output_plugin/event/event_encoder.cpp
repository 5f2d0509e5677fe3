#include "event_encoder.h"

#include <algorithm>
#include <utility>

#include "avro_writer.h"
#include "json_text.h"
#include "row_compare.h"

namespace penstock::event {
namespace {

// A buffer larger than this after a huge row is given back.
constexpr size_t kKeepBytes = 4u << 20;

}  // namespace

EventEncoder::EventEncoder(EventOptions options, const std::string& database,
                           const std::string& version)
    : options_(std::move(options)),
      stream_(MakeStreamConstants(options_, database, version)),
      metadata_(options_) {
  if (options_.extended_headers) {
    context_headers_ = {{"__debezium.context.connectorLogicalName", options_.topic_prefix},
                        {"__debezium.context.taskId", "0"},
                        {"__debezium.context.connectorName", "postgresql"},
                        {"__debezium.context.runId", options_.run_id}};
  }
  // Whatever the delimiter is.
  const Route route =
      WalkChain(options_.chain, options_.topic_prefix + ".message", kMessageName, false);
  message_topic_ = route.topic;
  for (const auto& [name, value] : route.key_fields) {
    message_key_end_ += "," + JsonString(name) + ":" + JsonString(value);
  }
  MakeMessageSchemas(route);
  drafts_.resize(4);
}

// They are ours, so that there is nothing in them that Avro does not allow.
void EventEncoder::MakeMessageSchemas(const Route& route) {
  if (options_.key_converter == Converter::kAvro) {
    message_key_avro_ = MakeAvroSchema(MessageKeySchema(route), options_.key_naming).value();
  }
  if (options_.value_converter == Converter::kAvro) {
    message_value_avro_ =
        MakeAvroSchema(MessageValueSchema(options_), options_.value_naming).value();
  }
  if (options_.value_schemas) {
    message_value_prefix_ = "{\"schema\":" + MessageValueSchema(options_) + ",\"payload\":";
  }
  if (options_.key_schemas) {
    message_key_prefix_ = "{\"schema\":" + MessageKeySchema(route) + ",\"payload\":";
  }
}

void EventEncoder::BeginTransaction(uint32_t xid, int64_t commit_us, std::string_view origin,
                                    uint64_t origin_lsn) {
  transaction_.Set(stream_, xid, true, commit_us, previous_end_lsn_, origin, origin_lsn, xmin_);
  if (metadata_.enabled()) metadata_.Begin(xid, commit_us);
  if (options_.format == Format::kPivot) pivot_.BeginTransaction(commit_us);
}

void EventEncoder::BeginIncremental(int64_t now_us, uint64_t lsn) {
  transaction_.Set(stream_, 0, false, now_us, lsn, {}, 0, 0);
  if (options_.format == Format::kPivot) pivot_.BeginTransaction(now_us);
}

void EventEncoder::Reset() {
  bytes_.Clear();
  bytes_.ShrinkTo(kKeepBytes);
  avro_.Clear();
  avro_.ShrinkTo(kKeepBytes);
  draft_count_ = 0;
  incomplete_ = doubtful_ = -1;
  events_.clear();
  headers_.clear();
}

Status EventEncoder::Encode(const RelationPlan& plan, const Change& change, int64_t now_ns) {
  Reset();
  now_ns_ = now_ns;
  failure_.clear();
  failure_required_ = false;
  if (options_.Skips(change.op)) return {};
  if (options_.skip_unchanged && change.op == 'u' && change.before != nullptr &&
      ShowsSameRow(plan, change.before, change.after, {options_.quirks, false}, scratch_)) {
    return {};
  }
  if (plan.shape == Shape::kOutbox) {
    if (Status status = EncodeOutbox(plan, change); !status.ok()) return status;
  } else if (options_.document.addressing) {
    if (Status status = EncodeDocument(plan, change); !status.ok()) return status;
  } else if (options_.format == Format::kPivot) {
    if (Status status = EncodePivot(plan, change); !status.ok()) return status;
  } else if (change.op == 'u' && KeyChanged(plan, change)) {
    Change removal = change, creation = change;
    removal.op = 'd';
    creation.op = 'c';
    creation.before = nullptr;
    if (!options_.Skips('d')) AddEvent(plan, removal, "__debezium.newkey", change.after);
    if (!options_.Skips('c')) AddEvent(plan, creation, "__debezium.oldkey", change.before);
  } else {
    AddEvent(plan, change, nullptr, nullptr);
  }
  if (bytes_.size() > UINT32_MAX) {
    return Status(StatusCode::kDataError, "an event of table \"" + plan.schema + "." + plan.table +
                                              "\" is larger than 4 GB");
  }
  // A null where the schema says that there is none would be refused by every reader; Debezium
  // stops there as well.
  if (!failure_.empty() &&
      (failure_required_ || options_.converting_failure == FailureMode::kFail)) {
    return Status(StatusCode::kDataError, "cannot express the value of " + failure_,
                  failure_unavailable_
                      ? "Use ALTER TABLE … REPLICA IDENTITY FULL, which logs the old row."
                      : "Set decimal.handling.mode=string or time.precision.mode, or "
                        "event.converting.failure."
                        "handling.mode=warn to send null in columns that may be null.");
  }
  if (Status status = WriteAvro(); !status.ok()) return status;
  Finish(true);
  return {};
}

Status EventEncoder::WriteAvro(const AvroSchema* schema, Span* span) {
  if (span->is_null || span->in_avro) return {};
  // Bytes that no reader of the topic understands must not go out.
  if (schema == nullptr) return Status(StatusCode::kInternal, "an event has no Avro schema");
  const std::string_view json = bytes_.view().substr(span->start, span->size);
  // A null of a schema is no Avro value but a record without one.
  if (json == "null") {
    span->is_null = true;
    return {};
  }
  span->start = avro_.size();
  span->in_avro = true;
  Status status = AppendAvro(avro_, *schema, json);
  span->size = avro_.size() - span->start;
  return status;
}

Status EventEncoder::WriteAvro() {
  if (!options_.WritesAvro()) return {};
  for (size_t i = 0; i < draft_count_; ++i) {
    Draft& draft = drafts_[i];
    Status status;
    if (options_.key_converter == Converter::kAvro) status = WriteAvro(draft.key_avro, &draft.key);
    if (status.ok() && options_.value_converter == Converter::kAvro) {
      status = WriteAvro(draft.value_avro, &draft.value);
    }
    if (!status.ok()) return status;
  }
  return {};
}

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

EventEncoder::Draft& EventEncoder::NewDraft(const std::string& topic) {
  Draft& draft = drafts_[draft_count_++];
  draft.topic = &topic;
  draft.own_topic.clear();
  draft.key = draft.value = draft.routing = Span{};
  draft.key_avro = draft.value_avro = nullptr;
  draft.mapping = nullptr;
  draft.identity_header = nullptr;
  draft.added_headers.clear();
  draft.partition = -1;
  draft.timestamp_ms = -1;
  return draft;
}

void EventEncoder::AddTombstone() {
  drafts_[draft_count_] = drafts_[draft_count_ - 1];
  Draft& tombstone = drafts_[draft_count_++];
  tombstone.value = Span{};
  auto& headers = tombstone.added_headers;
  headers.erase(std::remove_if(headers.begin(), headers.end(),
                               [](const AddedHeader& header) { return !header.on_tombstone; }),
                headers.end());
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

Status EventEncoder::EncodeMessage(std::string_view prefix, std::string_view content,
                                   bool transactional, uint64_t lsn, int64_t now_ns) {
  Reset();
  TransactionInfo own;
  EventInfo info;
  info.transaction = &transaction_;
  if (!transactional) {
    own.Set(stream_, 0, false, now_ns / 1000, previous_end_lsn_ == 0 ? 0 : lsn, {}, 0, xmin_);
    info.transaction = &own;
  }
  info.lsn = lsn;
  Draft& draft = NewDraft(message_topic_);
  draft.key_avro = message_key_avro_.get();
  draft.value_avro = message_value_avro_.get();
  draft.key.is_null = draft.value.is_null = false;
  bytes_.Append(message_key_prefix_);
  bytes_.Append("{\"prefix\":");
  AppendString(bytes_, prefix);
  bytes_.Append(message_key_end_);
  bytes_.Append(message_key_prefix_.empty() ? "}" : "}}");
  draft.key.size = bytes_.size();

  draft.value.start = bytes_.size();
  bytes_.Append(message_value_prefix_);
  bytes_.Append("{\"op\":\"m\",\"ts_ms\":");
  AppendInt(bytes_, now_ns / 1000000);
  bytes_.Append(',');
  AppendSource(bytes_, ",\"schema\":\"\",\"table\":\"\",\"txId\":", info);
  bytes_.Append(",\"transaction\":");
  bytes_.Append(transactional && metadata_.enabled() ? metadata_.CountMessage(lsn) : "null");
  bytes_.Append(",\"message\":{\"prefix\":");
  AppendString(bytes_, prefix);
  bytes_.Append(",\"content\":\"");
  if (options_.binary_mode == BinaryMode::kHex) {
    AppendHex(bytes_, content.data(), content.size());
  } else {
    AppendBase64(bytes_, content.data(), content.size(),
                 options_.binary_mode == BinaryMode::kBase64Url);
  }
  bytes_.Append(message_value_prefix_.empty() ? "\"}}" : "\"}}}");
  draft.value.size = bytes_.size() - draft.value.start;
  if (Status status = WriteAvro(); !status.ok()) return status;
  Finish(false);  // Debezium's message records have no context headers
  return {};
}

Status EventEncoder::AddTransactionRecord(uint64_t lsn, bool begins) {
  Reset();
  Draft& draft = NewDraft(metadata_.topic());
  draft.key_avro = metadata_.key_avro();
  draft.value_avro = metadata_.value_avro();
  draft.key.is_null = draft.value.is_null = false;
  metadata_.WriteKey(bytes_, lsn);
  draft.key.size = draft.value.start = bytes_.size();
  if (begins) {
    metadata_.WriteBegin(bytes_, lsn);
  } else {
    metadata_.WriteEnd(bytes_, lsn);
  }
  draft.value.size = bytes_.size() - draft.value.start;
  if (Status status = WriteAvro(); !status.ok()) return status;
  Finish(false);
  return {};
}

Status EventEncoder::EncodeTransactionBegin(uint64_t lsn) {
  return AddTransactionRecord(lsn, true);
}

Status EventEncoder::EncodeTransactionEnd(uint64_t lsn) { return AddTransactionRecord(lsn, false); }

void EventEncoder::Finish(bool with_context_headers) {
  const size_t context_count = with_context_headers ? context_headers_.size() : 0;
  size_t header_total = 0;
  for (size_t i = 0; i < draft_count_; ++i) {
    header_total += 1 + context_count + drafts_[i].added_headers.size();
  }
  headers_.reserve(header_total);  // pointers into it are taken below
  auto add = [this](const char* name, const std::string& value) {
    headers_.push_back({name, value.data(), static_cast<uint32_t>(value.size())});
  };
  auto place = [this](const Span& span) {
    const Buffer& bytes = span.in_avro ? avro_ : bytes_;
    return span.is_null ? nullptr : bytes.data() + span.start;
  };
  for (size_t i = 0; i < draft_count_; ++i) {
    const Draft& draft = drafts_[i];
    const std::string& topic = draft.own_topic.empty() ? *draft.topic : draft.own_topic;
    const size_t first = headers_.size();
    if (draft.identity_header != nullptr) add(draft.identity_header, draft.identity_value);
    for (size_t c = 0; c < context_count; ++c) {
      add(context_headers_[c].first.c_str(), context_headers_[c].second);
    }
    for (const AddedHeader& header : draft.added_headers) {
      add(header.name->c_str(), header.value);
      if (header.is_null) headers_.back().value = nullptr;
    }
    events_.push_back({topic.c_str(), static_cast<uint32_t>(topic.size()), place(draft.key),
                       static_cast<uint32_t>(draft.key.size), place(draft.value),
                       static_cast<uint32_t>(draft.value.size), headers_.data() + first,
                       static_cast<uint32_t>(headers_.size() - first), draft.partition,
                       draft.timestamp_ms, 0, place(draft.routing),
                       static_cast<uint32_t>(draft.routing.size), nullptr, 0,
                       Described(draft.key_avro), Described(draft.value_avro)});
    if (draft.mapping != nullptr) {
      events_.back().mapping = draft.mapping->data();
      events_.back().mapping_len = static_cast<uint32_t>(draft.mapping->size());
    }
  }
}

void EventEncoder::NoteFailure(const RelationPlan& plan, const Column& column, FieldState state) {
  if (!failure_.empty() && (failure_required_ || column.optional)) return;
  failure_required_ = !column.optional;
  failure_ = "column \"" + column.name + "\" of table \"" + plan.schema + "." + plan.table + "\"";
  failure_unavailable_ = state == FieldState::kUnavailable;
  if (failure_unavailable_) failure_ += ", which the update left alone: the WAL does not hold it";
}

std::string EventEncoder::TakeConversionWarning() {
  std::string warning;
  if (options_.converting_failure == FailureMode::kWarn) warning.swap(failure_);
  return warning;
}

}  // namespace penstock::event
