// notification.h: notification.enabled.channels=sink: records that tell how the snapshot goes.
#ifndef PENSTOCK_EVENT_NOTIFICATION_H
#define PENSTOCK_EVENT_NOTIFICATION_H

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "avro_schema.h"
#include "buffer.h"
#include "event_options.h"
#include "output_plugin/rendezvous.h"

namespace penstock::event {

class Notification {
 public:
  using Data = std::vector<std::pair<std::string, std::string>>;

  Notification(const EventOptions& options, const std::string& topic);

  // A record about a snapshot. about: "Initial Snapshot" or "Incremental Snapshot"; data: besides
  // the connector's name. Valid until the next call.
  PenstockEvent Make(const std::string& about, const std::string& id, const std::string& type,
                     const Data& data, int64_t now_ms);

 private:
  std::string topic_;
  std::string key_start_, value_start_;
  std::string key_end_, value_end_;
  std::string connector_;
  std::string key_, value_;
  // With key.converter or value.converter avro.
  std::shared_ptr<const AvroSchema> key_avro_, value_avro_;
  Buffer key_bytes_, value_bytes_;
};

}  // namespace penstock::event

#endif
