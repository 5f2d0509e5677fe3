// kafka_prelude.h: the one place that includes librdkafka, and owners for its objects.
#ifndef PENSTOCK_SINK_KAFKA_PRELUDE_H
#define PENSTOCK_SINK_KAFKA_PRELUDE_H

#include <librdkafka/rdkafka.h>

#include <memory>

// 2.0.2 is Debian 12's. Older ones lack broker defaults for partitions and verify no host names.
static_assert(RD_KAFKA_VERSION >= 0x020002ff, "librdkafka 2.0.2 or newer is needed");

namespace penstock::sink {

template <auto Function>
struct KafkaDeleter {
  template <typename T>
  void operator()(T* object) const {
    Function(object);
  }
};

using KafkaConf = std::unique_ptr<rd_kafka_conf_t, KafkaDeleter<rd_kafka_conf_destroy>>;
using KafkaQueue = std::unique_ptr<rd_kafka_queue_t, KafkaDeleter<rd_kafka_queue_destroy>>;
using KafkaTopic = std::unique_ptr<rd_kafka_topic_t, KafkaDeleter<rd_kafka_topic_destroy>>;
using KafkaEvent = std::unique_ptr<rd_kafka_event_t, KafkaDeleter<rd_kafka_event_destroy>>;
using KafkaHeaders = std::unique_ptr<rd_kafka_headers_t, KafkaDeleter<rd_kafka_headers_destroy>>;
using KafkaNewTopic = std::unique_ptr<rd_kafka_NewTopic_t, KafkaDeleter<rd_kafka_NewTopic_destroy>>;
using KafkaAdminOptions =
    std::unique_ptr<rd_kafka_AdminOptions_t, KafkaDeleter<rd_kafka_AdminOptions_destroy>>;

}  // namespace penstock::sink

#endif
