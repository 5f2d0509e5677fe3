#include "heartbeat.h"

#include "avro_writer.h"
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
    : topic_(WalkChain(options.chain, prefix + options.topic_delimiter + options.topic_prefix, {},
                       false)
                 .topic),
      key_(Start(options.key_schemas, kKeySchema) + "{\"serverName\":" +
           JsonString(options.topic_prefix) + (options.key_schemas ? "}}" : "}")),
      value_start_(Start(options.value_schemas, kValueSchema) + "{\"ts_ms\":"),
      value_end_(options.value_schemas ? "}}" : "}") {
  if (options.key_converter == Converter::kAvro) {
    key_avro_ = MakeAvroSchema(kKeySchema, options.key_naming).value();
  }
  if (options.value_converter == Converter::kAvro) {
    value_avro_ = MakeAvroSchema(kValueSchema, options.value_naming).value();
  }
}

PenstockEvent Heartbeat::Make(int64_t now_ms) {
  value_ = value_start_ + std::to_string(now_ms) + value_end_;
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
  event.partition = 0;
  return event;
}

}  // namespace penstock::event
