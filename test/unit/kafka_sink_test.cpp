// The kafka sink against librdkafka's mock cluster, which lives in this process. It has neither
// CreateTopics nor authentication: those are tried with a real broker (test/integration).
#include "extension/sink/kafka_sink.h"

#include <gtest/gtest.h>
#include <librdkafka/rdkafka_mock.h>
#include <poll.h>

#include <chrono>
#include <ctime>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace penstock::sink {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kPatience(30);

// A mock cluster with one topic of four partitions.
class KafkaSinkTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char error[256];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    owner_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof(error));
    ASSERT_NE(owner_, nullptr) << error;
    cluster_ = rd_kafka_mock_cluster_new(owner_, 1);
    ASSERT_NE(cluster_, nullptr);
    ASSERT_EQ(rd_kafka_mock_topic_create(cluster_, "t", 4, 1), RD_KAFKA_RESP_ERR_NO_ERROR);
  }

  void TearDown() override {
    sink_.reset();
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(owner_);
  }

  void OpenSink(Options more = {}) {
    more.emplace("bootstrap.servers", rd_kafka_mock_cluster_bootstraps(cluster_));
    more.emplace("reconnect.backoff.max.ms", "100");
    more.emplace("retry.backoff.ms", "10");
    Result<KafkaOptions> options = ParseKafkaOptions(more);
    ASSERT_TRUE(options.ok()) << options.status().message();
    sink_ = std::make_unique<KafkaSink>(options.value(), [this, steady = SteadyClockMs()] {
      return stopped_ms_ < 0 ? steady() : stopped_ms_;
    });
    const Result<Resume> resume = sink_->Open({}, false);
    ASSERT_TRUE(resume.ok()) << resume.status().message();
    EXPECT_EQ(resume.value().position_lsn, 0u);
  }

  // Polls until the condition holds; the last status is kept.
  bool PollUntil(const std::function<bool()>& condition) {
    const Clock::time_point end = Clock::now() + kPatience;
    while (Clock::now() < end) {
      status_ = sink_->Poll(20);
      if (condition()) return true;
    }
    return false;
  }

  // As the worker does: again and again while the sink is busy.
  Status Deliver(const Event& event) {
    Status status;
    const bool taken = PollUntil([&] {
      status = sink_->Deliver(event);
      return status.code() != StatusCode::kBusy && status.code() != StatusCode::kUnavailable;
    });
    EXPECT_TRUE(taken) << status.message();
    return status;
  }

  // The event with the values 0 to count - 1; what a reader of its partition finds of them.
  std::vector<std::string> DeliverNumbered(Event event, int count) {
    std::vector<std::string> expected;
    for (int i = 0; i < count; ++i) {
      const std::string value = std::to_string(i);
      event.value = value;
      EXPECT_TRUE(Deliver(event).ok());
      expected.push_back(std::string(*event.key) + "=" + value);
    }
    return expected;
  }

  // To partition 0, and the answer is there: the topic is known.
  void DeliverFirst() {
    Event event;
    event.topic = "t";
    event.key = "k";
    event.value = "first";
    event.partition = 0;
    ASSERT_TRUE(Deliver(event).ok());
    ASSERT_TRUE(PollUntil([&] { return sink_->InFlightEvents() == 0; })) << status_.message();
  }

  void StopClock() { stopped_ms_ = SteadyClockMs()(); }

  int64_t stopped_ms_ = -1;  // where the sink's clock stands; negative: it runs
  rd_kafka_t* owner_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
  std::unique_ptr<KafkaSink> sink_;
  Status status_;
};

Event MakeEvent(std::string_view key, std::string_view value) {
  Event event;
  event.topic = "t";
  event.key = key;
  event.value = value;
  return event;
}

