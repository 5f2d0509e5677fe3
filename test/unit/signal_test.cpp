#include "extension/core/signal.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

std::string Problem(std::string_view type, std::string_view data) {
  const Result<Signal> signal = ParseSignal(type, data);
  return signal.ok() ? "" : signal.status().message();
}

TEST(Signal, ExecuteSnapshotNamesTablesAndConditions) {
  const auto signal = ParseSignal(
      "execute-snapshot",
      R"({"type":"INCREMENTAL","data-collections":["public.t","s.*"],"surrogate-key":"n",)"
      R"("additional-conditions":[{"data-collection":"public.t","filter":"id > 1"}]})");
  ASSERT_TRUE(signal.ok()) << signal.status().message();
  EXPECT_EQ(signal.value().kind, SignalKind::kExecuteSnapshot);
  EXPECT_EQ(signal.value().collections, (std::vector<std::string>{"public.t", "s.*"}));
  ASSERT_EQ(signal.value().conditions.size(), 1u);
  EXPECT_EQ(signal.value().conditions[0].second, "id > 1");
  EXPECT_EQ(signal.value().surrogate_key, "n");
}

TEST(Signal, ExecuteSnapshotIsIncrementalByDefault) {
  EXPECT_EQ(Problem("execute-snapshot", R"({"data-collections":["public.t"]})"), "");
  EXPECT_EQ(Problem("execute-snapshot", R"({"data-collections":["public.t"],"type":"blocking"})"),
            "blocking snapshots are not supported");
  EXPECT_EQ(Problem("execute-snapshot", R"({"data-collections":["public.t"],"type":"other"})"),
            "there is no snapshot type \"other\"");
}

TEST(Signal, StopTakesTablesOrStopsAll) {
  EXPECT_TRUE(ParseSignal("stop-snapshot", "").value().collections.empty());
  EXPECT_EQ(ParseSignal("stop-snapshot", R"({"type":"incremental","data-collections":["s.t"]})")
                .value()
                .collections.size(),
            1u);
}

TEST(Signal, PauseResumeAndLog) {
  EXPECT_EQ(ParseSignal("pause-snapshot", R"({"type":"incremental"})").value().kind,
            SignalKind::kPauseSnapshot);
  EXPECT_EQ(ParseSignal("resume-snapshot", "").value().kind, SignalKind::kResumeSnapshot);
  EXPECT_EQ(ParseSignal("log", R"({"message":"here {}"})").value().message, "here {}");
}

TEST(Signal, MarksOfAConnectorMeanNothing) {
  EXPECT_EQ(ParseSignal("snapshot-window-open", "not json").value().kind, SignalKind::kMark);
}

TEST(Signal, BadOnesSayWhy) {
  EXPECT_EQ(Problem("snapshot", "{}"), "there is no signal type \"snapshot\"");
  EXPECT_EQ(Problem("execute-snapshot", "x"), "column \"data\" is not a JSON object");
  EXPECT_EQ(Problem("execute-snapshot", "[]"), "column \"data\" is not a JSON object");
  EXPECT_EQ(Problem("execute-snapshot", ""), "member \"data-collections\" names no table");
  EXPECT_EQ(Problem("execute-snapshot", R"({"data-collections":"t"})"),
            "member \"data-collections\" is not an array");
  EXPECT_EQ(Problem("execute-snapshot", R"({"data-collections":[1]})"),
            "member \"data-collections\" has an item that is no string");
  EXPECT_EQ(Problem("execute-snapshot", R"({"data-collections":["t"],"additional-condition":"x"})"),
            "member \"additional-condition\" is not supported");
  EXPECT_EQ(Problem("execute-snapshot",
                    R"({"data-collections":["t"],"additional-conditions":[{"filter":"x"}]})"),
            "an additional condition needs \"data-collection\" and \"filter\"");
  EXPECT_EQ(Problem("execute-snapshot", R"({"data-collections":["t"],"more":1})"),
            "member \"more\" is unknown");
  EXPECT_EQ(Problem("stop-snapshot", R"({"surrogate-key":"x"})"),
            "member \"surrogate-key\" is unknown");
  EXPECT_EQ(Problem("log", "{}"), "member \"message\" is missing");
}

}  // namespace
}  // namespace penstock
