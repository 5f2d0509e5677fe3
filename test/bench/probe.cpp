// probe.cpp: looks at partition 0 of one topic for the bench, the same way whoever fills it.
//
//   probe watch BROKERS TOPIC RECORDS      says when the first record, half of them and all are there
//   probe latency BROKERS TOPIC WARM_UP_S  reads rows with a column "created" until one has "pad":"end"
//
// watch prints "first|half|all OFFSET SECONDS" (monotonic clock) as it happens. latency prints
// "ready", then one line of JSON: times from created to receipt, without the first WARM_UP_S seconds.
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr int kWatchIntervalMs = 20;
constexpr double kPatienceS = 120;  // without anything new

[[noreturn]] void Fail(const std::string& text) {
  std::fprintf(stderr, "probe: %s\n", text.c_str());
  std::exit(1);
}

double Seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

void Sleep(int ms) {
  const timespec pause{ms / 1000, ms % 1000 * 1000000L};
  nanosleep(&pause, nullptr);
}

rd_kafka_t* Consumer(const char* brokers) {
  const char* settings[][2] = {{"bootstrap.servers", brokers}, {"group.id", "penstock-bench-probe"},
                               {"enable.auto.commit", "false"}, {"fetch.wait.max.ms", "100"},
                               {"fetch.min.bytes", "1"}};
  char error[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& setting : settings) {
    if (rd_kafka_conf_set(conf, setting[0], setting[1], error, sizeof(error)) != RD_KAFKA_CONF_OK) Fail(error);
  }
  rd_kafka_t* consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof(error));
  if (consumer == nullptr) Fail(error);
  return consumer;
}

int Watch(rd_kafka_t* consumer, const char* topic, int64_t wanted) {
  const struct {
    const char* name;
    int64_t offset;
  } marks[] = {{"first", 1}, {"half", wanted / 2}, {"all", wanted}};
  size_t next = 0;
  int64_t last = 0;
  double moved = Seconds(CLOCK_MONOTONIC);
  while (next < 3) {
    int64_t low = 0;
    int64_t high = 0;
    // A topic that does not exist yet has nothing in it.
    if (rd_kafka_query_watermark_offsets(consumer, topic, 0, &low, &high, 2000) != RD_KAFKA_RESP_ERR_NO_ERROR) high = 0;
    const double now = Seconds(CLOCK_MONOTONIC);
    if (high > last) moved = now;
    last = std::max(last, high);
    for (; next < 3 && high >= marks[next].offset; ++next) {
      std::printf("%s %" PRId64 " %.6f\n", marks[next].name, high, now);
      std::fflush(stdout);
    }
    if (now - moved > kPatienceS) Fail("nothing new in " + std::string(topic) + " after " + std::to_string(last) + " records");
    if (next < 3) Sleep(kWatchIntervalMs);
  }
  return 0;
}

// "2026-01-31T10:20:30.123456Z" in seconds since 1970.
double ParseTime(std::string_view text) {
  tm parts{};
  const std::string copy(text);
  const char* rest = strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) Fail("not a time: " + copy);
  return static_cast<double>(timegm(&parts)) + (*rest == '.' ? std::strtod(rest, nullptr) : 0);
}

std::string_view Field(std::string_view value, std::string_view name) {
  const std::string start = "\"" + std::string(name) + "\":\"";
  size_t from = value.find("\"after\":{");
  from = value.find(start, from == std::string_view::npos ? 0 : from);
  if (from == std::string_view::npos) Fail("no " + std::string(name) + " in " + std::string(value));
  from += start.size();
  return value.substr(from, value.find('"', from) - from);
}

void Report(std::vector<double> ms, size_t seen) {
  if (ms.empty()) Fail("nothing was measured");
  std::sort(ms.begin(), ms.end());
  const auto at = [&ms](double part) { return ms[std::min(ms.size() - 1, static_cast<size_t>(static_cast<double>(ms.size()) * part))]; };
  std::printf("{\"seen\": %zu, \"measured\": %zu, \"p50_ms\": %.2f, \"p90_ms\": %.2f, \"p99_ms\": %.2f, \"max_ms\": %.2f}\n",
              seen, ms.size(), at(0.5), at(0.9), at(0.99), ms.back());
}

int Latency(rd_kafka_t* consumer, const char* topic, double warm_up_s) {
  rd_kafka_poll_set_consumer(consumer);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
  if (rd_kafka_assign(consumer, list) != RD_KAFKA_RESP_ERR_NO_ERROR) Fail("could not assign the topic");
  rd_kafka_topic_partition_list_destroy(list);
  std::vector<double> ms;
  size_t seen = 0;
  double begin = 0;
  double moved = Seconds(CLOCK_MONOTONIC);
  for (;;) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, 1000);
    const double now = Seconds(CLOCK_REALTIME);
    if (Seconds(CLOCK_MONOTONIC) - moved > kPatienceS) Fail("nothing new after " + std::to_string(seen) + " records");
    if (message == nullptr) continue;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) Fail(rd_kafka_message_errstr(message));
    moved = Seconds(CLOCK_MONOTONIC);
    const std::string_view value(static_cast<const char*>(message->payload), message->len);
    const std::string_view pad = Field(value, "pad");
    const double created = ParseTime(Field(value, "created"));
    const bool end = pad == "end";
    if (pad == "ready") {  // the path from table to topic stands
      std::puts("ready");
      std::fflush(stdout);
    } else if (!end) {
      ++seen;
      if (begin == 0) begin = created;
      if (created - begin >= warm_up_s) ms.push_back((now - created) * 1e3);
    }
    rd_kafka_message_destroy(message);
    if (end) break;
  }
  Report(std::move(ms), seen);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) Fail("usage: probe watch BROKERS TOPIC RECORDS | probe latency BROKERS TOPIC WARM_UP_S");
  const std::string_view mode = argv[1];
  rd_kafka_t* consumer = Consumer(argv[2]);
  const int result = mode == "watch" ? Watch(consumer, argv[3], std::strtoll(argv[4], nullptr, 10))
                                     : Latency(consumer, argv[3], std::strtod(argv[4], nullptr));
  std::fflush(stdout);
  // Taking the client down may wait for its threads, and there is nothing to keep.
  std::_Exit(result);
}
