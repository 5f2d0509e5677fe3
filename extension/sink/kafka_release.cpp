// kafka_release.cpp: see kafka_release.h. rd_kafka_destroy waits for librdkafka's threads without a
// limit, while the server wants its slot back within a second; so it runs in a thread of its own.
#include "kafka_release.h"

#include <chrono>
#include <future>
#include <thread>

#include "blocked_signals.h"

namespace penstock::sink {
namespace {

constexpr int kPurgeWaitMs = 200;
constexpr std::chrono::milliseconds kDestroyWait(600);

void Purge(rd_kafka_t* producer, rd_kafka_queue_t* queue) {
  (void)rd_kafka_purge(
      producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  // Reports of purged messages; a handful of polls is enough, the rest goes with the producer.
  for (int left_ms = kPurgeWaitMs; left_ms > 0 && rd_kafka_outq_len(producer) > 0; left_ms -= 10) {
    KafkaEvent event(rd_kafka_queue_poll(queue, 10));
  }
}

}  // namespace

bool ReleaseProducer(rd_kafka_t* producer, KafkaQueue queue) noexcept try {
  Purge(producer, queue.get());
  queue.reset();
  std::promise<void> done;
  std::future<void> finished = done.get_future();
  const BlockedSignals blocked;
  std::thread destroyer([producer, promise = std::move(done)]() mutable {
    rd_kafka_destroy(producer);
    promise.set_value();
  });
  if (finished.wait_for(kDestroyWait) == std::future_status::ready) {
    destroyer.join();
    return true;
  }
  destroyer.detach();
  return false;
} catch (...) {
  return false;  // no thread to be had: left to the end of the process
}

}  // namespace penstock::sink