// What a consumer finds in partition order: key, value ("<null>" for a tombstone), header names.
std::vector<std::string> ReadPartition(const char* bootstrap, int32_t partition, size_t count) {
  char error[256];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap, error, sizeof(error));
  rd_kafka_conf_set(conf, "group.id", "reader", error, sizeof(error));
  rd_kafka_t* consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof(error));
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, "t", partition)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(consumer, list);
  rd_kafka_topic_partition_list_destroy(list);
  std::vector<std::string> lines;
  const Clock::time_point end = Clock::now() + kPatience;
  while (lines.size() < count && Clock::now() < end) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, 100);
    if (message == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      std::string line =
          message->key == nullptr
              ? "<null>"
              : std::string(static_cast<const char*>(message->key), message->key_len);
      line += '=';
      line += message->payload == nullptr
                  ? "<null>"
                  : std::string(static_cast<const char*>(message->payload), message->len);
      rd_kafka_headers_t* headers = nullptr;
      if (rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        const char* name = nullptr;
        const void* value = nullptr;
        size_t size = 0;
        for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) ==
                           RD_KAFKA_RESP_ERR_NO_ERROR;
             ++i) {
          line +=
              std::string(" ") + name + ":" +
              (value == nullptr ? "<null>" : std::string(static_cast<const char*>(value), size));
        }
      }
      lines.push_back(line);
    }
    rd_kafka_message_destroy(message);
  }
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
  return lines;
}

TEST_F(KafkaSinkTest, DeliversAndMovesThePosition) {
  OpenSink();
  for (uint64_t lsn = 1; lsn <= 100; ++lsn) {
    const std::string key = std::to_string(lsn);
    ASSERT_TRUE(Deliver(MakeEvent(key, "v" + key)).ok());
    sink_->EndTransaction(lsn);
  }
  ASSERT_TRUE(PollUntil([&] { return sink_->DeliveredLsn() == 100; })) << status_.message();
  EXPECT_TRUE(status_.ok());
  EXPECT_EQ(sink_->InFlightEvents(), 0u);
  EXPECT_EQ(sink_->InFlightBytes(), 0u);
}

TEST_F(KafkaSinkTest, TakesNoMoreThanAWindow) {
  OpenSink({{"batch.size", "1000"}});
  const std::string value(100, 'x');
  ASSERT_TRUE(Deliver(MakeEvent("k", value)).ok());
  ASSERT_TRUE(PollUntil([&] { return sink_->InFlightEvents() == 0; }));
  rd_kafka_mock_broker_set_rtt(cluster_, 1, 3000);
  while (sink_->InFlightEvents() < 1000 && sink_->Deliver(MakeEvent("k", value)).ok()) {
  }
  // Four batches for each of four partitions: 16,000 bytes of 101 each.
  EXPECT_EQ(sink_->InFlightEvents(), 158u);
  EXPECT_EQ(sink_->Deliver(MakeEvent("k", value)).code(), StatusCode::kBusy);
}

double CpuSeconds() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

// librdkafka's broker thread would run all the time (kafka_batches.h).
TEST_F(KafkaSinkTest, SleepsWhileEventsWaitForAnswers) {
  OpenSink({{"batch.num.messages", "20"}});
  DeliverFirst();
  StopClock();  // and patience with it
  rd_kafka_mock_broker_set_rtt(cluster_, 1, 2000);
  Event event = MakeEvent("k", "v");
  event.partition = 0;
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(sink_->Deliver(event).ok());
  stopped_ms_ += 10;
  (void)sink_->Poll(100);  // they leave
  for (int i = 0; i < 15; ++i) ASSERT_TRUE(sink_->Deliver(event).ok());
  stopped_ms_ += 10;
  const double before_s = CpuSeconds();
  const Clock::time_point start = Clock::now();
  while (Clock::now() - start < std::chrono::milliseconds(300)) (void)sink_->Poll(100);
  const std::chrono::duration<double> waited = Clock::now() - start;
  EXPECT_LT(CpuSeconds() - before_s, waited.count() / 2);
  EXPECT_EQ(sink_->InFlightEvents(), 25u);
  // On a busy machine the time alone would not tell.
  EXPECT_EQ(rd_kafka_outq_len(sink_->producer()), 10);
  stopped_ms_ = -1;
  sink_->EndTransaction(1);
  EXPECT_TRUE(PollUntil([&] { return sink_->DeliveredLsn() == 1; })) << status_.message();
}

