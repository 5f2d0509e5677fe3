// outbox.h: what is known beforehand about the events of an outbox table.
#ifndef PENSTOCK_EVENT_OUTBOX_H
#define PENSTOCK_EVENT_OUTBOX_H

#include <string>
#include <vector>

#include "column.h"
#include "outbox_options.h"

namespace penstock::event {

struct RelationPlan;

// Columns are indexes into the plan's; -1: there is none.
struct OutboxPlan {
  int id = -1, key = -1, payload = -1, route = -1;
  int timestamp = -1, version = -1, partition = -1;
  struct Placed {
    int column;
    const PlacedField* field;
    std::string prefix;  // of the envelope: ,"alias":
  };
  std::vector<Placed> headers, members;
  bool enveloped = false;            // the value is a structure, of which the payload is a member
  std::string key_prefix;            // {"schema":…,"payload":
  std::string payload_schema;        // without its closing brace
  std::string member_schemas;        // ,{…} of the members beside the payload
  std::string name_start, name_end;  // of the structure's schema, around the routed value
};

// Looks up the columns. Fails when one is missing or of a type that its use excludes. value_name:
// of the relation's row schema.
Status PlanOutbox(const EventOptions& options, const std::string& value_name, RelationPlan* plan);

}  // namespace penstock::event

#endif
