// kafka_batches.h: events on their way to librdkafka, held back by topic while requests are under
// way to it.
//
// librdkafka's idempotent producer makes one request at a time for a partition, and none while five
// events (it counts those, not requests) or more are on their way there. While an event waits in it
// longer than linger.ms for that, its broker thread does not sleep, since its next wake-up lies in
// the past (2.0.2 to 2.15): it takes a core, from the broker beside it as well. So librdkafka gets
// events for as long as the first of them lingers, and what comes then stays here until the answers
// have come. But a full batch goes on while others are under way: it stands ready for their
// answers. Where those take longer than linger.ms, the thread does poll until they come.
#ifndef PENSTOCK_SINK_KAFKA_BATCHES_H
#define PENSTOCK_SINK_KAFKA_BATCHES_H

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/retry.h"
#include "../core/status.h"
#include "byte_queue.h"
#include "kafka_prelude.h"
#include "kafka_topics.h"
#include "sink.h"

namespace penstock::sink {

class KafkaBatches {
 public:
  // RD_KAFKA_IDEMP_MAX_INFLIGHT.
  static constexpr uint64_t kMaxRequests = 5;

  // The producer's linger.ms (at least 1), batch.size and batch.num.messages. The producer outlives
  // this.
  struct Limits {
    int64_t linger_ms = 0;
    uint64_t bytes = 0;
    uint64_t events = 0;
  };
  KafkaBatches(rd_kafka_t* producer, Limits limits, ClockMs clock)
      : producer_(producer), limits_(limits), clock_(std::move(clock)) {}

  // Copies the event. The ticket comes back as the opaque pointer of its delivery report.
  Status Add(const KafkaTopicRef& topic, const Event& event, void* ticket);

  // Hands over what reports or time have let go.
  void HandOver();

  // A delivery report came; bytes of key and value.
  void Acknowledged(const rd_kafka_topic_t* topic, size_t bytes);

  // Milliseconds until HandOver has work; -1: not before the next report or event.
  int64_t DueMs() const;

  // Why librdkafka refuses an event for good; it and those behind it on its topic stay here. What
  // is on other topics, and before it, goes on.
  const Status& refusal() const { return refusal_; }
  uint64_t refused_events() const { return refused_events_; }

 private:
  struct Parcel {
    std::optional<std::string_view> key, value;  // of the event, or copied into Topic::bytes
    KafkaHeaders headers;
    uint64_t lsn = 0;
    int32_t partition = RD_KAFKA_PARTITION_UA;
    int64_t timestamp_ms = -1;
    void* ticket = nullptr;

    size_t Bytes() const { return (value ? value->size() : 0) + (key ? key->size() : 0); }
  };

  struct Topic {
    KafkaTopicRef ref;
    std::deque<Parcel> waiting;
    ByteQueue bytes;
    uint64_t waiting_bytes = 0;
    int64_t handed_ms = 0;      // last hand-over
    int64_t open_until_ms = 0;  // librdkafka still collects the batch that was begun
    uint64_t under_way = 0;     // handed over and not reported
    uint64_t under_way_bytes = 0;
    bool listed = false;  // in waiting_
    bool refused = false;
  };

  Topic* Find(const rd_kafka_topic_t* handle);
  bool HasRoom(const Topic& topic) const;
  bool Full(const Topic& topic) const;
  bool MayGo(const Topic& topic, int64_t now_ms) const;
  void Keep(Topic* topic, Parcel parcel);
  void HandOver(Topic* topic, int64_t now_ms);
  void Begin(Topic* topic, int64_t now_ms);
  rd_kafka_resp_err_t Send(Topic* topic, Parcel* parcel);
  rd_kafka_resp_err_t Produce(const Topic& topic, Parcel* parcel);
  void Fail(Topic* topic, rd_kafka_resp_err_t error);

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
