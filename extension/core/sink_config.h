// sink_config.h: the options of one sink, sorted by who reads them. create_sink checks with it what
// the worker later runs with.
#ifndef PENSTOCK_CORE_SINK_CONFIG_H
#define PENSTOCK_CORE_SINK_CONFIG_H

#include <string>
#include <utility>
#include <vector>

#include "../sink/sink.h"
#include "option.h"
#include "option_json.h"
#include "source_options.h"
#include "status.h"

namespace penstock {

struct SinkConfig {
  std::vector<std::pair<std::string, std::string>> event;  // handed to the output plugin untouched
  // The same for the plugin's text output, which shows Avro as JSON.
  std::vector<std::pair<std::string, std::string>> event_as_text;
  SourceOptions source;
  sink::Options sink;                // handed to MakeSink
  std::vector<std::string> notices;  // options that do not apply, with the reason; no secrets
};

// The tables a sink of this type takes options from: event, source, and the type's own. Empty for
// an unknown type.
std::vector<OptionTable> OptionTablesOf(const std::string& connector);

// Whether the events of such a sink are documents with an id: of connector elasticsearch always, of
// others with format=document where the type can take them.
bool DeliversDocuments(const std::string& connector, const OptionMap& options);

// Checks every name and value and splits them. Errors name the option; an unknown one comes with
// the nearest known name. Placeholders (${file:…}, ${env:…}) are taken as they are.
Result<SinkConfig> SplitSinkConfig(const std::string& connector, const OptionMap& options);

// One option by itself: name, value, support. notice is set when it does not apply here.
Status CheckOption(const std::string& connector, const std::string& name, const std::string& value,
                   std::string* notice);

// Whether the value of this option must not be shown: a secret by its row, or unknown but named
// like one (password, secret, token, jaas).
bool IsSecretOption(const std::string& connector, const std::string& name);

}  // namespace penstock

#endif
