// heartbeat.h: heartbeat.interval.ms: the record that tells a reader that the sink lives.
#ifndef PENSTOCK_EVENT_HEARTBEAT_H
#define PENSTOCK_EVENT_HEARTBEAT_H

#include <cstdint>
#include <string>

#include "event_options.h"
#include "output_plugin/rendezvous.h"
#include "own_record.h"

namespace penstock::event {

class Heartbeat {
 public:
  // prefix: topic.heartbeat.prefix.
  Heartbeat(const EventOptions& options, const std::string& prefix);

  // The record of a moment, for partition 0. Valid until the next call.
  PenstockEvent Make(int64_t now_ms);

 private:
  OwnRecord record_;
  std::string key_;
};

}  // namespace penstock::event

#endif
