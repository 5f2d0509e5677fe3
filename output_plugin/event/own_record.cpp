#include "own_record.h"

#include "avro_writer.h"
#include "plan.h"

namespace penstock::event {

OwnRecord::Part OwnRecord::MakePart(bool schemas, Converter converter, const AvroNaming& naming,
                                    const char* schema) {
  Part part;
  if (schemas) part.start = "{\"schema\":" + std::string(schema) + ",\"payload\":";
  if (converter == Converter::kAvro) part.avro = MakeAvroSchema(schema, naming).value();
  return part;
}

OwnRecord::OwnRecord(const EventOptions& options, const std::string& topic, const char* key_schema,
                     const char* value_schema)
    : topic_(WalkChain(options.chain, topic, {}, false).topic),
      key_(MakePart(options.key_schemas, options.key_converter, options.key_naming, key_schema)),
      value_(MakePart(options.value_schemas, options.value_converter, options.value_naming,
                      value_schema)) {}

void OwnRecord::Part::Write(std::string_view json) {
  bytes.Clear();
  if (avro != nullptr) {
    (void)AppendAvro(bytes, *avro, json);
    return;
  }
  bytes.Append(start);
  bytes.Append(json);
  if (!start.empty()) bytes.Append('}');
}

PenstockEvent OwnRecord::Make(std::string_view key, std::string_view value, int32_t partition) {
  key_.Write(key);
  value_.Write(value);
  PenstockEvent event = {};
  event.timestamp_ms = -1;
  event.topic = topic_.c_str();
  event.topic_len = static_cast<uint32_t>(topic_.size());
  event.key = key_.bytes.data();
  event.key_len = static_cast<uint32_t>(key_.bytes.size());
  event.value = value_.bytes.data();
  event.value_len = static_cast<uint32_t>(value_.bytes.size());
  event.key_schema = Described(key_.avro.get());
  event.value_schema = Described(value_.avro.get());
  event.partition = partition;
  return event;
}

}  // namespace penstock::event
