// connect_config.h: what people post to Kafka Connect today, turned into the options of a sink.
#ifndef PENSTOCK_CORE_CONNECT_CONFIG_H
#define PENSTOCK_CORE_CONNECT_CONFIG_H

#include <string>
#include <vector>

#include "sink_config.h"
#include "status.h"

namespace penstock {

// Something to say about one option. Never holds a value of a secret.
struct ConfigMessage {
  std::string option;  // may be empty: the whole configuration
  Status status;       // code, message and hint; kOk in notices
  std::string text;    // of a notice
};

struct ConnectConfig {
  std::string name;
  std::string connector = "kafka";
  OptionMap options;  // fit for SplitSinkConfig when there are no errors
  std::vector<ConfigMessage> notices;
  std::vector<ConfigMessage> errors;
};

// config: {"name": …, "config": {…}}, or the inner object with a "name". worker: worker.properties
// as a JSON object, "" for none. Every error is collected, so that all can be mended at once.
ConnectConfig ReadConnectConfig(const std::string& config, const std::string& worker,
                                const std::string& current_database);

}  // namespace penstock

#endif
