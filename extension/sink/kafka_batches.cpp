// kafka_batches.cpp: see kafka_batches.h.
#include "kafka_batches.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>
#include <utility>

#include "kafka_errors.h"

namespace penstock::sink {
namespace {

// With so many events under way another request may be made.
constexpr uint64_t kFreeEvents = KafkaBatches::kMaxRequests - 1;
// So long before linger.ms has passed the last event goes: a later one might miss the request.
constexpr int64_t kLeadMs = 1;
// A partition without a leader must not hold up the topic's others.
constexpr int64_t kPatienceMs = 500;
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

// librdkafka takes NULL as "no key" and "no value", an empty one needs some address.
char kEmpty[1] = {0};

std::pair<void*, size_t> AddressAndSize(const std::optional<std::string_view>& part) {
  if (!part) return {nullptr, 0};
  return {part->empty() ? kEmpty : const_cast<char*>(part->data()), part->size()};
}

Status CopyHeaders(const Event& event, KafkaHeaders* headers) {
  headers->reset(rd_kafka_headers_new(event.header_count));
  for (size_t i = 0; i < event.header_count; ++i) {
    const Header& header = event.headers[i];
    const bool null = !header.value;
    const rd_kafka_resp_err_t error = rd_kafka_header_add(
        headers->get(), header.name.data(), static_cast<ssize_t>(header.name.size()),
        null                    ? nullptr
        : header.value->empty() ? kEmpty
                                : header.value->data(),
        static_cast<ssize_t>(null ? 0 : header.value->size()));
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return {StatusCode::kInternal, "could not copy the headers of an event"};
    }
  }
  return {};
}

}  // namespace

Status KafkaBatches::Add(const KafkaTopicRef& ref, const Event& event, void* ticket) {
  Parcel parcel;
  if (event.header_count > 0) {
    if (Status status = CopyHeaders(event, &parcel.headers); !status.ok()) return status;
  }
  parcel.key = event.key;
  parcel.value = event.value;
  if (event.partition >= 0) parcel.partition = event.partition;
  parcel.timestamp_ms = event.timestamp_ms;
  parcel.lsn = event.version_lsn;
  parcel.ticket = ticket;

  Topic* topic = Find(ref.handle);
  topic->ref = ref;
  const int64_t now_ms = HasRoom(*topic) ? clock_() : 0;
  if (topic->waiting.empty() && MayGo(*topic, now_ms)) {
    Begin(topic, now_ms);
    const rd_kafka_resp_err_t error = Send(topic, &parcel);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    Keep(topic, std::move(parcel));
    Fail(topic, error);
    return {};
  }
  Keep(topic, std::move(parcel));
  if (MayGo(*topic, now_ms)) HandOver(topic, now_ms);
  return {};
}

void KafkaBatches::Keep(Topic* topic, Parcel parcel) {
  if (!topic->listed) waiting_.push_back(topic);
  topic->listed = true;
  const size_t bytes = parcel.Bytes();
  if (bytes > 0) {
    char* copy = topic->bytes.Push(bytes);
    for (std::optional<std::string_view>* part : {&parcel.value, &parcel.key}) {
      if (!*part) continue;
      std::copy((*part)->begin(), (*part)->end(), copy);
      *part = std::string_view(copy, (*part)->size());
      copy += (*part)->size();
    }
  }
  topic->waiting.push_back(std::move(parcel));
  topic->waiting_bytes += bytes;
}

KafkaBatches::Topic* KafkaBatches::Find(const rd_kafka_topic_t* handle) {
  if (last_ == nullptr || last_->ref.handle != handle) last_ = &topics_[handle];
  return last_;
}

bool KafkaBatches::HasRoom(const Topic& topic) const {
  if (topic.refused || producer_full_) return false;
  const uint64_t batches = topic.ref.partitions + 1;  // the last one stands ready
  return topic.under_way <= kFreeEvents || (topic.under_way_bytes < batches * limits_.bytes &&
                                            topic.under_way < batches * limits_.events);
}

bool KafkaBatches::Full(const Topic& topic) const {
  return topic.waiting_bytes >= limits_.bytes || topic.waiting.size() >= limits_.events;
}

bool KafkaBatches::MayGo(const Topic& topic, int64_t now_ms) const {
  return HasRoom(topic) && (topic.under_way <= kFreeEvents || now_ms < topic.open_until_ms ||
                            Full(topic) || now_ms >= topic.handed_ms + kPatienceMs);
}

