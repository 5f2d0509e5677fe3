// own_record.h: records of the sink itself, beside the events of tables: of schemas that do not
// change, in JSON or Avro.
#ifndef PENSTOCK_EVENT_OWN_RECORD_H
#define PENSTOCK_EVENT_OWN_RECORD_H

#include <memory>
#include <string>
#include <string_view>

#include "avro_schema.h"
#include "buffer.h"
#include "event_options.h"
#include "output_plugin/rendezvous.h"

namespace penstock::event {

class OwnRecord {
 public:
  // topic: before transforms. The schemas are Connect's.
  OwnRecord(const EventOptions& options, const std::string& topic, const char* key_schema,
            const char* value_schema);

  // The record with this key and value, which fit the schemas. Valid until the next call.
  PenstockEvent Make(std::string_view key, std::string_view value, int32_t partition);

 private:
  struct Part {
    std::string start;  // {"schema":…,"payload":
    std::shared_ptr<const AvroSchema> avro;
    Buffer bytes;

    void Write(std::string_view json);
  };

  static Part MakePart(bool schemas, Converter converter, const AvroNaming& naming,
                       const char* schema);

  std::string topic_;
  Part key_, value_;
};

}  // namespace penstock::event

#endif
