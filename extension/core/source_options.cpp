// source_options.cpp: see source_options.h.
#include "source_options.h"

#include <algorithm>
#include <string_view>

#include "snapshot_options.h"

namespace penstock {
namespace {

constexpr OptionSupport kYes = OptionSupport::kImplemented;
constexpr OptionSupport kNo = OptionSupport::kRefused;
constexpr OptionSupport kIdle = OptionSupport::kNotApplicable;
constexpr OptionScope kScope = OptionScope::kSource;
constexpr OptionType kBool = OptionType::kBool;
constexpr OptionType kInt = OptionType::kInt;
constexpr OptionType kText = OptionType::kString;
constexpr OptionType kEnum = OptionType::kEnum;
constexpr OptionType kList = OptionType::kList;
constexpr OptionType kSecret = OptionType::kSecret;
constexpr int64_t kIntMax = 2147483647;

const char kInside[] = "penstock runs inside the server and makes no connection to it";
const char kNoQueue[] =
    "there is no queue between reading and sending; the sink's buffer is bounded";
const char kNoHeartbeatQuery[] =
    "the position moves on idle tables by itself, so nothing need be written to move it";
const char kNoConfiguredSnapshot[] = "snapshot.mode cannot be configuration_based yet";
const char kOtherChannel[] = "signals come from the table of signal.data.collection alone";
const char kNoWatermarks[] = "incremental snapshots write nothing into the signal table";
const char kNoSchemaHistory[] = "the schema is read from the catalogue at the time of the change";
const char kConnectWorker[] = "it configures a Kafka Connect worker, and there is none";
const char kOneReader[] = "the initial snapshot is read by one process";
const char kSlotPosition[] = "the position is kept in the slot and nowhere else";

// Sorted by name. Columns: name, scope, type, default, allowed, min, max, support, help.
// A refused option is still accepted at its default value, which changes nothing.
// clang-format off
const OptionRow kRows[] = {
    {"access.control.*", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"admin.listeners", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"admin.listeners.*", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"bean.*", kScope, kText, nullptr, nullptr, 0, 0, kNo, "penstock runs no Java classes"},
    {"client.rack", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"config.action.reload", kScope, kText, "restart", nullptr, 0, 0, kIdle, "placeholders are read again whenever the worker starts"},
    {"config.providers", kScope, kText, nullptr, nullptr, 0, 0, kIdle, "${file:path:key} and ${env:NAME} always work"},
    {"config.providers.*", kScope, kText, nullptr, nullptr, 0, 0, kIdle, "${file:path:key} and ${env:NAME} always work"},
    {"config.storage.*", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"connection.validation.timeout.ms", kScope, kInt, "60000", nullptr, 0, kIntMax, kIdle, kInside},
    {"connector.client.config.override.policy", kScope, kText, nullptr, nullptr, 0, 0, kIdle, "penstock.options lists the producer properties that may be set"},
    {"custom.metric.tags", kScope, kText, nullptr, nullptr, 0, 0, kIdle, "there are no JMX beans; see pg_stat_penstock_sinks"},
    {"database.connection.factory.class", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kInside},
    {"database.dbname", kScope, kText, nullptr, nullptr, 0, 0, kIdle, "a sink captures the database it is created in"},
    {"database.history*", kScope, kSecret, nullptr, nullptr, 0, 0, kIdle, kNoSchemaHistory},
    {"database.hostname", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kInside},
    {"database.initial.statements", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kInside},
    {"database.password", kScope, kSecret, nullptr, nullptr, 0, 0, kIdle, "penstock runs inside the server and needs no password; it is not stored"},
    {"database.port", kScope, kInt, "5432", nullptr, 0, 65535, kIdle, kInside},
    {"database.query.timeout.ms", kScope, kInt, "600000", nullptr, 0, kIntMax, kIdle, kInside},
    {"database.ssl*", kScope, kSecret, nullptr, nullptr, 0, 0, kIdle, kInside},
    {"database.sslmode", kScope, kText, "prefer", nullptr, 0, 0, kIdle, kInside},
    {"database.tcpKeepAlive", kScope, kBool, "true", nullptr, 0, 0, kIdle, kInside},
    {"database.user", kScope, kText, nullptr, nullptr, 0, 0, kIdle, "the sink reads as the role that creates it"},
    {"errors.deadletterqueue.*", kScope, kText, nullptr, nullptr, 0, 0, kNo, "dead-letter topics are not supported yet"},
    {"errors.log.enable", kScope, kBool, "false", nullptr, 0, 0, kIdle, "errors always go to the server log and to penstock.sinks"},
    {"errors.log.include.messages", kScope, kBool, "false", nullptr, 0, 0, kIdle, "errors always go to the server log and to penstock.sinks, without row contents"},
    {"errors.max.retries", kScope, kInt, "-1", nullptr, -1, kIntMax, kNo, "penstock retries for ever, as the default -1 does"},
    {"errors.retry.delay.initial.ms", kScope, kInt, "300", nullptr, 0, kIntMax, kIdle, "penstock.restart_max_interval bounds the pause between attempts"},
    {"errors.retry.delay.max.ms", kScope, kInt, "60000", nullptr, 0, kIntMax, kIdle, "penstock.restart_max_interval bounds the pause between attempts"},
    {"errors.retry.timeout", kScope, kInt, "0", nullptr, -1, kIntMax, kIdle, "penstock retries for ever"},
    {"errors.tolerance", kScope, kEnum, "none", "none|all", 0, 0, kNo, "skipping events that fail is not supported yet"},
    {"event.deserialization.failure.handling.mode", kScope, kText, nullptr, nullptr, 0, 0, kNo, "the option was removed from Debezium; use event.processing.failure.handling.mode"},
    {"event.processing.failure.handling.mode", kScope, kEnum, "fail", "fail|warn|skip", 0, 0, kNo, "skipping events that fail is not supported yet"},
    {"exactly.once.source.support", kScope, kText, "disabled", nullptr, 0, 0, kIdle, kConnectWorker},
    {"exactly.once.support", kScope, kEnum, "requested", "requested|required", 0, 0, kNo, "exactly-once delivery to Kafka is not supported yet"},
    {"executor.shutdown.timeout.ms", kScope, kInt, "4000", nullptr, 0, kIntMax, kIdle, "the worker lets go within a second"},
    {"flush.lsn.source", kScope, kBool, "true", nullptr, 0, 0, kNo, "the slot follows what was delivered, as the default true does"},
    {"group.id", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"guardrail.collections.limit.action", kScope, kEnum, "warn", "warn|fail", 0, 0, kNo, "guardrails are not supported yet"},
    {"guardrail.collections.max", kScope, kInt, "0", nullptr, 0, kIntMax, kNo, "guardrails are not supported yet"},
    {"header.converter", kScope, kText, "org.apache.kafka.connect.storage.SimpleHeaderConverter", nullptr, 0, 0, kNo, "headers are written as the default SimpleHeaderConverter does"},
    {"heartbeat.action.query", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kNoHeartbeatQuery},
    {"heartbeat.interval.ms", kScope, kInt, "0", nullptr, 0, kIntMax, kYes, "How often a heartbeat record is sent between transactions; 0: never. The position moves on idle tables without them."},
    {"heartbeat.topics.prefix", kScope, kText, nullptr, nullptr, 0, 0, kYes, "Former name of topic.heartbeat.prefix."},
    {"incremental.snapshot.allow.schema.changes", kScope, kBool, "false", nullptr, 0, 0, kIdle, "tables may change while they are read: a chunk has one shape, and the next one that of its time"},
    {"incremental.snapshot.chunk.size", kScope, kInt, "1024", nullptr, 1, kIntMax, kYes, "Rows that an incremental snapshot reads at a time; large rows make smaller chunks."},
    {"incremental.snapshot.watermarking.strategy", kScope, kEnum, "insert_insert", "insert_insert|insert_delete", 0, 0, kIdle, kNoWatermarks},
    {"inter.worker.*", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"internal.*", kScope, kText, nullptr, nullptr, 0, 0, kNo, "options named internal belong to Debezium's own tests"},
    {"internal.advanced.metrics.enable", kScope, kBool, "false", nullptr, 0, 0, kIdle, "there are no JMX beans; see pg_stat_penstock_sinks"},
    {"internal.key.converter", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"internal.key.converter.*", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"internal.log.position.check.enable", kScope, kBool, "true", nullptr, 0, 0, kIdle, kSlotPosition},
    {"internal.value.converter", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"internal.value.converter.*", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"legacy.snapshot.max.threads", kScope, kBool, "false", nullptr, 0, 0, kIdle, kOneReader},
    {"listeners", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"listeners.*", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"lsn.flush.mode", kScope, kEnum, "connector", "connector|manual|connector_and_driver", 0, 0, kNo, "the slot follows what was delivered, as the default connector does"},
    {"lsn.flush.timeout.action", kScope, kEnum, "fail", "fail|warn|ignore", 0, 0, kIdle, kSlotPosition},
    {"lsn.flush.timeout.ms", kScope, kInt, "30000", nullptr, 0, kIntMax, kIdle, kSlotPosition},
    {"max.batch.size", kScope, kInt, "2048", nullptr, 1, kIntMax, kIdle, kNoQueue},
    {"max.queue.size", kScope, kInt, "8192", nullptr, 1, kIntMax, kIdle, kNoQueue},
    {"max.queue.size.in.bytes", kScope, kInt, "0", nullptr, 0, INT64_MAX, kIdle, kNoQueue},
    {"metric.reporters", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"metric.reporters.*", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"metrics.*", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"notification.enabled.channels", kScope, kList, "", nullptr, 0, 0, kYes, "Where notifications about snapshots go: sink, log. There is no JMX."},
    {"notification.sink.topic.name", kScope, kText, nullptr, nullptr, 0, 0, kYes, "Topic of the notifications, as it is; needed by channel sink."},
    {"offset.flush.*", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kSlotPosition},
    {"offset.mismatch.strategy", kScope, kEnum, "no_validation", "no_validation|trust_offset|trust_slot|trust_greater_lsn", 0, 0, kIdle, kSlotPosition},
    {"offset.storage", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kSlotPosition},
    {"offset.storage.*", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kSlotPosition},
    {"offsets.storage.topic", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kSlotPosition},
    {"openlineage.integration.*", kScope, kText, nullptr, nullptr, 0, 0, kNo, "OpenLineage is not supported yet"},
    {"openlineage.integration.enabled", kScope, kBool, "false", nullptr, 0, 0, kNo, "OpenLineage is not supported yet"},
    {"plugin.discovery", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"plugin.name", kScope, kText, "decoderbufs", nullptr, 0, 0, kIdle, "the output plugin is always penstock_output"},
    {"plugin.path", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"poll.dispatch.interval.ms", kScope, kInt, "0", nullptr, 0, kIntMax, kIdle, "a commit wakes the worker"},
    {"poll.interval.ms", kScope, kInt, "500", nullptr, 0, kIntMax, kIdle, "a commit wakes the worker"},
    {"query.fetch.size", kScope, kInt, "0", nullptr, 0, kIntMax, kIdle, kInside},
    {"queue.provider.type", kScope, kText, "memory", nullptr, 0, 0, kIdle, kNoQueue},
    {"read.only", kScope, kBool, "false", nullptr, 0, 0, kIdle, kNoWatermarks},
    {"rebalance.timeout.ms", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"replica.identity.autoset.values", kScope, kText, nullptr, nullptr, 0, 0, kNo, "call penstock.set_replica_identity instead"},
    {"response.http.headers.config", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"rest.*", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"retriable.restart.connector.wait.ms", kScope, kInt, "10000", nullptr, 0, kIntMax, kIdle, "penstock.restart_max_interval bounds the pause between attempts"},
    {"scheduled.rebalance.max.delay.ms", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"schema.history.internal", kScope, kSecret, nullptr, nullptr, 0, 0, kIdle, kNoSchemaHistory},
    {"schema.history.internal.*", kScope, kSecret, nullptr, nullptr, 0, 0, kIdle, kNoSchemaHistory},
    {"schema.refresh.mode", kScope, kEnum, "columns_diff", "columns_diff|columns_diff_exclude_unchanged_toast", 0, 0, kIdle, kNoSchemaHistory},
    {"session.timeout.ms", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"signal.*", kScope, kText, nullptr, nullptr, 0, 0, kNo, kOtherChannel},
    {"signal.data.collection", kScope, kText, nullptr, nullptr, 0, 0, kYes, "Table, as schema.table, whose inserted rows (id, type, data) are signals: execute-snapshot, stop-snapshot, pause-snapshot, resume-snapshot, log."},
    {"signal.emit.failure.backoff.ms", kScope, kInt, "10000", nullptr, 0, kIntMax, kIdle, kNoWatermarks},
    {"signal.emit.failure.max.retries", kScope, kInt, "0", nullptr, 0, kIntMax, kIdle, kNoWatermarks},
    {"signal.enabled.channels", kScope, kList, "source", nullptr, 0, 0, kYes, "Where signals come from: source, the table of signal.data.collection, and nothing else."},
    {"signal.file", kScope, kText, "file-signals.txt", nullptr, 0, 0, kNo, kOtherChannel},
    {"signal.kafka.bootstrap.servers", kScope, kText, nullptr, nullptr, 0, 0, kNo, kOtherChannel},
    {"signal.kafka.groupId", kScope, kText, "kafka-signal", nullptr, 0, 0, kNo, kOtherChannel},
    {"signal.kafka.poll.timeout.ms", kScope, kInt, "100", nullptr, 0, kIntMax, kNo, kOtherChannel},
    {"signal.kafka.topic", kScope, kText, nullptr, nullptr, 0, 0, kNo, kOtherChannel},
    {"signal.poll.interval.ms", kScope, kInt, "5000", nullptr, 0, kIntMax, kIdle, "signals come with the stream and are not polled for"},
    {"slot.drop.on.stop", kScope, kBool, "false", nullptr, 0, 0, kNo, "the slot lives until penstock.drop_sink, as the default false keeps it"},
    {"slot.failover", kScope, kBool, "false", nullptr, 0, 0, kNo, "failover slots are not supported yet"},
    {"slot.max.retries", kScope, kInt, "6", nullptr, 0, kIntMax, kIdle, "penstock retries for ever"},
    {"slot.name", kScope, kText, nullptr, nullptr, 0, 0, kYes, "Name of the replication slot; without it create_sink chooses one."},
    {"slot.retry.delay.ms", kScope, kInt, "10000", nullptr, 0, kIntMax, kIdle, "penstock.restart_max_interval bounds the pause between attempts"},
    {"slot.stream.params", kScope, kText, nullptr, nullptr, 0, 0, kNo, "options of the output plugin are options of the sink"},
    {"snapshot.delay.ms", kScope, kInt, "0", nullptr, 0, kIntMax, kNo, "delays of the snapshot are not supported yet"},
    {"snapshot.fetch.size", kScope, kInt, "10240", nullptr, 0, kIntMax, kIdle, "rows of the snapshot are read one after the other, without a cursor"},
    {"snapshot.include.collection.list", kScope, OptionType::kRegexList, nullptr, nullptr, 0, 0, kYes, "Tables of the initial snapshot, as regular expressions over schema.table; without it all captured tables."},
    {"snapshot.isolation.mode", kScope, kEnum, "serializable", "serializable|repeatable_read|read_committed|read_uncommitted", 0, 0, kIdle, "the snapshot is always the one of the slot's consistent point"},
    {"snapshot.lock.timeout.ms", kScope, kInt, "10000", nullptr, 0, kIntMax, kIdle, "tables are locked in ACCESS SHARE mode only"},
    {"snapshot.locking.mode", kScope, kEnum, "none", "none|shared|custom", 0, 0, kIdle, "tables are locked in ACCESS SHARE mode while they are read"},
    {"snapshot.locking.mode.*", kScope, kText, nullptr, nullptr, 0, 0, kNo, "custom snapshot locks are not supported yet"},
    {"snapshot.max.threads", kScope, kInt, "1", nullptr, 0, kIntMax, kIdle, kOneReader},
    {"snapshot.max.threads.multiplier", kScope, kInt, "1", nullptr, 0, kIntMax, kIdle, kOneReader},
    {"snapshot.mode", kScope, kEnum, "initial", "initial|when_needed|no_data|initial_only", 0, 0, kYes, "initial: rows that exist come first, as op r; when_needed: the same, and again when the slot is lost; no_data: only changes from now on; initial_only: only the rows."},
    {"snapshot.mode.*", kScope, kText, nullptr, nullptr, 0, 0, kNo, "custom and configured snapshot modes are not supported yet"},
    {"snapshot.mode.configuration.based.snapshot.data", kScope, kBool, "false", nullptr, 0, 0, kNo, kNoConfiguredSnapshot},
    {"snapshot.mode.configuration.based.snapshot.on.data.error", kScope, kBool, "false", nullptr, 0, 0, kNo, kNoConfiguredSnapshot},
    {"snapshot.mode.configuration.based.snapshot.on.schema.error", kScope, kBool, "false", nullptr, 0, 0, kNo, kNoConfiguredSnapshot},
    {"snapshot.mode.configuration.based.snapshot.schema", kScope, kBool, "false", nullptr, 0, 0, kNo, kNoConfiguredSnapshot},
    {"snapshot.mode.configuration.based.start.stream", kScope, kBool, "false", nullptr, 0, 0, kNo, kNoConfiguredSnapshot},
    {"snapshot.mode.custom.name", kScope, kText, nullptr, nullptr, 0, 0, kNo, "a snapshotter is a Java class; penstock runs none"},
    {"snapshot.query.mode", kScope, kEnum, "select_all", "select_all|custom", 0, 0, kNo, "custom snapshot queries are not supported yet"},
    {"snapshot.query.mode.*", kScope, kText, nullptr, nullptr, 0, 0, kNo, "custom snapshot queries are not supported yet"},
    {"snapshot.select.statement.overrides", kScope, kList, nullptr, nullptr, 0, 0, kYes, "Tables, as schema.table, that the initial snapshot reads with a statement of their own."},
    {"snapshot.select.statement.overrides.*", kScope, kText, nullptr, nullptr, 0, 0, kYes, "The statement of one table; it runs as the owner of the sink, in the order it gives, and must return columns of the table."},
    {"snapshot.tables.order.by.row.count", kScope, kEnum, "disabled", "disabled|ascending|descending", 0, 0, kNo, "ordering the tables of the snapshot is not supported yet"},
    {"ssl.*", kScope, kSecret, nullptr, nullptr, 0, 0, kIdle, "it configures the connections of a Kafka Connect worker; for the producer write producer.ssl.…"},
    {"statistics.metrics.enabled", kScope, kBool, "true", nullptr, 0, 0, kIdle, "there are no JMX beans; see pg_stat_penstock_sinks"},
    {"status.storage.*", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"status.update.interval.ms", kScope, kInt, "10000", nullptr, 100, kIntMax, kYes, "How often a position that has moved is saved in the slot."},
    {"streaming.delay.ms", kScope, kInt, "0", nullptr, 0, kIntMax, kNo, "delays of the stream are not supported yet"},
    {"task.*", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"tasks.max", kScope, kInt, "1", nullptr, 1, kIntMax, kIdle, "a sink has one worker, as the connector has one task"},
    {"tasks.max.enforce", kScope, kBool, "true", nullptr, 0, 0, kIdle, "a sink has one worker, as the connector has one task"},
    {"topic.cache.size", kScope, kInt, "10000", nullptr, 0, kIntMax, kIdle, "topic names are kept with the plans of the tables"},
    {"topic.heartbeat.name", kScope, kText, nullptr, nullptr, 0, 0, kNo, "the topic is named by topic.heartbeat.prefix, as in Debezium 3.6"},
    {"topic.heartbeat.prefix", kScope, kText, "__debezium-heartbeat", nullptr, 0, 0, kYes, "First part of the topic for heartbeats; the delimiter and topic.prefix follow."},
    {"topic.tracking.*", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
    {"transaction.boundary", kScope, kEnum, "poll", "poll|interval|connector", 0, 0, kIdle, "it divides exactly-once deliveries, which are not supported yet"},
    {"transaction.boundary.interval.ms", kScope, kInt, nullptr, nullptr, 1, kIntMax, kIdle, "it divides exactly-once deliveries, which are not supported yet"},
    {"transaction.metadata.factory", kScope, kText, nullptr, nullptr, 0, 0, kNo, "penstock runs no Java classes"},
    {"worker.*", kScope, kText, nullptr, nullptr, 0, 0, kIdle, kConnectWorker},
};
// clang-format on

SnapshotMode ParseSnapshotMode(std::string_view text) {
  if (EqualsIgnoreCase(text, "when_needed")) return SnapshotMode::kWhenNeeded;
  if (EqualsIgnoreCase(text, "no_data")) return SnapshotMode::kNoData;
  if (EqualsIgnoreCase(text, "initial_only")) return SnapshotMode::kInitialOnly;
  return SnapshotMode::kInitial;
}

Status ParseChannels(const std::string& text, SourceOptions* options) {
  for (const std::string& channel : SplitList(text)) {
    if (channel == "sink") {
      options->notify_sink = true;
    } else if (channel == "log") {
      options->notify_log = true;
    } else {
      return Status(StatusCode::kNotSupported,
                    "option \"notification.enabled.channels\" cannot have \"" + channel + "\"",
                    "Channels are sink and log; penstock.sinks shows the state of the snapshot.");
    }
  }
  return {};
}

Status ParseSignalTable(const std::string& text, SourceOptions* options) {
  const std::string name(Trim(text));
  const size_t dot = name.find('.');
  if (dot == 0 || dot == std::string::npos || dot + 1 == name.size() ||
      name.find('.', dot + 1) != std::string::npos) {
    return Status(StatusCode::kInvalidOption,
                  "invalid value for option \"signal.data.collection\": \"" + text + "\"",
                  "Write schema.table.");
  }
  options->signal_schema = name.substr(0, dot);
  options->signal_table = name.substr(dot + 1);
  return {};
}

Status CheckSignalChannels(const std::string& text) {
  for (const std::string& channel : SplitList(text)) {
    if (channel == "source") continue;
    return Status(
        StatusCode::kNotSupported,
        "option \"signal.enabled.channels\" cannot have \"" + channel + "\"",
        "Signals come from the table of signal.data.collection, which is channel source.");
  }
  return {};
}

bool HasChannelSource(const std::map<std::string, std::string>& options) {
  const auto channels = options.find("signal.enabled.channels");
  return channels == options.end() || !SplitList(channels->second).empty();
}

bool IsSlotName(const std::string& name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  return plain && !name.empty() && name.size() <= 63;
}

}  // namespace

OptionTable SourceOptionTable() { return {kRows, sizeof kRows / sizeof kRows[0]}; }

Status CheckSourceOption(const OptionRow& row, const std::string& name, const std::string& value) {
  if (name == "snapshot.mode" && EqualsIgnoreCase(Trim(value), "always")) {
    return Status(
        StatusCode::kNotSupported, "option \"snapshot.mode\" cannot be \"always\"",
        "A worker starts by itself after every failure and would send all rows each time; "
        "use when_needed, or create the sink anew to send them again.");
  }
  if (name == "slot.name" && !IsSlotName(value)) {
    return Status(StatusCode::kInvalidOption,
                  "invalid value for option \"slot.name\": \"" + value + "\"",
                  "Replication slot names may only contain lower case letters, numbers, and the "
                  "underscore character, at most 63.");
  }
  if (name == "signal.enabled.channels") return CheckSignalChannels(value);
  if (name == "signal.data.collection") {
    SourceOptions parsed;
    return ParseSignalTable(value, &parsed);
  }
  return CheckOptionValue(row, name, value);
}

Result<SourceOptions> ParseSourceOptions(const std::map<std::string, std::string>& options) {
  SourceOptions parsed;
  for (const auto& [name, value] : options) {
    const OptionRow* row = FindOption(SourceOptionTable(), name);
    if (row == nullptr) return UnknownOption(name, {SourceOptionTable()});
    if (Status s = CheckSourceOption(*row, name, value); !s.ok()) return s;
    if (name == "slot.name") {
      parsed.slot_name = value;
    } else if (name == "snapshot.mode") {
      parsed.snapshot_mode = ParseSnapshotMode(Trim(value));
    } else if (name == "snapshot.include.collection.list") {
      parsed.snapshot_tables = value;
    } else if (name == "heartbeat.interval.ms") {
      (void)ParseInt64(Trim(value), &parsed.heartbeat_interval_ms);
    } else if (name == "topic.heartbeat.prefix" || name == "heartbeat.topics.prefix") {
      parsed.heartbeat_prefix = value;
    } else if (name == "notification.sink.topic.name") {
      parsed.notification_topic = value;
    } else if (name == "notification.enabled.channels") {
      if (Status s = ParseChannels(value, &parsed); !s.ok()) return s;
    } else if (name == "signal.data.collection") {
      (void)ParseSignalTable(value, &parsed);
    } else if (name == "incremental.snapshot.chunk.size") {
      (void)ParseInt64(Trim(value), &parsed.chunk_rows);
    } else if (name == "status.update.interval.ms") {
      (void)ParseInt64(Trim(value), &parsed.status_update_interval_ms);
    }
  }
  if (parsed.notify_sink && parsed.notification_topic.empty()) {
    return Status(StatusCode::kInvalidOption, "option \"notification.sink.topic.name\" is missing",
                  "Channel sink of notification.enabled.channels needs it.");
  }
  if (!HasChannelSource(options)) parsed.signal_schema = parsed.signal_table = "";
  if (Status s = ParseSelectOverrides(options, &parsed.select_overrides); !s.ok()) return s;
  return parsed;
}

}  // namespace penstock