int64_t KafkaBatches::DueMs() const {
  int64_t due_ms = kNever;
  const int64_t now_ms = clock_();
  for (const Topic* topic : waiting_) {
    if (topic->waiting.empty() || !HasRoom(*topic)) continue;
    due_ms = std::min(due_ms, MayGo(*topic, now_ms) ? 0 : topic->handed_ms + kPatienceMs - now_ms);
  }
  return due_ms == kNever ? -1 : due_ms;
}

void KafkaBatches::HandOver() {
  if (waiting_.empty()) return;
  const int64_t now_ms = clock_();
  for (Topic* topic : waiting_) {
    if (MayGo(*topic, now_ms)) HandOver(topic, now_ms);
  }
  waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(),
                                [](Topic* topic) {
                                  topic->listed = !topic->waiting.empty();
                                  return !topic->listed;
                                }),
                 waiting_.end());
}

void KafkaBatches::HandOver(Topic* topic, int64_t now_ms) {
  Begin(topic, now_ms);
  while (!topic->waiting.empty() && HasRoom(*topic)) {
    Parcel& parcel = topic->waiting.front();
    const size_t bytes = parcel.Bytes();
    const rd_kafka_resp_err_t error = Send(topic, &parcel);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return Fail(topic, error);
    topic->waiting_bytes -= bytes;
    topic->waiting.pop_front();
    if (bytes > 0) topic->bytes.Pop(bytes);
  }
}

void KafkaBatches::Begin(Topic* topic, int64_t now_ms) {
  topic->handed_ms = now_ms;
  if (now_ms >= topic->open_until_ms) topic->open_until_ms = now_ms + limits_.linger_ms - kLeadMs;
}

rd_kafka_resp_err_t KafkaBatches::Send(Topic* topic, Parcel* parcel) {
  const rd_kafka_resp_err_t error = Produce(*topic, parcel);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++topic->under_way;
    topic->under_way_bytes += parcel->Bytes();
  }
  return error;
}

void KafkaBatches::Fail(Topic* topic, rd_kafka_resp_err_t error) {
  producer_full_ = error == RD_KAFKA_RESP_ERR__QUEUE_FULL;
  // A fatal error is found by who asks the producer for its health.
  if (producer_full_ || error == RD_KAFKA_RESP_ERR__FATAL) return;
  topic->refused = true;
  refused_events_ += topic->waiting.size();
  if (!refusal_.ok()) return;
  const Parcel& parcel = topic->waiting.front();
  const Status why = EventStatus(error, rd_kafka_topic_name(topic->ref.handle), parcel.Bytes());
  std::array<char, 48> place{};
  (void)std::snprintf(place.data(), place.size(), " (transaction ends at %X/%X)",
                      static_cast<unsigned>(parcel.lsn >> 32), static_cast<unsigned>(parcel.lsn));
  refusal_ = {why.code(), why.message() + place.data(), why.hint()};
}

rd_kafka_resp_err_t KafkaBatches::Produce(const Topic& topic, Parcel* parcel) {
  const auto [value, value_size] = AddressAndSize(parcel->value);
  const auto [key, key_size] = AddressAndSize(parcel->key);
  if (parcel->headers == nullptr && parcel->timestamp_ms < 0) {
    const int failed = rd_kafka_produce(topic.ref.handle, parcel->partition, RD_KAFKA_MSG_F_COPY,
                                        value, value_size, key, key_size, parcel->ticket);
    return failed != 0 ? rd_kafka_last_error() : RD_KAFKA_RESP_ERR_NO_ERROR;
  }
  const rd_kafka_resp_err_t error = rd_kafka_producev(
      producer_, RD_KAFKA_V_RKT(topic.ref.handle), RD_KAFKA_V_PARTITION(parcel->partition),
      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_VALUE(value, value_size),
      RD_KAFKA_V_KEY(key, key_size), RD_KAFKA_V_HEADERS(parcel->headers.get()),
      RD_KAFKA_V_TIMESTAMP(std::max<int64_t>(parcel->timestamp_ms, 0)),  // 0: now
      RD_KAFKA_V_OPAQUE(parcel->ticket), RD_KAFKA_V_END);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) (void)parcel->headers.release();
  return error;
}

void KafkaBatches::Acknowledged(const rd_kafka_topic_t* handle, size_t bytes) {
  producer_full_ = false;
  Topic* topic = Find(handle);
  --topic->under_way;
  topic->under_way_bytes -= bytes;
}

}  // namespace penstock::sink