// One that cannot be written must not hold up the topic's others for long.
TEST_F(KafkaSinkTest, GoesOnPastAPartitionThatDoesNotAnswer) {
  OpenSink();
  DeliverFirst();
  ASSERT_EQ(rd_kafka_mock_partition_set_leader(cluster_, "t", 0, -1), RD_KAFKA_RESP_ERR_NO_ERROR);
  StopClock();
  Event event = MakeEvent("k", "v");
  event.partition = 0;
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(sink_->Deliver(event).ok());
  stopped_ms_ += 10;
  (void)sink_->Poll(100);  // they are under way
  event.partition = 1;
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(sink_->Deliver(event).ok());
  EXPECT_GT(sink_->DueMs(), 100);
  stopped_ms_ = -1;
  EXPECT_TRUE(PollUntil([&] { return sink_->InFlightEvents() == 20; })) << status_.message();
}

// librdkafka collects for linger.ms from the first event on.
TEST_F(KafkaSinkTest, HandsOverWhileTheFirstLingers) {
  OpenSink({{"linger.ms", "2000"}, {"batch.num.messages", "10"}});
  DeliverFirst();
  StopClock();
  Event event = MakeEvent("k", "v");
  event.partition = 0;
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(sink_->Deliver(event).ok());
  stopped_ms_ += 1998;
  ASSERT_TRUE(sink_->Deliver(event).ok());
  EXPECT_EQ(rd_kafka_outq_len(sink_->producer()), 7);
  EXPECT_EQ(sink_->DueMs(), -1);
  stopped_ms_ += 1;  // the request may have been made
  ASSERT_TRUE(sink_->Deliver(event).ok());
  EXPECT_EQ(rd_kafka_outq_len(sink_->producer()), 7);
  EXPECT_EQ(sink_->DueMs(), 499);
  stopped_ms_ = -1;
  ASSERT_TRUE(PollUntil([&] { return sink_->InFlightEvents() == 0; }));
}

// One stands ready for the answer to the one before it.
TEST_F(KafkaSinkTest, FullBatchGoesOnBesideAnother) {
  OpenSink({{"batch.num.messages", "10"}});
  DeliverFirst();
  StopClock();
  rd_kafka_mock_broker_set_rtt(cluster_, 1, 2000);
  Event event = MakeEvent("k", "v");
  event.partition = 0;
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(sink_->Deliver(event).ok());
  stopped_ms_ += 10;
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(sink_->Deliver(event).ok());
  EXPECT_EQ(rd_kafka_outq_len(sink_->producer()), 10);
  ASSERT_TRUE(sink_->Deliver(event).ok());
  EXPECT_EQ(rd_kafka_outq_len(sink_->producer()), 20);
  // One more than the topic has partitions, no further.
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(sink_->Deliver(event).ok());
  EXPECT_EQ(rd_kafka_outq_len(sink_->producer()), 50);
  ASSERT_TRUE(PollUntil([&] { return sink_->InFlightEvents() == 0; }));
}

// Fewer events than requests that may be made do not count as batches.
TEST_F(KafkaSinkTest, FewLargeEventsDoNotWaitForAnswers) {
  OpenSink({{"batch.size", "1000"}, {"linger.ms", "1"}});
  DeliverFirst();
  StopClock();
  rd_kafka_mock_broker_set_rtt(cluster_, 1, 2000);
  const std::string value(20000, 'x');
  Event event = MakeEvent("k", value);
  event.partition = 0;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(sink_->Deliver(event).ok());
  EXPECT_EQ(rd_kafka_outq_len(sink_->producer()), 5);
  EXPECT_EQ(sink_->Deliver(event).code(), StatusCode::kBusy);
  ASSERT_TRUE(PollUntil([&] { return sink_->InFlightEvents() == 0; }));
}

