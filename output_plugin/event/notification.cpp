#include "notification.h"

#include "json_text.h"

namespace penstock::event {
namespace {

constexpr const char* kKeySchema =
    R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"id"}],"optional":false,"name":"io.debezium.connector.common.NotificationKey","version":1})";
constexpr const char* kValueSchema =
    R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"id"},{"type":"string","optional":false,"field":"type"},{"type":"string","optional":false,"field":"aggregate_type"},{"type":"map","keys":{"type":"string","optional":false},"values":{"type":"string","optional":false},"optional":true,"field":"additional_data"},{"type":"int64","optional":false,"field":"timestamp"}],"optional":false,"name":"io.debezium.connector.common.Notification","version":1})";

}  // namespace

Notification::Notification(const EventOptions& options, const std::string& topic)
    : record_(options, topic, kKeySchema, kValueSchema), connector_(options.topic_prefix) {}

PenstockEvent Notification::Make(const std::string& about, const std::string& id,
                                 const std::string& type, const Data& data, int64_t now_ms) {
  std::string value = "{\"id\":" + JsonString(id) + ",\"type\":" + JsonString(type) +
                      ",\"aggregate_type\":" + JsonString(about) + ",\"additional_data\":{";
  for (const auto& [name, text] : data) value += JsonString(name) + ":" + JsonString(text) + ",";
  value += "\"connector_name\":" + JsonString(connector_) +
           "},\"timestamp\":" + std::to_string(now_ms) + "}";
  return record_.Make("{\"id\":" + JsonString(id) + "}", value, -1);
}

}  // namespace penstock::event
