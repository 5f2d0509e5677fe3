// kafka_batches.h: events on their way to librdkafka, held back by topic while requests are under
// way to it.
//
// librdkafka's idempotent producer makes one request at a time for a partition, and none while five
// events (it counts those, not requests) or more are on their way there. While an event waits in it
// longer than linger.ms for that, its broker thread does not sleep, since its next wake-up lies in
// the past (2.0.2 to 2.15): it takes a core, from the broker beside it as well. So linger.ms passes
// in here, and what makes no full batch stays until the answers have come. Full batches go on: then
// there is so much to do that the next request should not wait for the worker.
#ifndef PENSTOCK_SINK_KAFKA_BATCHES_H
#define PENSTOCK_SINK_KAFKA_BATCHES_H

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../core/retry.h"
#include "../core/status.h"
#include "kafka_prelude.h"
#include "kafka_topics.h"
#include "sink.h"

namespace penstock::sink {

class KafkaBatches {
 public:
  // linger_ms, bytes, events: linger.ms, batch.size and batch.num.messages. The producer outlives
  // this; its own linger.ms must be HandOverMs(linger_ms).
  struct Limits {
    int64_t linger_ms = 0;
    uint64_t bytes = 0;
    uint64_t events = 0;
  };
  KafkaBatches(rd_kafka_t* producer, Limits limits, ClockMs clock)
      : producer_(producer), limits_(limits), clock_(std::move(clock)) {}

  // The part of linger.ms in which librdkafka gets a batch: a megabyte takes about 1.5 ms, and what
  // comes after its first look would wait for the answers.
  static int64_t HandOverMs(int64_t linger_ms) {
    return std::min<int64_t>(2, std::max<int64_t>(1, linger_ms));
  }

  // Copies the event. The ticket comes back as the opaque pointer of its delivery report.
  Status Add(const KafkaTopicRef& topic, const Event& event, void* ticket);

  // Hands over what has waited long enough or is a batch; hurry: without waiting for either.
  void HandOverDue(bool hurry);

  // A delivery report came; bytes of key and value.
  void Acknowledged(const rd_kafka_topic_t* topic, size_t bytes);

  // Milliseconds until HandOver has work; -1: not before the next report or event.
  int64_t DueMs() const;

  // Why librdkafka refuses an event for good; it and those behind it on its topic stay here. What
  // is on other topics, and before it, goes on.
  const Status& refusal() const { return refusal_; }
  uint64_t refused_events() const { return refused_events_; }

 private:
  struct Waiting {
    std::unique_ptr<char, decltype(&std::free)> value{nullptr, &std::free};
    size_t value_size = 0;
    std::optional<std::string> key;
    uint64_t lsn = 0;
    KafkaHeaders headers;
    int32_t partition = RD_KAFKA_PARTITION_UA;
    int64_t timestamp_ms = -1;
    void* ticket = nullptr;

    size_t Bytes() const { return value_size + (key ? key->size() : 0); }
  };

  struct Topic {
    KafkaTopicRef ref;
    std::deque<Waiting> waiting;
    uint64_t waiting_bytes = 0;
    int64_t since_ms = 0;    // when the first of them came, or one before it
    int64_t handed_ms = 0;   // last hand-over
    uint64_t under_way = 0;  // handed over and not reported
    uint64_t under_way_bytes = 0;
    bool listed = false;  // in waiting_
    bool refused = false;
  };

  Topic* Find(const rd_kafka_topic_t* handle);
  int64_t DueMs(const Topic& topic) const;
  bool Idle(const Topic& topic) const;
  bool HasRoom(const Topic& topic) const;
  bool Full(const Topic& topic) const;
  void HandOver(Topic* topic, int64_t now_ms);
  void Refuse(Topic* topic, rd_kafka_resp_err_t error);
  rd_kafka_resp_err_t Produce(const Topic& topic, Waiting* event);

  rd_kafka_t* producer_;
  Limits limits_;
  ClockMs clock_;
  std::map<const rd_kafka_topic_t*, Topic> topics_;
  std::vector<Topic*> waiting_;  // those with events, since the last HandOver
  Topic* last_ = nullptr;        // of the last call: the next mostly is about it too
  bool producer_full_ = false;   // until the next report
  Status refusal_;
  uint64_t refused_events_ = 0;
};

}  // namespace penstock::sink

#endif