// Batches are full all the time, and librdkafka is.
TEST_F(KafkaSinkTest, KeepsTheOrderThroughManySmallBatches) {
  OpenSink(
      {{"batch.num.messages", "3"}, {"linger.ms", "0"}, {"queue.buffering.max.messages", "7"}});
  Event event = MakeEvent("k", "");
  event.partition = 1;
  const std::vector<std::string> expected = DeliverNumbered(event, 500);
  sink_->EndTransaction(1);
  ASSERT_TRUE(PollUntil([&] { return sink_->DeliveredLsn() == 1; })) << status_.message();
  EXPECT_EQ(ReadPartition(rd_kafka_mock_cluster_bootstraps(cluster_), 1, expected.size()),
            expected);
}

TEST_F(KafkaSinkTest, BytesArriveAsGiven) {
  OpenSink();
  const Header headers[] = {{"a", "1"}, {"b", std::nullopt}, {"a", ""}};
  Event event = MakeEvent("k", "v");
  event.partition = 2;
  ASSERT_TRUE(Deliver(event).ok());
  event.headers = headers;
  event.header_count = 3;
  ASSERT_TRUE(Deliver(event).ok());
  event.header_count = 0;
  event.value = std::nullopt;
  ASSERT_TRUE(Deliver(event).ok());
  event.key = std::nullopt;
  event.value = "";
  ASSERT_TRUE(Deliver(event).ok());
  sink_->EndTransaction(1);
  ASSERT_TRUE(PollUntil([&] { return sink_->DeliveredLsn() == 1; })) << status_.message();
  EXPECT_EQ(ReadPartition(rd_kafka_mock_cluster_bootstraps(cluster_), 2, 4),
            (std::vector<std::string>{"k=v", "k=v a:1 b:<null> a:", "k=<null>", "<null>="}));
}

// What was taken before is delivered and its position told; what comes after is not taken.
TEST_F(KafkaSinkTest, PartitionThatDoesNotExistIsRefused) {
  OpenSink();
  const Header header = {"a", "1"};
  Event event = MakeEvent("k", "v");
  ASSERT_TRUE(Deliver(event).ok());
  sink_->EndTransaction(1);
  event.partition = 99;
  event.headers = &header;
  event.header_count = 1;
  ASSERT_TRUE(Deliver(event).ok());
  sink_->EndTransaction(2);
  uint64_t delivered = sink_->DeliveredLsn();
  ASSERT_TRUE(PollUntil([&] {
    const uint64_t before = std::exchange(delivered, sink_->DeliveredLsn());
    EXPECT_TRUE(status_.ok() || before == 1) << status_.message();
    return status_.code() == StatusCode::kDataError;
  }));
  EXPECT_NE(status_.message().find("\"t\""), std::string::npos) << status_.message();
  EXPECT_EQ(sink_->DeliveredLsn(), 1u);
  EXPECT_EQ(sink_->Deliver(event).code(), StatusCode::kDataError);
}

TEST_F(KafkaSinkTest, TooLargeEventIsRefusedByName) {
  OpenSink({{"max.request.size", "2000"}});
  const std::string value(5000, 'x');
  ASSERT_TRUE(Deliver(MakeEvent("k", value)).ok());
  sink_->EndTransaction(1);
  ASSERT_TRUE(PollUntil([&] { return status_.code() == StatusCode::kDataError; }));
  EXPECT_NE(status_.message().find("5001 bytes"), std::string::npos) << status_.message();
  EXPECT_NE(status_.message().find("\"t\""), std::string::npos);
  EXPECT_EQ(sink_->DeliveredLsn(), 0u);
}

