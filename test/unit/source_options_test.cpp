// Options of the worker, and the promise that no property of the connector is taken silently.
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

// Debezium 3.6, PostgreSQL connector: every documented property.
const char* const kConnectorProperties[] = {"binary.handling.mode",
                                            "column.exclude.list",
                                            "column.include.list",
                                            "column.mask.hash.SHA-256.with.salt.abc",
                                            "column.mask.hash.v2.SHA-256.with.salt.abc",
                                            "column.mask.with.10.chars",
                                            "column.propagate.source.type",
                                            "column.truncate.to.5.chars",
                                            "connection.validation.timeout.ms",
                                            "converters",
                                            "custom.metric.tags",
                                            "custom.sanitize.pattern",
                                            "database.connection.factory.class",
                                            "database.dbname",
                                            "database.hostname",
                                            "database.initial.statements",
                                            "database.password",
                                            "database.port",
                                            "database.query.timeout.ms",
                                            "database.sslcert",
                                            "database.sslfactory",
                                            "database.sslkey",
                                            "database.sslmode",
                                            "database.sslpassword",
                                            "database.sslrootcert",
                                            "database.tcpKeepAlive",
                                            "database.user",
                                            "datatype.propagate.source.type",
                                            "decimal.handling.mode",
                                            "errors.max.retries",
                                            "event.converting.failure.handling.mode",
                                            "event.processing.failure.handling.mode",
                                            "exactly.once.support",
                                            "executor.shutdown.timeout.ms",
                                            "extended.headers.enabled",
                                            "field.name.adjustment.mode",
                                            "flush.lsn.source",
                                            "guardrail.collections.limit.action",
                                            "guardrail.collections.max",
                                            "heartbeat.action.query",
                                            "heartbeat.interval.ms",
                                            "hstore.handling.mode",
                                            "include.schema.comments",
                                            "include.unknown.datatypes",
                                            "incremental.snapshot.allow.schema.changes",
                                            "incremental.snapshot.chunk.size",
                                            "incremental.snapshot.watermarking.strategy",
                                            "internal.advanced.metrics.enable",
                                            "interval.handling.mode",
                                            "legacy.snapshot.max.threads",
                                            "lsn.flush.mode",
                                            "lsn.flush.timeout.action",
                                            "lsn.flush.timeout.ms",
                                            "max.batch.size",
                                            "max.queue.size",
                                            "max.queue.size.in.bytes",
                                            "message.key.columns",
                                            "message.prefix.exclude.list",
                                            "message.prefix.include.list",
                                            "money.fraction.digits",
                                            "notification.enabled.channels",
                                            "notification.sink.topic.name",
                                            "offset.mismatch.strategy",
                                            "openlineage.integration.enabled",
                                            "plugin.name",
                                            "poll.dispatch.interval.ms",
                                            "poll.interval.ms",
                                            "post.processors",
                                            "provide.transaction.metadata",
                                            "publication.autocreate.mode",
                                            "publication.name",
                                            "publish.via.partition.root",
                                            "query.fetch.size",
                                            "queue.provider.type",
                                            "read.only",
                                            "replica.identity.autoset.values",
                                            "retriable.restart.connector.wait.ms",
                                            "schema.exclude.list",
                                            "schema.include.list",
                                            "schema.name.adjustment.mode",
                                            "schema.refresh.mode",
                                            "signal.data.collection",
                                            "signal.emit.failure.backoff.ms",
                                            "signal.emit.failure.max.retries",
                                            "signal.enabled.channels",
                                            "signal.file",
                                            "signal.kafka.bootstrap.servers",
                                            "signal.kafka.groupId",
                                            "signal.kafka.poll.timeout.ms",
                                            "signal.kafka.topic",
                                            "signal.poll.interval.ms",
                                            "skip.messages.without.change",
                                            "skipped.operations",
                                            "slot.drop.on.stop",
                                            "slot.failover",
                                            "slot.max.retries",
                                            "slot.name",
                                            "slot.retry.delay.ms",
                                            "slot.stream.params",
                                            "snapshot.delay.ms",
                                            "snapshot.fetch.size",
                                            "snapshot.include.collection.list",
                                            "snapshot.isolation.mode",
                                            "snapshot.lock.timeout.ms",
                                            "snapshot.locking.mode",
                                            "snapshot.locking.mode.custom.name",
                                            "snapshot.max.threads",
                                            "snapshot.max.threads.multiplier",
                                            "snapshot.mode",
                                            "snapshot.mode.configuration.based.snapshot.data",
                                            "snapshot.mode.custom.name",
                                            "snapshot.query.mode",
                                            "snapshot.query.mode.custom.name",
                                            "snapshot.select.statement.overrides",
                                            "snapshot.select.statement.overrides.public.t",
                                            "snapshot.tables.order.by.row.count",
                                            "sourceinfo.struct.maker",
                                            "statistics.metrics.enabled",
                                            "status.update.interval.ms",
                                            "streaming.delay.ms",
                                            "table.exclude.list",
                                            "table.ignore.builtin",
                                            "table.include.list",
                                            "tasks.max",
                                            "time.precision.mode",
                                            "tombstones.on.delete",
                                            "topic.cache.size",
                                            "topic.delimiter",
                                            "topic.heartbeat.name",
                                            "topic.heartbeat.prefix",
                                            "topic.naming.strategy",
                                            "topic.prefix",
                                            "topic.transaction",
                                            "transaction.metadata.factory",
                                            "unavailable.value.placeholder",
                                            "xmin.fetch.interval.ms"};

TEST(SourceOptions, EveryConnectorPropertyIsKnown) {
  for (const char* name : kConnectorProperties) {
    bool known = false;
    for (const OptionTable& table : OptionTablesOf("kafka")) {
      known = known || FindOption(table, name) != nullptr;
    }
    EXPECT_TRUE(known) << name;
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
                    BadOption{"signal.data.collection", "public.s", StatusCode::kNotSupported},
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

TEST(SourceOptions, RefusedAtItsDefaultIsFine) {
  std::string notice;
  EXPECT_TRUE(CheckOption("kafka", "slot.failover", "false", &notice).ok());
  EXPECT_TRUE(CheckOption("kafka", "lsn.flush.mode", "Connector", &notice).ok());
  EXPECT_TRUE(notice.empty());
}

}  // namespace
}  // namespace penstock
