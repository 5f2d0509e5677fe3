// avro_schema.h: from the Connect schema of a key or value to the Avro schema that Confluent's
// AvroConverter registers for it, and to the nodes that avro_writer.h walks.
#ifndef PENSTOCK_EVENT_AVRO_SCHEMA_H
#define PENSTOCK_EVENT_AVRO_SCHEMA_H

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "extension/core/status.h"

namespace penstock::event {

// What AvroConverter lets its users choose.
struct AvroNaming {
  bool connect_meta_data = true;     // connect.name, connect.version and so on
  bool scrub_invalid_names = false;  // illegal characters become legal ones
};

enum class AvroType : uint8_t {
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kBytes,
  kString,
  kArray,    // members: the items
  kMap,      // members: the values; keys are text
  kEntries,  // members: key and value; an array of pairs
  kRecord,   // members: the fields
  kTree,     // any JSON, as a value of the union that avro_schema.cpp has for it
};

// The name of the Connect schema of a column under json.expand, and of a JSON value's Avro type.
constexpr const char* kTreeName = "io.penstock.data.Json";

// What a value is made of, in the order in which its JSON form is written.
struct AvroNode {
  AvroType type = AvroType::kString;
  bool optional = false;
  bool null_first = true;  // optional: which branch of the union is null
  std::string label;       // of a record's field: "name":
  std::vector<AvroNode> members;
};

struct AvroSchema {
  std::string text;     // JSON, as Java's Schema.toString writes it
  std::string name;     // full name of a record, else the name of the type
  uint64_t serial = 0;  // no two schemas of a process share it, however alike
  AvroNode root;
};

// connect_schema: as JsonConverter writes it. kDataError: it has no Avro form, above all because of
// a name that Avro does not allow.
Result<std::shared_ptr<const AvroSchema>> MakeAvroSchema(std::string_view connect_schema,
                                                         const AvroNaming& naming);

}  // namespace penstock::event

#endif
