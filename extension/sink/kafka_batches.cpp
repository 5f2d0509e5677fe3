// kafka_batches.cpp: see kafka_batches.h.
#include "kafka_batches.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "kafka_errors.h"

namespace penstock::sink {
namespace {

// One less than RD_KAFKA_IDEMP_MAX_INFLIGHT: with so many events under way another request may go.
constexpr uint64_t kFreeEvents = 4;

// librdkafka takes NULL as "no key" and "no value", an empty one needs some address.
char kEmpty[1] = {0};

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
  Waiting copy;
  if (event.header_count > 0) {
    if (Status status = CopyHeaders(event, &copy.headers); !status.ok()) return status;
  }
  if (event.value) {
    // Of malloc, since librdkafka frees it.
    copy.value.reset(static_cast<char*>(std::malloc(std::max<size_t>(1, event.value->size()))));
    if (copy.value == nullptr) return {StatusCode::kInternal, "out of memory"};
    std::memcpy(copy.value.get(), event.value->data(), event.value->size());
    copy.value_size = event.value->size();
  }
  if (event.key) copy.key.emplace(*event.key);
  if (event.partition >= 0) copy.partition = event.partition;
  copy.timestamp_ms = event.timestamp_ms;
  copy.ticket = ticket;

  Topic* topic = Find(ref.handle);
  topic->ref = ref;
  if (topic->waiting.empty()) topic->since_ms = clock_();
  if (!std::exchange(topic->listed, true)) waiting_.push_back(topic);
  topic->waiting_bytes += copy.Bytes();
  topic->waiting.push_back(std::move(copy));
  if (topic->refused) ++refused_events_;
  if (Full(*topic) && Sendable(*topic)) HandOver(topic);
  return {};
}

KafkaBatches::Topic* KafkaBatches::Find(const rd_kafka_topic_t* handle) {
  if (last_ == nullptr || last_->ref.handle != handle) last_ = &topics_[handle];
  return last_;
}

bool KafkaBatches::Sendable(const Topic& topic) const {
  return !topic.refused && !producer_full_ && topic.under_way <= kFreeEvents;
}

bool KafkaBatches::Full(const Topic& topic) const {
  return topic.waiting_bytes >= limits_.bytes || topic.waiting.size() >= limits_.events;
}

void KafkaBatches::HandOver(bool hurry) {
  if (waiting_.empty()) return;
  const int64_t due_ms = clock_() + kHandOverMs - limits_.linger_ms;
  for (Topic* topic : waiting_) {
    if (!Sendable(*topic)) continue;
    if (hurry || topic->since_ms <= due_ms || Full(*topic)) HandOver(topic);
  }
  waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(),
                                [](Topic* topic) {
                                  topic->listed = !topic->waiting.empty();
                                  return !topic->listed;
                                }),
                 waiting_.end());
}

void KafkaBatches::HandOver(Topic* topic) {
  const uint64_t batches = kBatchesAtOnce * topic->ref.partitions;
  uint64_t bytes = 0;
  uint64_t events = 0;
  while (!topic->waiting.empty() && events < batches * limits_.events &&
         bytes < batches * limits_.bytes) {
    Waiting& event = topic->waiting.front();
    const size_t size = event.Bytes();
    const rd_kafka_resp_err_t error = Produce(*topic, &event);
    producer_full_ = error == RD_KAFKA_RESP_ERR__QUEUE_FULL;
    // A fatal error is found by who asks the producer for its health.
    if (producer_full_ || error == RD_KAFKA_RESP_ERR__FATAL) return;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      topic->refused = true;
      refused_events_ += topic->waiting.size();
      if (refusal_.ok())
        refusal_ = EventStatus(error, rd_kafka_topic_name(topic->ref.handle), size);
      return;
    }
    ++topic->under_way;
    ++events;
    bytes += size;
    topic->waiting_bytes -= size;
    topic->waiting.pop_front();
  }
}

rd_kafka_resp_err_t KafkaBatches::Produce(const Topic& topic, Waiting* event) {
  const void* key = event->key ? (event->key->empty() ? kEmpty : event->key->data()) : nullptr;
  const size_t key_size = event->key ? event->key->size() : 0;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  if (event->headers == nullptr && event->timestamp_ms < 0) {
    if (rd_kafka_produce(topic.ref.handle, event->partition, RD_KAFKA_MSG_F_FREE,
                         event->value.get(), event->value_size, key, key_size,
                         event->ticket) != 0) {
      error = rd_kafka_last_error();
    }
  } else {
    error = rd_kafka_producev(
        producer_, RD_KAFKA_V_RKT(topic.ref.handle), RD_KAFKA_V_PARTITION(event->partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_FREE),
        RD_KAFKA_V_VALUE(event->value.get(), event->value_size), RD_KAFKA_V_KEY(key, key_size),
        RD_KAFKA_V_HEADERS(event->headers.get()),
        RD_KAFKA_V_TIMESTAMP(std::max<int64_t>(event->timestamp_ms, 0)),  // 0: now
        RD_KAFKA_V_OPAQUE(event->ticket), RD_KAFKA_V_END);
    // librdkafka 2.0.2 to 2.11 free the headers although the partition is refused (fixed in 2.12):
    // a small leak is better than freeing them twice.
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION) {
      (void)event->headers.release();
    }
  }
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) (void)event->value.release();
  return error;
}

void KafkaBatches::Acknowledged(const rd_kafka_topic_t* handle) {
  producer_full_ = false;
  --Find(handle)->under_way;
}

int64_t KafkaBatches::DueMs() const {
  int64_t due_ms = -1;
  const int64_t now = clock_();
  for (const Topic* topic : waiting_) {
    if (topic->waiting.empty() || !Sendable(*topic)) continue;
    const int64_t left_ms = topic->since_ms + limits_.linger_ms - kHandOverMs - now;
    due_ms = std::max<int64_t>(0, due_ms < 0 ? left_ms : std::min(due_ms, left_ms));
  }
  return due_ms;
}

}  // namespace penstock::sink
