// outbox_options.h: the options of format=outbox and of Debezium's EventRouter, which have the same
// names.
#ifndef PENSTOCK_EVENT_OUTBOX_OPTIONS_H
#define PENSTOCK_EVENT_OUTBOX_OPTIONS_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "transform.h"

namespace penstock::event {

// The values of table.op.invalid.behavior, in their order.
enum class InvalidOperation : uint8_t { kWarn, kError, kFatal };

enum class Placement : uint8_t { kHeader, kEnvelope, kPartition };

// One item of table.fields.additional.placement.
struct PlacedField {
  std::string column;
  Placement placement = Placement::kHeader;
  std::string alias;
};

struct OutboxOptions {
  std::string id, key, payload;
  std::string timestamp;       // empty: the time of processing
  std::string schema_version;  // empty: none
  std::string route_by_field;
  TopicRule route;
  std::vector<PlacedField> placed;
  bool ignore_missing = false;
  InvalidOperation invalid_operation = InvalidOperation::kWarn;
  bool expand_json = false;
  bool null_as_bytes = false;  // expanded: a null member stays, as optional bytes
  bool tombstone_on_empty = false;
};

// "column:placement[:alias],…"
Result<std::vector<PlacedField>> ParsePlacedFields(const std::string& option,
                                                   const std::string& text);

}  // namespace penstock::event

#endif
