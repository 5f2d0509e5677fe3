#include "heartbeat.h"

#include "json_text.h"
#include "plan.h"

namespace penstock::event {
namespace {

constexpr const char* kKeySchema =
    R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"serverName"}],"optional":false,"name":"io.debezium.connector.common.ServerNameKey","version":1})";
constexpr const char* kValueSchema =
    R"({"type":"struct","fields":[{"type":"int64","optional":false,"field":"ts_ms"}],"optional":false,"name":"io.debezium.connector.common.Heartbeat","version":1})";

std::string Start(bool schemas, const char* schema) {
  return schemas ? "{\"schema\":" + std::string(schema) + ",\"payload\":" : std::string();
}

}  // namespace

Heartbeat::Heartbeat(const EventOptions& options, const std::string& prefix)
    : topic_(RouteTopic(
          options,
          RouteTopic(options, prefix + options.topic_delimiter + options.topic_prefix, true), false)),
      key_(Start(options.key_schemas, kKeySchema) + "{\"serverName\":" +
           JsonString(options.topic_prefix) + (options.key_schemas ? "}}" : "}")),
      value_start_(Start(options.value_schemas, kValueSchema) + "{\"ts_ms\":"),
      value_end_(options.value_schemas ? "}}" : "}") {}

PenstockEvent Heartbeat::Make(int64_t now_ms) {
  value_ = value_start_ + std::to_string(now_ms) + value_end_;
  PenstockEvent event = {};
  event.topic = topic_.c_str();
  event.topic_len = static_cast<uint32_t>(topic_.size());
  event.key = key_.data();
  event.key_len = static_cast<uint32_t>(key_.size());
  event.value = value_.data();
  event.value_len = static_cast<uint32_t>(value_.size());
  event.partition = 0;
  return event;
}

}  // namespace penstock::event
