// kafka_sink.cpp: see kafka_sink.h.
#include "kafka_sink.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "kafka_errors.h"
#include "kafka_release.h"

namespace penstock::sink {
namespace {

// What librdkafka spends on a message beside its bytes, roughly; without it, small events could
// take many times the limit.
constexpr size_t kMessageOverheadBytes = 256;
// Of each partition: two that can be under way (kafka_batches.h) and two that collect meanwhile.
constexpr uint64_t kWindowBatches = 4;
constexpr int kStallMs = 1000;           // errors count once nothing has moved for so long
constexpr int kSilenceMs = 10000;        // and so does silence, without any error
constexpr int kMaxEventsPerPoll = 1000;  // an event holds up to thousands of reports
constexpr int kEvents = RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG;

// An event in the tracker, taken back unless it is kept: copying it may run out of memory.
class Counted {
 public:
  Counted(DeliveryTracker* tracker, size_t bytes)
      : tracker_(tracker), bytes_(bytes), group_(tracker->Add(bytes)) {}
  ~Counted() {
    if (tracker_ != nullptr) tracker_->TakeBack(group_, bytes_);
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

  DeliveryTracker::Group* group() const { return group_; }
  void Keep() { tracker_ = nullptr; }

 private:
  DeliveryTracker* tracker_;
  size_t bytes_;
  DeliveryTracker::Group* group_;
};

size_t PayloadBytes(const Event& event) {
  return (event.key ? event.key->size() : 0) + (event.value ? event.value->size() : 0);
}

}  // namespace

KafkaSink::KafkaSink(KafkaOptions options, ClockMs clock)
    : options_(std::move(options)), clock_(std::move(clock)) {}

KafkaSink::~KafkaSink() { Abandon(); }

Result<Resume> KafkaSink::Open(const Identity& /*identity*/, bool /*snapshot_pending*/) {
  if (producer_ == nullptr) {
    if (Status status = MakeProducer(); !status.ok()) return status;
  }
  return Resume{};
}

Status KafkaSink::MakeProducer() {
  std::array<char, 512> text{};
  KafkaConf conf(rd_kafka_conf_new());
  for (const auto& [name, value] : options_.properties) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), text.data(), text.size()) !=
        RD_KAFKA_CONF_OK) {
      // librdkafka's text repeats the value, which may be a secret.
      return {StatusCode::kInvalidOption,
              "librdkafka does not take the value of property \"" + name + "\""};
    }
  }
  rd_kafka_conf_set_events(conf.get(), kEvents);
  wake_fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake_fd_ < 0) return {StatusCode::kInternal, "could not make an eventfd"};
  producer_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), text.data(), text.size());
  if (producer_ == nullptr) {
    close(std::exchange(wake_fd_, -1));
    return {StatusCode::kInvalidOption,
            "librdkafka does not take the configuration: " + std::string(text.data())};
  }
  (void)conf.release();  // the producer's now
  (void)rd_kafka_set_log_queue(producer_, nullptr);
  queue_.reset(rd_kafka_queue_get_main(producer_));
  const uint64_t one = 1;
  rd_kafka_queue_io_event_enable(queue_.get(), wake_fd_, &one, sizeof(one));
  topics_ = std::make_unique<KafkaTopics>(producer_, queue_.get(), options_.topic_creation, clock_);
  batches_ = std::make_unique<KafkaBatches>(
      producer_,
      KafkaBatches::Limits{options_.linger_ms, static_cast<uint64_t>(options_.batch_bytes),
                           static_cast<uint64_t>(options_.batch_messages)},
      clock_);
  progress_ms_ = clock_();
  return {};
}

Status KafkaSink::Deliver(const Event& event) {
  if (!failed_.ok()) return failed_;
  if (producer_ == nullptr) return {StatusCode::kInternal, "the kafka sink is not open"};
  const size_t bytes = PayloadBytes(event) + kMessageOverheadBytes;
  if (!batches_->refusal().ok()) return {StatusCode::kBusy, "an event before it was refused"};
  if (!HasRoom(bytes)) return Refused();
  KafkaTopicRef topic;
  if (Status status = topics_->Prepare(event.topic, &topic); !status.ok()) {
    if (status.code() == StatusCode::kBusy) Wake();
    // For the caller both mean: the destination is away, the same event again later.
    if (status.code() == StatusCode::kAuthentication) {
      return {StatusCode::kUnavailable, status.message(), status.hint()};
    }
    return status;
  }
  if (tracker_.InFlightEvents() == 0) progress_ms_ = clock_();
  Counted counted(&tracker_, bytes);
  Status status = batches_->Add(topic, event, counted.group());
  if (status.ok()) counted.Keep();
  return status;
}

bool KafkaSink::HasRoom(size_t bytes) const {
  const uint64_t events = tracker_.InFlightEvents();
  if (events == 0) return true;  // one event always fits, however large
  const uint64_t taken = tracker_.InFlightBytes() + bytes;
  if (taken > options_.buffer_bytes) return false;
  if (events < KafkaBatches::kMaxRequests) return true;
  const uint64_t batches = kWindowBatches * std::max<uint64_t>(1, topics_->Partitions());
  return taken - (events + 1) * kMessageOverheadBytes <=
             batches * static_cast<uint64_t>(options_.batch_bytes) &&
         events < batches * static_cast<uint64_t>(options_.batch_messages);
}

Status KafkaSink::Refused() const {
  const bool away = !trouble_.ok() && clock_() - progress_ms_ >= kStallMs;
  if (away) return {StatusCode::kUnavailable, trouble_.message(), trouble_.hint()};
  return {StatusCode::kBusy, "the buffer of the kafka sink is full"};
}

