// kafka_options.h: the options of sink type kafka: what may be set (an allow-list of Kafka Connect,
// Java-client and librdkafka names), and their translation to librdkafka. No librdkafka in here.
#ifndef PENSTOCK_SINK_KAFKA_OPTIONS_H
#define PENSTOCK_SINK_KAFKA_OPTIONS_H

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "../core/option.h"
#include "../core/status.h"
#include "sink.h"

namespace penstock::sink {

// How a topic that does not exist is made (Kafka Connect's topic.creation.*).
struct TopicCreation {
  bool enable = true;
  int partitions = -1;          // -1: the broker's num.partitions
  int replication_factor = -1;  // -1: the broker's default.replication.factor
  std::vector<std::pair<std::string, std::string>> configs;  // of the topic, e.g. cleanup.policy
};

struct KafkaOptions {
  // librdkafka properties in the order they are to be set, ours included.
  std::vector<std::pair<std::string, std::string>> properties;
  TopicCreation topic_creation;
  uint64_t buffer_bytes = 0;  // events in flight are kept below this
  int64_t linger_ms = 0;
  // Of one batch at most.
  int64_t batch_bytes = 0;
  int64_t batch_messages = 0;
};

// All rows. Producer properties stand there twice: bare and after "producer.override.".
OptionTable KafkaOptionTable();

// Options that are rows of the table, values checked here once more. The same property given under
// two names with different values is an error.
Result<KafkaOptions> ParseKafkaOptions(const Options& options);

}  // namespace penstock::sink

#endif
