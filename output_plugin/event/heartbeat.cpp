#include "heartbeat.h"

#include "json_text.h"

namespace penstock::event {
namespace {

constexpr const char* kKeySchema =
    R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"serverName"}],"optional":false,"name":"io.debezium.connector.common.ServerNameKey","version":1})";
constexpr const char* kValueSchema =
    R"({"type":"struct","fields":[{"type":"int64","optional":false,"field":"ts_ms"}],"optional":false,"name":"io.debezium.connector.common.Heartbeat","version":1})";

}  // namespace

Heartbeat::Heartbeat(const EventOptions& options, const std::string& prefix)
    : record_(options, prefix + options.topic_delimiter + options.topic_prefix, kKeySchema,
              kValueSchema),
      key_("{\"serverName\":" + JsonString(options.topic_prefix) + "}") {}

PenstockEvent Heartbeat::Make(int64_t now_ms) {
  return record_.Make(key_, "{\"ts_ms\":" + std::to_string(now_ms) + "}", 0);
}

}  // namespace penstock::event
