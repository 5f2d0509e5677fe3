// json_expand.h: JSON text as a structure with a schema of its own, inferred from the text as
// Debezium's EventRouter does.
#ifndef PENSTOCK_EVENT_JSON_EXPAND_H
#define PENSTOCK_EVENT_JSON_EXPAND_H

#include <string>
#include <string_view>

#include "buffer.h"

namespace penstock::event {

struct ExpandOptions {
  std::string name;            // of the outermost structure; inner ones add their field's name
  bool null_as_bytes = false;  // a null member stays, as optional bytes; else it is left out
};

// Writes the value, and the schema without its closing brace, so that "field" can follow. False:
// the text is no object or array, or its arrays mix types; nothing is to be used then.
bool ExpandJson(std::string_view text, const ExpandOptions& options, Buffer* value,
                std::string* schema);

}  // namespace penstock::event

#endif
