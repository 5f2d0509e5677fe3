// source_options.h: the options the worker itself reads (slot, snapshot, retries), and a row for
// every property of Debezium's PostgreSQL connector and of Kafka Connect that is neither an event
// option nor a sink option, so that none is ever taken silently.
#ifndef PENSTOCK_CORE_SOURCE_OPTIONS_H
#define PENSTOCK_CORE_SOURCE_OPTIONS_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "option.h"
#include "status.h"

namespace penstock {

enum class SnapshotMode {
  kInitial,      // rows that exist when the slot is made, then the stream
  kWhenNeeded,   // the same, and again when the slot is lost
  kNoData,       // the stream only
  kInitialOnly,  // the rows, then the sink is done
};

struct SourceOptions {
  std::string slot_name;  // empty: create_sink chooses one
  SnapshotMode snapshot_mode = SnapshotMode::kInitial;
  std::string snapshot_tables;  // snapshot.include.collection.list; empty: all captured tables
  std::map<std::string, std::string> select_overrides;  // "schema.table" → statement
  int64_t heartbeat_interval_ms = 0;                    // 0: no heartbeats
  std::string heartbeat_prefix = "__debezium-heartbeat";
  bool notify_sink = false;  // notification.enabled.channels
  bool notify_log = false;
  std::string notification_topic;
  std::string signal_schema, signal_table;    // empty: no signals
  int64_t chunk_rows = 1024;                  // of incremental snapshots
  int64_t status_update_interval_ms = 10000;  // how often a moved position is saved in the slot
};

// All rows, sorted by name.
OptionTable SourceOptionTable();

// Checks one value against its row of the table, with the rules a row cannot express.
Status CheckSourceOption(const OptionRow& row, const std::string& name, const std::string& value);

// Reads options that are rows of the table; a name that is not is an error.
Result<SourceOptions> ParseSourceOptions(const std::map<std::string, std::string>& options);

}  // namespace penstock

#endif