TEST_F(KafkaSinkTest, FullBufferIsBusyUntilTheBrokerAnswers) {
  OpenSink({{"buffer.memory", "65536"}, {"linger.ms", "0"}});
  ASSERT_TRUE(Deliver(MakeEvent("k", "first")).ok());
  ASSERT_TRUE(PollUntil([&] { return sink_->InFlightEvents() == 0; }));
  ASSERT_EQ(rd_kafka_mock_broker_set_rtt(cluster_, 1, 500), RD_KAFKA_RESP_ERR_NO_ERROR);
  const std::string value(1000, 'x');
  Status status;
  int taken = 0;
  while ((status = sink_->Deliver(MakeEvent("k", value))).ok()) ++taken;
  EXPECT_EQ(status.code(), StatusCode::kBusy);
  EXPECT_EQ(taken, 52);  // 65536 / (1000 + 1 + 256)
  EXPECT_LE(sink_->InFlightBytes(), 65536u);
  EXPECT_TRUE(Deliver(MakeEvent("k", value)).ok());
}

TEST_F(KafkaSinkTest, OneEventLargerThanTheBufferStillFits) {
  OpenSink({{"buffer.memory", "65536"}});
  const std::string value(100000, 'x');
  ASSERT_TRUE(Deliver(MakeEvent("k", value)).ok());
  EXPECT_EQ(sink_->Deliver(MakeEvent("k", "v")).code(), StatusCode::kBusy);
  sink_->EndTransaction(1);
  EXPECT_TRUE(PollUntil([&] { return sink_->DeliveredLsn() == 1; })) << status_.message();
}

TEST_F(KafkaSinkTest, BrokerDownAndBackLosesNothing) {
  OpenSink();
  ASSERT_TRUE(Deliver(MakeEvent("k", "0")).ok());
  sink_->EndTransaction(1);
  ASSERT_TRUE(PollUntil([&] { return sink_->DeliveredLsn() == 1; }));
  ASSERT_EQ(rd_kafka_mock_broker_set_down(cluster_, 1), RD_KAFKA_RESP_ERR_NO_ERROR);
  for (uint64_t i = 1; i <= 50; ++i) {
    ASSERT_TRUE(Deliver(MakeEvent("k", std::to_string(i))).ok());
    sink_->EndTransaction(i + 1);
  }
  ASSERT_TRUE(PollUntil([&] { return status_.code() == StatusCode::kUnavailable; }));
  EXPECT_NE(status_.message().find("127.0.0.1"), std::string::npos) << status_.message();
  EXPECT_EQ(sink_->DeliveredLsn(), 1u);
  ASSERT_EQ(rd_kafka_mock_broker_set_up(cluster_, 1), RD_KAFKA_RESP_ERR_NO_ERROR);
  ASSERT_TRUE(PollUntil([&] { return sink_->DeliveredLsn() == 51; })) << status_.message();
  EXPECT_TRUE(status_.ok());
}

TEST_F(KafkaSinkTest, RetriableProduceErrorsAreRetriedInOrder) {
  OpenSink({{"linger.ms", "0"}});
  Event event = MakeEvent("k", "start");
  event.partition = 0;
  ASSERT_TRUE(Deliver(event).ok());
  rd_kafka_mock_push_request_errors(
      cluster_, 0 /* Produce */, 4, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
      RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
      RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS);
  std::vector<std::string> expected = DeliverNumbered(event, 20);
  expected.insert(expected.begin(), "k=start");
  sink_->EndTransaction(1);
  ASSERT_TRUE(PollUntil([&] { return sink_->DeliveredLsn() == 1; })) << status_.message();
  EXPECT_EQ(ReadPartition(rd_kafka_mock_cluster_bootstraps(cluster_), 0, expected.size()),
            expected);
}

