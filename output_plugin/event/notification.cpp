#include "notification.h"

#include "avro_writer.h"
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
      connector_(options.topic_prefix) {
  if (options.key_converter == Converter::kAvro) {
    key_avro_ = MakeAvroSchema(kKeySchema, options.key_naming).value();
  }
  if (options.value_converter == Converter::kAvro) {
    value_avro_ = MakeAvroSchema(kValueSchema, options.value_naming).value();
  }
}

PenstockEvent Notification::Make(const std::string& about, const std::string& id,
                                 const std::string& type, const Data& data, int64_t now_ms) {
  key_ = key_start_ + "{\"id\":" + JsonString(id) + "}" + key_end_;
  value_ = value_start_ + "{\"id\":" + JsonString(id) + ",\"type\":" + JsonString(type) +
           ",\"aggregate_type\":" + JsonString(about) + ",\"additional_data\":{";
  for (const auto& [name, text] : data) value_ += JsonString(name) + ":" + JsonString(text) + ",";
  value_ += "\"connector_name\":" + JsonString(connector_) +
            "},\"timestamp\":" + std::to_string(now_ms) + "}" + value_end_;
  PenstockEvent event = {};
  event.timestamp_ms = -1;
  event.topic = topic_.c_str();
  event.topic_len = static_cast<uint32_t>(topic_.size());
  const std::string_view key = InAvro(key_avro_.get(), key_, &key_bytes_);
  const std::string_view value = InAvro(value_avro_.get(), value_, &value_bytes_);
  event.key = key.data();
  event.key_len = static_cast<uint32_t>(key.size());
  event.value = value.data();
  event.value_len = static_cast<uint32_t>(value.size());
  event.key_schema = Described(key_avro_.get());
  event.value_schema = Described(value_avro_.get());
  event.partition = -1;
  return event;
}

}  // namespace penstock::event
