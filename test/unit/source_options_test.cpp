// Options of the worker.
#include "extension/core/source_options.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "extension/core/sink_config.h"

namespace penstock {
namespace {

TEST(SourceOptions, RowsAreSortedUniqueAndExplained) {
  const OptionTable table = SourceOptionTable();
  for (size_t i = 0; i < table.count; ++i) {
    const OptionRow& row = table.rows[i];
    EXPECT_EQ(row.scope, OptionScope::kSource) << row.name;
    EXPECT_FALSE(std::string(row.help).empty()) << row.name;
    EXPECT_EQ(row.type == OptionType::kEnum, row.allowed != nullptr) << row.name;
    if (i > 0) {
      EXPECT_LT(std::string(table.rows[i - 1].name), std::string(row.name));
    }
  }
}

TEST(SourceOptions, DefaultsFitTheirRows) {
  const OptionTable table = SourceOptionTable();
  for (size_t i = 0; i < table.count; ++i) {
    const OptionRow& row = table.rows[i];
    if (row.default_value == nullptr || std::string(row.name).back() == '*') continue;
    std::string notice;
    const Status status = CheckOption("null", row.name, row.default_value, &notice);
    EXPECT_TRUE(status.ok()) << row.name << ": " << status.message();
  }
}

TEST(SourceOptions, Parses) {
  const Result<SourceOptions> parsed =
      ParseSourceOptions({{"slot.name", "debezium"},
                          {"snapshot.mode", "NO_DATA"},
                          {"status.update.interval.ms", "500"},
                          {"snapshot.include.collection.list", "public\\.t"}});
  ASSERT_TRUE(parsed.ok()) << parsed.status().message();
  EXPECT_EQ(parsed.value().slot_name, "debezium");
  EXPECT_EQ(parsed.value().snapshot_mode, SnapshotMode::kNoData);
  EXPECT_EQ(parsed.value().status_update_interval_ms, 500);
  EXPECT_EQ(parsed.value().snapshot_tables, "public\\.t");
}

TEST(SourceOptions, Defaults) {
  const Result<SourceOptions> parsed = ParseSourceOptions({});
  ASSERT_TRUE(parsed.ok());
  EXPECT_TRUE(parsed.value().slot_name.empty());
  EXPECT_EQ(parsed.value().snapshot_mode, SnapshotMode::kInitial);
  EXPECT_EQ(parsed.value().status_update_interval_ms, 10000);
}

struct BadOption {
  const char* name;
  const char* value;
  StatusCode code;
};

class SourceOptionsBad : public testing::TestWithParam<BadOption> {};

TEST_P(SourceOptionsBad, IsRefused) {
  std::string notice;
  const Status status = CheckOption("kafka", GetParam().name, GetParam().value, &notice);
  EXPECT_EQ(status.code(), GetParam().code) << status.message();
  EXPECT_NE(status.message().find(GetParam().name), std::string::npos) << status.message();
  EXPECT_FALSE(status.hint().empty() && status.message().find("range") == std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    All, SourceOptionsBad,
    testing::Values(BadOption{"slot.name", "Has-Upper", StatusCode::kInvalidOption},
                    BadOption{"slot.name", "", StatusCode::kInvalidOption},
                    BadOption{"snapshot.mode", "always", StatusCode::kNotSupported},
                    BadOption{"snapshot.mode", "sometimes", StatusCode::kInvalidOption},
                    BadOption{"snapshot.mode.custom.name", "x", StatusCode::kNotSupported},
                    BadOption{"status.update.interval.ms", "1", StatusCode::kInvalidOption},
                    BadOption{"signal.data.collection", "s", StatusCode::kInvalidOption},
                    BadOption{"signal.data.collection", "db.public.s", StatusCode::kInvalidOption},
                    BadOption{"signal.enabled.channels", "source,kafka", StatusCode::kNotSupported},
                    BadOption{"signal.kafka.topic", "s", StatusCode::kNotSupported},
                    BadOption{"incremental.snapshot.chunk.size", "0", StatusCode::kInvalidOption},
                    BadOption{"publication.autocreate.mode", "some", StatusCode::kInvalidOption},
                    BadOption{"slot.failover", "true", StatusCode::kNotSupported},
                    BadOption{"errors.tolerance", "all", StatusCode::kNotSupported},
                    BadOption{"exactly.once.support", "required", StatusCode::kNotSupported}));

TEST(SourceOptions, WhatDoesNotApplyIsSaid) {
  std::string notice;
  ASSERT_TRUE(CheckOption("kafka", "database.password", "hunter2", &notice).ok());
  EXPECT_NE(notice.find("database.password"), std::string::npos);
  EXPECT_EQ(notice.find("hunter2"), std::string::npos);
}

TEST(SourceOptions, SignalsComeFromATable) {
  const auto with = ParseSourceOptions(
      {{"signal.data.collection", "public.signals"}, {"incremental.snapshot.chunk.size", "7"}});
  ASSERT_TRUE(with.ok());
  EXPECT_EQ(with.value().signal_schema, "public");
  EXPECT_EQ(with.value().signal_table, "signals");
  EXPECT_EQ(with.value().chunk_rows, 7);
  const auto without = ParseSourceOptions(
      {{"signal.data.collection", "public.signals"}, {"signal.enabled.channels", ""}});
  ASSERT_TRUE(without.ok());
  EXPECT_EQ(without.value().signal_table, "");
}

TEST(SourceOptions, RefusedAtItsDefaultIsFine) {
  std::string notice;
  EXPECT_TRUE(CheckOption("kafka", "slot.failover", "false", &notice).ok());
  EXPECT_TRUE(CheckOption("kafka", "lsn.flush.mode", "Connector", &notice).ok());
  EXPECT_TRUE(notice.empty());
}

}  // namespace
}  // namespace penstock
