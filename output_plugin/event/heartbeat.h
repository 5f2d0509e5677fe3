// heartbeat.h: heartbeat.interval.ms: the record that tells a reader that the sink lives.
#ifndef PENSTOCK_EVENT_HEARTBEAT_H
#define PENSTOCK_EVENT_HEARTBEAT_H

#include <cstdint>
#include <memory>
#include <string>

#include "avro_schema.h"
#include "buffer.h"
#include "event_options.h"
#include "output_plugin/rendezvous.h"

namespace penstock::event {

class Heartbeat {
 public:
  // prefix: topic.heartbeat.prefix.
  Heartbeat(const EventOptions& options, const std::string& prefix);

  // The record of a moment, for partition 0. Valid until the next call.
  PenstockEvent Make(int64_t now_ms);

 private:
  std::string topic_;
  std::string key_;
  std::string value_start_, value_end_;
  std::string value_;
  // With key.converter or value.converter avro.
  std::shared_ptr<const AvroSchema> key_avro_, value_avro_;
  Buffer key_bytes_, value_bytes_;
};

}  // namespace penstock::event

#endif