TEST_F(KafkaSinkTest, PermanentProduceErrorStopsTheSink) {
  OpenSink();
  ASSERT_TRUE(Deliver(MakeEvent("k", "v")).ok());
  ASSERT_TRUE(PollUntil([&] { return sink_->InFlightEvents() == 0; }));
  sink_->EndTransaction(1);
  rd_kafka_mock_push_request_errors(cluster_, 0 /* Produce */, 1,
                                    RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  ASSERT_TRUE(Deliver(MakeEvent("k", "v2")).ok());
  sink_->EndTransaction(2);
  ASSERT_TRUE(PollUntil([&] { return status_.code() == StatusCode::kPermission; }))
      << status_.message();
  EXPECT_NE(status_.message().find("topic \"t\""), std::string::npos);
  EXPECT_EQ(sink_->DeliveredLsn(), 1u);
  EXPECT_EQ(sink_->Deliver(MakeEvent("k", "v3")).code(), StatusCode::kPermission);
}

TEST_F(KafkaSinkTest, TopicThatMayNotBeUsedIsNamed) {
  rd_kafka_mock_topic_set_error(cluster_, "t", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  OpenSink();
  Status status;
  ASSERT_TRUE(PollUntil([&] {
    status = sink_->Deliver(MakeEvent("k", "v"));
    return status.code() == StatusCode::kUnavailable;
  }));
  EXPECT_NE(status.message().find("topic \"t\" cannot be used"), std::string::npos)
      << status.message();
  EXPECT_EQ(sink_->Poll(0).code(), StatusCode::kAuthentication);
  rd_kafka_mock_topic_set_error(cluster_, "t", RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_TRUE(Deliver(MakeEvent("k", "v")).ok());
}

TEST_F(KafkaSinkTest, UnknownHostIsReportedWithoutAnyEvent) {
  Result<KafkaOptions> options =
      ParseKafkaOptions({{"bootstrap.servers", "no-such-host.invalid:9092"}});
  sink_ = std::make_unique<KafkaSink>(options.value());
  ASSERT_TRUE(sink_->Open({}, false).ok());
  ASSERT_TRUE(PollUntil([&] { return status_.code() == StatusCode::kUnavailable; }));
  EXPECT_NE(status_.message().find("no-such-host.invalid"), std::string::npos) << status_.message();
}

TEST_F(KafkaSinkTest, WakeFdTellsOfReports) {
  OpenSink({{"linger.ms", "0"}});
  ASSERT_TRUE(Deliver(MakeEvent("k", "v")).ok());
  ASSERT_TRUE(PollUntil([&] { return sink_->InFlightEvents() == 0; }));
  ASSERT_TRUE(sink_->Poll(0).ok());
  ASSERT_TRUE(sink_->Deliver(MakeEvent("k", "v")).ok());
  pollfd wait = {sink_->WakeFd(), POLLIN, 0};
  const Clock::time_point end = Clock::now() + kPatience;
  while (sink_->InFlightEvents() > 0 && Clock::now() < end) {
    const int64_t due_ms = sink_->DueMs();
    const int ready = poll(&wait, 1, due_ms < 0 ? 30000 : static_cast<int>(due_ms));
    ASSERT_TRUE(ready == 1 || due_ms >= 0);
    ASSERT_TRUE(sink_->Poll(0).ok());
  }
  EXPECT_EQ(sink_->InFlightEvents(), 0u);
}

TEST_F(KafkaSinkTest, AbandonIsQuickWithABrokerThatIsAway) {
  OpenSink();
  ASSERT_TRUE(Deliver(MakeEvent("k", "v")).ok());
  ASSERT_EQ(rd_kafka_mock_broker_set_down(cluster_, 1), RD_KAFKA_RESP_ERR_NO_ERROR);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(sink_->Deliver(MakeEvent("k", "v")).ok());
  const Clock::time_point start = Clock::now();
  sink_->Abandon();
  EXPECT_LT(Clock::now() - start, std::chrono::milliseconds(1500));
  EXPECT_FALSE(sink_->Deliver(MakeEvent("k", "v")).ok());
  sink_->Abandon();
}

TEST_F(KafkaSinkTest, FatalErrorStopsTheSink) {
  OpenSink();
  ASSERT_TRUE(Deliver(MakeEvent("k", "v")).ok());
  ASSERT_TRUE(PollUntil([&] { return sink_->InFlightEvents() == 0; }));
  rd_kafka_test_fatal_error(sink_->producer(), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
                            "made up");
  EXPECT_EQ(sink_->Poll(0).code(), StatusCode::kInternal);
  EXPECT_EQ(sink_->Deliver(MakeEvent("k", "v")).code(), StatusCode::kInternal);
}

}  // namespace
}  // namespace penstock::sink
