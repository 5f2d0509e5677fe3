// kafka_release.h: letting go of a producer in bounded time.
#ifndef PENSTOCK_SINK_KAFKA_RELEASE_H
#define PENSTOCK_SINK_KAFKA_RELEASE_H

#include "kafka_prelude.h"

namespace penstock::sink {

// Drops what is buffered or in flight and destroys the producer. Takes less than a second; false:
// librdkafka was not done by then (a thread of it hangs in the resolver, say) and is left to a
// thread of its own. All topic handles must be gone already.
bool ReleaseProducer(rd_kafka_t* producer, KafkaQueue queue) noexcept;

}  // namespace penstock::sink

#endif
