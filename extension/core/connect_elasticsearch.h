// connect_elasticsearch.h: the properties of an Elasticsearch or OpenSearch sink connector that
// speak of topics and records, turned into options of a sink that reads the tables themselves.
#ifndef PENSTOCK_CORE_CONNECT_ELASTICSEARCH_H
#define PENSTOCK_CORE_CONNECT_ELASTICSEARCH_H

#include <string>

#include "connect_config.h"

namespace penstock {

bool IsElasticsearchSinkClass(const std::string& connector_class);

// Replaces what has another name or meaning here; all other properties stay for the checks that
// every option goes through. Adds to notices and errors of the result.
void TranslateElasticsearchSink(OptionMap* properties, ConnectConfig* result);

}  // namespace penstock

#endif
