// event_encoder.cpp: what all events of a stream go through; the events themselves are made in
// envelope_events.cpp, flat_events.cpp and so on.
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
