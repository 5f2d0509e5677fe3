#include "notification.h"

#include "json_text.h"
#include "plan.h"

namespace penstock::event {
namespace {

constexpr const char* kKeySchema =
    R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"id"}],"optional":false,"name":"io.debezium.connector.common.NotificationKey","version":1})";
constexpr const char* kValueSchema =
    R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"id"},{"type":"string","optional":false,"field":"type"},{"type":"string","optional":false,"field":"aggregate_type"},{"type":"map","keys":{"type":"string","optional":false},"values":{"type":"string","optional":false},"optional":true,"field":"additional_data"},{"type":"int64","optional":false,"field":"timestamp"}],"optional":false,"name":"io.debezium.connector.common.Notification","version":1})";

std::string Start(bool schemas, const char* schema) {
  return schemas ? "{\"schema\":" + std::string(schema) + ",\"payload\":" : std::string();
}

}  // namespace

Notification::Notification(const EventOptions& options, const std::string& topic)
    : topic_(WalkChain(options.chain, topic, {}, false).topic),
      key_start_(Start(options.key_schemas, kKeySchema)),
      value_start_(Start(options.value_schemas, kValueSchema)),
      key_end_(options.key_schemas ? "}" : ""),
      value_end_(options.value_schemas ? "}" : ""),
      connector_(options.topic_prefix) {}

PenstockEvent Notification::Make(const std::string& id, const std::string& type, const Data& data,
                                 int64_t now_ms) {
  key_ = key_start_ + "{\"id\":" + JsonString(id) + "}" + key_end_;
  value_ = value_start_ + "{\"id\":" + JsonString(id) + ",\"type\":" + JsonString(type) +
           ",\"aggregate_type\":\"Initial Snapshot\",\"additional_data\":{";
  for (const auto& [name, text] : data) value_ += JsonString(name) + ":" + JsonString(text) + ",";
  value_ += "\"connector_name\":" + JsonString(connector_) +
            "},\"timestamp\":" + std::to_string(now_ms) + "}" + value_end_;
  PenstockEvent event = {};
  event.timestamp_ms = -1;
  event.topic = topic_.c_str();
  event.topic_len = static_cast<uint32_t>(topic_.size());
  event.key = key_.data();
  event.key_len = static_cast<uint32_t>(key_.size());
  event.value = value_.data();
  event.value_len = static_cast<uint32_t>(value_.size());
  event.partition = -1;
  return event;
}

}  // namespace penstock::event
