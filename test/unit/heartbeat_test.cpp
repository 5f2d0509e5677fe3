#include "output_plugin/event/heartbeat.h"

#include <gtest/gtest.h>

namespace penstock::event {
namespace {

EventOptions Options(std::vector<std::pair<std::string, std::string>> pairs) {
  pairs.emplace_back("topic.prefix", "srv");
  return ParseEventOptions(pairs).value();
}

std::string Value(const PenstockEvent& event) { return {event.value, event.value_len}; }

TEST(Heartbeat, Plain) {
  Heartbeat heartbeat(Options({{"schemas.enable", "false"}}), "__debezium-heartbeat");
  const PenstockEvent event = heartbeat.Make(1700000000123);
  EXPECT_STREQ(event.topic, "__debezium-heartbeat.srv");
  EXPECT_EQ(std::string(event.key, event.key_len), R"({"serverName":"srv"})");
  EXPECT_EQ(Value(event), R"({"ts_ms":1700000000123})");
  EXPECT_EQ(event.partition, 0);
  EXPECT_EQ(event.header_count, 0u);
  EXPECT_EQ(Value(heartbeat.Make(1)), R"({"ts_ms":1})");
}

TEST(Heartbeat, WithSchemasAndRouting) {
  Heartbeat heartbeat(
      Options({{"transforms", "r"},
               {"transforms.r.type", "org.apache.kafka.connect.transforms.RegexRouter"},
               {"transforms.r.regex", "(.*)[.]srv"},
               {"transforms.r.replacement", "$1-x"}}),
      "beat");
  const PenstockEvent event = heartbeat.Make(5);
  EXPECT_STREQ(event.topic, "beat-x");
  EXPECT_NE(Value(event).find(R"("name":"io.debezium.connector.common.Heartbeat","version":1},)"
                              R"("payload":{"ts_ms":5}})"),
            std::string::npos);
}

}  // namespace
}  // namespace penstock::event
