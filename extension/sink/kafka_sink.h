// kafka_sink.h: sink type kafka: librdkafka's idempotent producer, at least once, in order per key.
//
// The worker's thread makes every call. librdkafka's threads only fill one queue (delivery reports,
// errors, log lines, answers to topic creation), which Poll empties; an eventfd says when.
//
// Statuses of Poll: kUnavailable and kAuthentication while librdkafka goes on trying; anything else
// means that an event was refused or came back undelivered, or that the producer is dead. The sink
// is of no use then: the worker ends and reads again from the confirmed position. A refusal is told
// once all that was taken before is delivered.
#ifndef PENSTOCK_SINK_KAFKA_SINK_H
#define PENSTOCK_SINK_KAFKA_SINK_H

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../core/delivery_tracker.h"
#include "../core/retry.h"
#include "kafka_batches.h"
#include "kafka_options.h"
#include "kafka_prelude.h"
#include "kafka_topics.h"
#include "sink.h"

namespace penstock::sink {

class KafkaSink final : public Sink {
 public:
  explicit KafkaSink(KafkaOptions options, ClockMs clock = SteadyClockMs());
  ~KafkaSink() override;

  Result<Resume> Open(const Identity& identity, bool snapshot_pending) override;
  Status Deliver(const Event& event) override;
  void EndTransaction(uint64_t end_lsn) override { tracker_.EndTransaction(end_lsn); }
  Status Poll(int timeout_ms) override;
  uint64_t DeliveredLsn() const override { return tracker_.DeliveredLsn(); }
  uint64_t InFlightEvents() const override { return tracker_.InFlightEvents(); }
  uint64_t InFlightBytes() const override { return tracker_.InFlightBytes(); }
  int WakeFd() const override { return wake_fd_; }
  int64_t DueMs() const override;
  void Abandon() override;
  bool LeftThreads() const override { return left_threads_; }

  rd_kafka_t* producer() { return producer_; }  // for tests

 private:
  Status MakeProducer();
  bool HasRoom(size_t bytes) const;
  Status Refused() const;
  bool RefusalIsDue() const;
  void DrainWakeFd() const;
  void Wake() const;
  void Handle(rd_kafka_event_t* event);
  void HandleReports(rd_kafka_event_t* event);
  void HandleError(rd_kafka_event_t* event);
  Status Health();
  bool EverConnected();

  KafkaOptions options_;
  ClockMs clock_;
  rd_kafka_t* producer_ = nullptr;
  KafkaQueue queue_;
  std::unique_ptr<KafkaTopics> topics_;
  std::unique_ptr<KafkaBatches> batches_;
  DeliveryTracker tracker_;
  int wake_fd_ = -1;
  bool connected_ = false;
  int64_t progress_ms_ = 0;  // last time something was acknowledged, or nothing was waiting
  Status trouble_;           // last connection error since then
  Status failed_;            // for good
  bool abandoned_ = false;
  bool left_threads_ = false;  // the producer could not be destroyed in time
};

}  // namespace penstock::sink

#endif
