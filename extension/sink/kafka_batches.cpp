// kafka_batches.cpp: see kafka_batches.h.
#include "kafka_batches.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <limits>
#include <utility>

#include "kafka_errors.h"

namespace penstock::sink {
namespace {

// One less than RD_KAFKA_IDEMP_MAX_INFLIGHT: with so many events under way another request may go.
constexpr uint64_t kFreeEvents = 4;
// Of each partition, at most.
constexpr uint64_t kBatchesUnderWay = 4;
// A partition without a leader must not hold up the topic's others.
constexpr int64_t kPatienceMs = 500;
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

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
  copy.lsn = event.version_lsn;
  copy.ticket = ticket;

  Topic* topic = Find(ref.handle);
  topic->ref = ref;
  if (!topic->listed) waiting_.push_back(topic);
  topic->listed = true;
  if (topic->waiting.empty()) topic->since_ms = clock_();
  const size_t bytes = copy.Bytes();
  topic->waiting.push_back(std::move(copy));
  topic->waiting_bytes += bytes;
  if (Full(*topic) && HasRoom(*topic)) HandOver(topic, clock_());
  return {};
}

KafkaBatches::Topic* KafkaBatches::Find(const rd_kafka_topic_t* handle) {
  if (last_ == nullptr || last_->ref.handle != handle) last_ = &topics_[handle];
  return last_;
}

// Whether librdkafka would make a request of any event.
bool KafkaBatches::Idle(const Topic& topic) const {
  return topic.under_way <= kFreeEvents && HasRoom(topic);
}

bool KafkaBatches::HasRoom(const Topic& topic) const {
  const uint64_t batches = kBatchesUnderWay * topic.ref.partitions;
  return !topic.refused && !producer_full_ && topic.under_way_bytes < batches * limits_.bytes &&
         topic.under_way < batches * limits_.events;
}

bool KafkaBatches::Full(const Topic& topic) const {
  return topic.waiting_bytes >= limits_.bytes || topic.waiting.size() >= limits_.events;
}

// By the clock, not from now.
int64_t KafkaBatches::DueMs(const Topic& topic) const {
  if (topic.waiting.empty() || topic.refused || producer_full_) return kNever;
  if (Full(topic) && HasRoom(topic)) return topic.since_ms;
  if (!Idle(topic)) return topic.handed_ms + kPatienceMs;
  return topic.since_ms + limits_.linger_ms - HandOverMs(limits_.linger_ms);
}

int64_t KafkaBatches::DueMs() const {
  int64_t due_ms = kNever;
  for (const Topic* topic : waiting_) due_ms = std::min(due_ms, DueMs(*topic));
  return due_ms == kNever ? -1 : std::max<int64_t>(0, due_ms - clock_());
}

void KafkaBatches::HandOverDue(bool hurry) {
  if (waiting_.empty()) return;
  const int64_t now_ms = clock_();
  for (Topic* topic : waiting_) {
    if ((hurry && Idle(*topic)) || DueMs(*topic) <= now_ms) HandOver(topic, now_ms);
  }
  waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(),
                                [](Topic* topic) {
                                  topic->listed = !topic->waiting.empty();
                                  return !topic->listed;
                                }),
                 waiting_.end());
}

void KafkaBatches::HandOver(Topic* topic, int64_t now_ms) {
  topic->handed_ms = now_ms;
  while (!topic->waiting.empty() && HasRoom(*topic)) {
    Waiting& event = topic->waiting.front();
    const size_t size = event.Bytes();
    const rd_kafka_resp_err_t error = Produce(*topic, &event);
    producer_full_ = error == RD_KAFKA_RESP_ERR__QUEUE_FULL;
    // A fatal error is found by who asks the producer for its health.
    if (producer_full_ || error == RD_KAFKA_RESP_ERR__FATAL) return;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return Refuse(topic, error);
    ++topic->under_way;
    topic->under_way_bytes += size;
    topic->waiting_bytes -= size;
    topic->waiting.pop_front();
  }
}

void KafkaBatches::Refuse(Topic* topic, rd_kafka_resp_err_t error) {
  topic->refused = true;
  refused_events_ += topic->waiting.size();
  if (!refusal_.ok()) return;
  const Waiting& event = topic->waiting.front();
  const Status why = EventStatus(error, rd_kafka_topic_name(topic->ref.handle), event.Bytes());
  std::array<char, 48> place{};
  (void)std::snprintf(place.data(), place.size(), " (transaction ends at %X/%X)",
                      static_cast<unsigned>(event.lsn >> 32), static_cast<unsigned>(event.lsn));
  refusal_ = {why.code(), why.message() + place.data(), why.hint()};
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
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) (void)event->headers.release();
  }
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) (void)event->value.release();
  return error;
}

void KafkaBatches::Acknowledged(const rd_kafka_topic_t* handle, size_t bytes) {
  producer_full_ = false;
  Topic* topic = Find(handle);
  --topic->under_way;
  topic->under_way_bytes -= bytes;
}

}  // namespace penstock::sink
