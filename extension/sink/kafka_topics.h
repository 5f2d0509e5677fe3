// kafka_topics.h: every topic is looked up, and made if missing, before the first event goes there.
// Nothing is left to the broker's auto-creation, which would race with our own settings.
//
//   kLookUp ──found──► kReady
//      │  ▲
//   missing │ made, or exists already, or refused (after a pause)
//      ▼  │
//   kCreating          kRefused: the name can never be a topic
#ifndef PENSTOCK_SINK_KAFKA_TOPICS_H
#define PENSTOCK_SINK_KAFKA_TOPICS_H

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "../core/retry.h"
#include "../core/status.h"
#include "kafka_options.h"
#include "kafka_prelude.h"

namespace penstock::sink {

// A topic that is ready.
struct KafkaTopicRef {
  rd_kafka_topic_t* handle = nullptr;
  uint64_t partitions = 1;
};

class KafkaTopics {
 public:
  // producer and queue outlive this. Answers to creation requests come to the queue as events.
  KafkaTopics(rd_kafka_t* producer, rd_kafka_queue_t* queue, TopicCreation creation,
              ClockMs clock = SteadyClockMs());

  // kBusy: on its way, call Advance and ask again; else why it is not ready (kUnavailable and
  // kAuthentication: it is being tried; kDataError: never).
  Status Prepare(std::string_view name, KafkaTopicRef* ready);

  // Takes the next step of every topic that is on its way. A look-up asks the broker and waits for
  // the answer, at most about half a second.
  void Advance();

  // For RD_KAFKA_EVENT_CREATETOPICS_RESULT.
  void HandleCreated(rd_kafka_event_t* event);

  bool Pending() const { return !pending_.empty(); }
  // Of all topics that are ready, together.
  uint64_t Partitions() const { return partitions_; }
  // Why the first pending topic is not ready; ok when nothing went wrong yet.
  Status PendingStatus() const;

 private:
  enum class State { kLookUp, kCreating, kReady, kRefused };

  struct Topic {
    Topic(std::string topic_name, const ClockMs& clock)
        : name(std::move(topic_name)), backoff({50, 5000, 2.0, 0.2}, clock) {}
    std::string name;
    KafkaTopic handle;
    uint64_t partitions = 1;
    State state = State::kLookUp;
    Backoff backoff;
    bool requested = false;  // made by us: missing then only means that the news travels
    Status trouble;
  };

  Topic* Add(std::string_view name);
  void LookUp(Topic* topic);
  void Found(Topic* topic, const rd_kafka_metadata_topic_t& found);
  void Create(Topic* topic);
  void Created(Topic* topic, rd_kafka_resp_err_t error, const char* text);
  void TryLater(Topic* topic, Status trouble);

  rd_kafka_t* producer_;
  rd_kafka_queue_t* queue_;
  TopicCreation creation_;
  ClockMs clock_;
  std::map<std::string, std::unique_ptr<Topic>, std::less<>> topics_;
  std::vector<Topic*> pending_;  // neither ready nor refused
  uint64_t partitions_ = 0;
  Topic* last_ = nullptr;  // of the last Prepare: the next event mostly goes there too
};

}  // namespace penstock::sink

#endif