// All that was taken before the refused event is delivered, and was seen to be.
bool KafkaSink::RefusalIsDue() const {
  return !batches_->refusal().ok() && tracker_.InFlightEvents() == batches_->refused_events();
}

int64_t KafkaSink::DueMs() const {
  if (batches_ == nullptr) return -1;
  return RefusalIsDue() ? 0 : batches_->DueMs();
}

Status KafkaSink::Poll(int timeout_ms) {
  if (!failed_.ok()) return failed_;
  if (producer_ == nullptr) return {StatusCode::kInternal, "the kafka sink is not open"};
  if (RefusalIsDue()) return failed_ = batches_->refusal();
  DrainWakeFd();
  topics_->Advance();
  batches_->HandOver();
  int wait_ms = timeout_ms;
  if (const int64_t due_ms = DueMs(); due_ms >= 0) {
    wait_ms = static_cast<int>(std::min<int64_t>(wait_ms, due_ms));
  }
  for (int i = 0; i < kMaxEventsPerPoll; ++i) {
    KafkaEvent event(rd_kafka_queue_poll(queue_.get(), wait_ms));
    if (event == nullptr) break;
    Handle(event.get());
    wait_ms = 0;
    if (i == kMaxEventsPerPoll - 1) Wake();  // the rest in the next call
  }
  if (failed_.ok() && topics_->Pending()) topics_->Advance();
  if (failed_.ok()) batches_->HandOver();
  return Health();
}

void KafkaSink::Handle(rd_kafka_event_t* event) {
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_DR:
      return HandleReports(event);
    case RD_KAFKA_EVENT_ERROR:
      return HandleError(event);
    case RD_KAFKA_EVENT_CREATETOPICS_RESULT:
      return topics_->HandleCreated(event);
    default:  // log lines: what matters in them comes as an error too
      return;
  }
}

void KafkaSink::HandleReports(rd_kafka_event_t* event) {
  std::array<const rd_kafka_message_t*, 256> batch;
  for (;;) {
    const size_t count = rd_kafka_event_message_array(event, batch.data(), batch.size());
    if (count == 0) return;
    for (size_t i = 0; i < count; ++i) {
      const rd_kafka_message_t* message = batch[i];
      const size_t payload = message->len + message->key_len;
      batches_->Acknowledged(message->rkt, payload);
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        tracker_.Acknowledge(static_cast<DeliveryTracker::Group*>(message->_private),
                             payload + kMessageOverheadBytes);
      } else if (!abandoned_ && failed_.ok()) {
        // Not acknowledged: the position can never pass it.
        failed_ = message->err == RD_KAFKA_RESP_ERR__FATAL
                      ? Status()
                      : EventStatus(message->err, rd_kafka_topic_name(message->rkt), payload);
      }
    }
    progress_ms_ = clock_();
    trouble_ = {};
    connected_ = true;
  }
}

void KafkaSink::HandleError(rd_kafka_event_t* event) {
  const rd_kafka_resp_err_t error = rd_kafka_event_error(event);
  if (error == RD_KAFKA_RESP_ERR__FATAL) return;  // Health asks for it
  // "all brokers are down" says less than the error of the one broker before it.
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && !trouble_.ok()) return;
  trouble_ = ConnectionStatus(error, rd_kafka_event_error_string(event));
}

bool KafkaSink::EverConnected() {
  if (!connected_) {
    // With timeout 0 this only tells what is known: something once an answer with metadata came.
    char* cluster = rd_kafka_clusterid(producer_, 0);
    connected_ = cluster != nullptr;
    if (connected_) {
      rd_kafka_mem_free(producer_, cluster);
      trouble_ = {};
    }
  }
  return connected_;
}

Status KafkaSink::Health() {
  std::array<char, 512> text{};
  if (rd_kafka_fatal_error(producer_, text.data(), text.size()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    failed_ = {StatusCode::kInternal,
               "the kafka producer cannot go on: " + std::string(text.data()),
               "Delivery starts again from the last confirmed position."};
  }
  if (!failed_.ok()) return failed_;
  if (!EverConnected()) return trouble_;
  if (Status status = topics_->PendingStatus(); !status.ok()) return status;
  const int64_t now = clock_();
  if (tracker_.InFlightEvents() == 0 && !topics_->Pending()) {
    // A broker may close an idle connection; that is no trouble.
    progress_ms_ = now;
    return {};
  }
  if (now - progress_ms_ >= kStallMs + options_.linger_ms && !trouble_.ok()) return trouble_;
  if (now - progress_ms_ >= kSilenceMs + options_.linger_ms) {
    return {StatusCode::kUnavailable,
            "kafka does not answer: " + std::to_string(tracker_.InFlightEvents()) +
                " events wait for an acknowledgement"};
  }
  return {};
}

void KafkaSink::DrainWakeFd() const {
  uint64_t count = 0;
  (void)!read(wake_fd_, &count, sizeof(count));
}

void KafkaSink::Wake() const {
  const uint64_t one = 1;
  (void)!write(wake_fd_, &one, sizeof(one));
}

void KafkaSink::Abandon() {
  if (abandoned_ || producer_ == nullptr) return;
  abandoned_ = true;
  failed_ = {StatusCode::kInternal, "the kafka sink was abandoned"};
  batches_.reset();
  topics_.reset();
  rd_kafka_queue_io_event_enable(queue_.get(), -1, nullptr, 0);
  left_threads_ = !ReleaseProducer(producer_, std::move(queue_));
  producer_ = nullptr;
  // Threads that are left behind may still write to it.
  if (!left_threads_) close(std::exchange(wake_fd_, -1));
}

}  // namespace penstock::sink
