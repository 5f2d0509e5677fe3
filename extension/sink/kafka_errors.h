// kafka_errors.h: what librdkafka's error codes mean for a sink.
#ifndef PENSTOCK_SINK_KAFKA_ERRORS_H
#define PENSTOCK_SINK_KAFKA_ERRORS_H

#include <string>
#include <string_view>

#include "../core/status.h"
#include "kafka_prelude.h"

namespace penstock::sink {

// Trouble that librdkafka goes on retrying by itself: kAuthentication or kUnavailable. detail is
// librdkafka's text, which names the broker.
Status ConnectionStatus(rd_kafka_resp_err_t error, std::string_view detail);

// An event that came back undelivered for good. It is out of librdkafka's hands, so every status
// here stops the sink; it starts again from the confirmed position.
Status EventStatus(rd_kafka_resp_err_t error, std::string_view topic, size_t size);

// A topic that cannot be looked up or made. kDataError: never; else it is tried again.
Status TopicStatus(rd_kafka_resp_err_t error, std::string_view detail, std::string_view topic);

}  // namespace penstock::sink

#endif
