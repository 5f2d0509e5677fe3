// kafka_topics.cpp: see kafka_topics.h.
#include "kafka_topics.h"

#include <algorithm>
#include <array>
#include <utility>

#include "kafka_errors.h"

namespace penstock::sink {
namespace {

// librdkafka has no asynchronous look-up of one topic before 2.3. A short wait is enough for a
// broker that answers; a slow one gets more time at each further attempt.
constexpr int kLookUpFirstMs = 100;
constexpr int kLookUpMaxMs = 500;
constexpr int kCreateTimeoutMs = 30000;

}  // namespace

KafkaTopics::KafkaTopics(rd_kafka_t* producer, rd_kafka_queue_t* queue, TopicCreation creation,
                         ClockMs clock)
    : producer_(producer),
      queue_(queue),
      creation_(std::move(creation)),
      clock_(std::move(clock)) {}

Status KafkaTopics::Prepare(std::string_view name, KafkaTopicRef* ready) {
  Topic* topic = last_;
  if (topic == nullptr || topic->name != name) {
    const auto found = topics_.find(name);
    topic = found == topics_.end() ? Add(name) : found->second.get();
    last_ = topic;
  }
  if (topic->state == State::kReady) {
    *ready = {topic->handle.get(), topic->partitions};
    return {};
  }
  if (!topic->trouble.ok()) return topic->trouble;
  return {StatusCode::kBusy, "topic \"" + topic->name + "\" is being looked up"};
}

KafkaTopics::Topic* KafkaTopics::Add(std::string_view name) {
  auto owned = std::make_unique<Topic>(std::string(name), clock_);
  Topic* topic = owned.get();
  topics_.emplace(topic->name, std::move(owned));
  topic->handle.reset(rd_kafka_topic_new(producer_, topic->name.c_str(), nullptr));
  if (topic->handle == nullptr) {
    topic->state = State::kRefused;
    topic->trouble = TopicStatus(RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,
                                 rd_kafka_err2str(RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION), name);
    return topic;
  }
  pending_.push_back(topic);
  return topic;
}

void KafkaTopics::Advance() {
  if (pending_.empty()) return;
  // Only one look-up per call, so that the wait stays bounded.
  for (Topic* topic : pending_) {
    if (topic->state != State::kLookUp || !topic->backoff.Due()) continue;
    LookUp(topic);
    break;
  }
  pending_.erase(std::remove_if(pending_.begin(), pending_.end(),
                                [](const Topic* topic) {
                                  return topic->state == State::kReady ||
                                         topic->state == State::kRefused;
                                }),
                 pending_.end());
}

void KafkaTopics::LookUp(Topic* topic) {
  const int timeout_ms = static_cast<int>(
      std::min<int64_t>(kLookUpMaxMs, kLookUpFirstMs * (1 + topic->backoff.failures())));
  const rd_kafka_metadata_t* metadata = nullptr;
  const rd_kafka_resp_err_t error =
      rd_kafka_metadata(producer_, 0, topic->handle.get(), &metadata, timeout_ms);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    // No broker or no answer yet. The first failures are the connection being made.
    const bool early = topic->backoff.failures() < 5 && topic->trouble.ok();
    TryLater(topic, early ? Status() : ConnectionStatus(error, rd_kafka_err2str(error)));
    return;
  }
  if (metadata->topic_cnt == 1) Found(topic, metadata->topics[0]);
  rd_kafka_metadata_destroy(metadata);
}

void KafkaTopics::Found(Topic* topic, const rd_kafka_metadata_topic_t& found) {
  switch (found.err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      topic->state = State::kReady;
      topic->partitions = static_cast<uint64_t>(std::max(1, found.partition_cnt));
      partitions_ += topic->partitions;
      topic->trouble = {};
      topic->backoff.Succeed();
      return;
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
      TryLater(topic, {});
      return;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      // The request says not to create it, or it was made a moment ago.
      if (creation_.enable && !topic->requested) {
        Create(topic);
      } else {
        TryLater(topic, topic->backoff.failures() < 5
                            ? Status()
                            : TopicStatus(found.err, "it does not exist", topic->name));
        topic->requested = topic->requested && topic->backoff.failures() < 10;
      }
      return;
    default: {
      Status trouble = TopicStatus(found.err, rd_kafka_err2str(found.err), topic->name);
      if (trouble.code() == StatusCode::kDataError) topic->state = State::kRefused;
      TryLater(topic, std::move(trouble));
    }
  }
}

void KafkaTopics::Create(Topic* topic) {
  std::array<char, 512> text{};
  KafkaNewTopic wanted(rd_kafka_NewTopic_new(topic->name.c_str(), creation_.partitions,
                                             creation_.replication_factor, text.data(),
                                             text.size()));
  if (wanted == nullptr) {
    TryLater(topic, TopicStatus(RD_KAFKA_RESP_ERR_INVALID_CONFIG, text.data(), topic->name));
    return;
  }
  for (const auto& [name, value] : creation_.configs) {
    (void)rd_kafka_NewTopic_set_config(wanted.get(), name.c_str(), value.c_str());
  }
  KafkaAdminOptions options(rd_kafka_AdminOptions_new(producer_, RD_KAFKA_ADMIN_OP_CREATETOPICS));
  (void)rd_kafka_AdminOptions_set_request_timeout(options.get(), kCreateTimeoutMs, text.data(),
                                                  text.size());
  // Topics live as long as the producer, whatever becomes of the request.
  rd_kafka_AdminOptions_set_opaque(options.get(), topic);
  rd_kafka_NewTopic_t* list[] = {wanted.get()};
  rd_kafka_CreateTopics(producer_, list, 1, options.get(), queue_);
  topic->state = State::kCreating;
}

void KafkaTopics::HandleCreated(rd_kafka_event_t* event) {
  auto* topic = static_cast<Topic*>(rd_kafka_event_opaque(event));
  const rd_kafka_CreateTopics_result_t* result = rd_kafka_event_CreateTopics_result(event);
  size_t count = 0;
  const rd_kafka_topic_result_t** topics = rd_kafka_CreateTopics_result_topics(result, &count);
  if (count == 1) {
    const char* text = rd_kafka_topic_result_error_string(topics[0]);
    Created(topic, rd_kafka_topic_result_error(topics[0]), text);
  } else {
    Created(topic, rd_kafka_event_error(event), rd_kafka_event_error_string(event));
  }
}

void KafkaTopics::Created(Topic* topic, rd_kafka_resp_err_t error, const char* text) {
  topic->state = State::kLookUp;
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
    topic->requested = true;
    topic->trouble = {};
    topic->backoff.Succeed();
    return;
  }
  Status trouble =
      TopicStatus(error, text == nullptr ? rd_kafka_err2str(error) : text, topic->name);
  if (trouble.code() == StatusCode::kDataError) topic->state = State::kRefused;
  TryLater(topic, std::move(trouble));
}

void KafkaTopics::TryLater(Topic* topic, Status trouble) {
  topic->backoff.Fail();
  topic->trouble = std::move(trouble);
}

Status KafkaTopics::PendingStatus() const {
  return pending_.empty() ? Status() : pending_.front()->trouble;
}

}  // namespace penstock::sink
