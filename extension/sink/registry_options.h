// registry_options.h: the options of a schema registry, under the names of Confluent's converters
// and serializers: "schema.registry.url" for keys and values, or with the prefix of one converter.
#ifndef PENSTOCK_SINK_REGISTRY_OPTIONS_H
#define PENSTOCK_SINK_REGISTRY_OPTIONS_H

#include "../core/option.h"
#include "../core/status.h"
#include "http_client.h"
#include "sink.h"

namespace penstock::sink {

// What a schema is registered under.
enum class SubjectStrategy {
  kTopic,        // the topic, with -key or -value
  kRecord,       // the record's full name
  kTopicRecord,  // both
};

struct RegistryOptions {
  HttpOptions http;  // no nodes: there is no registry
  bool auto_register = true;
  bool normalize = false;
  SubjectStrategy key_strategy = SubjectStrategy::kTopic;
  SubjectStrategy value_strategy = SubjectStrategy::kTopic;
};

// Every name, the prefixed ones included.
OptionTable RegistryOptionTable();

// Reads the registry's options among others.
Result<RegistryOptions> ParseRegistryOptions(const Options& options);

}  // namespace penstock::sink

#endif
