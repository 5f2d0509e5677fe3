// document_mapping.h: how an index maps the columns of a relation: Elasticsearch's types, which
// OpenSearch shares.
#ifndef PENSTOCK_EVENT_DOCUMENT_MAPPING_H
#define PENSTOCK_EVENT_DOCUMENT_MAPPING_H

#include <string>

#include "plan.h"

namespace penstock::event {

// The mapping of one field: {"type":…}. Empty: left to dynamic mapping.
std::string FieldMapping(const Column& column, JsonMapping json);

// {"properties":{…}} of the plan's value.
std::string DocumentMapping(const RelationPlan& plan, const EventOptions& options);

// Whether a document can have a top-level field of this name. Else *reason says why not.
bool IsFieldName(const std::string& name, const char** reason);

}  // namespace penstock::event

#endif
