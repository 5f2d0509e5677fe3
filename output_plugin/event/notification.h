// notification.h: notification.enabled.channels=sink: records that tell how the snapshot goes.
#ifndef PENSTOCK_EVENT_NOTIFICATION_H
#define PENSTOCK_EVENT_NOTIFICATION_H

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "event_options.h"
#include "output_plugin/rendezvous.h"
#include "own_record.h"

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
  OwnRecord record_;
  std::string connector_;
};

}  // namespace penstock::event

#endif
