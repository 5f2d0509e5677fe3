// event_options.h: every option that shapes events, under Debezium's names. One table serves the
// plugin (START_REPLICATION and pg_logical_slot_* options), create_sink, penstock.options and docs.
#ifndef PENSTOCK_EVENT_EVENT_OPTIONS_H
#define PENSTOCK_EVENT_EVENT_OPTIONS_H

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "avro_schema.h"
#include "column_rule.h"
#include "extension/core/option.h"
#include "extension/core/status.h"
#include "outbox_options.h"
#include "pattern.h"
#include "topic_name.h"
#include "transform.h"

namespace penstock::event {

enum class DecimalMode { kPrecise, kDouble, kString };
enum class TimeMode { kAdaptive, kAdaptiveMicros, kMicros, kNanos, kConnect, kIsoString };
enum class BinaryMode { kBytes, kBase64, kBase64Url, kHex };
enum class IntervalMode { kNumeric, kString };
enum class HstoreMode { kJson, kMap };
enum class FailureMode { kWarn, kSkip, kFail };
enum class IdentityMissing { kSkip, kFail };
enum class Output { kEnvelope, kRecord };
// How a key or value becomes bytes.
enum class Converter { kJson, kAvro };
enum class Format { kDebezium, kFlat, kDocument, kPivot, kOutbox };
enum class PublicationMode { kAllTables, kFiltered, kNoTables, kDisabled };
// Formats that write plain values: one encoding for each type, whatever the options for Debezium's.
inline bool IsPlain(Format format) {
  return format == Format::kDocument || format == Format::kPivot;
}

enum class JsonMapping { kDynamic, kFlattened, kDisabled };
enum class ToastMissing { kReselect, kFail };
enum class DeleteHandling {
  kTombstone,
  kDrop,
  kRewrite,
  kRewriteWithTombstone,
  kDeleteToTombstone
};

// A field that ExtractNewRecordState adds: path in the envelope ("op", "source.ts_ms") and name.
struct AddedField {
  std::string path;
  std::string name;
};

// ExtractNewRecordState.
struct FlatOptions {
  DeleteHandling delete_handling = DeleteHandling::kTombstone;
  std::vector<AddedField> add_fields;
  std::vector<AddedField> add_headers;
  std::string route_by_field;
};

// message.key.columns: tables that match take these columns as key.
struct KeyRule {
  Pattern table;
  std::vector<std::string> columns;
};

// routing: tables that match are routed by this column.
struct RoutingRule {
  Pattern table;
  bool all_tables = false;  // the column must exist in every table
  std::string column;
};

// Of a destination that holds one document a row.
struct DocumentOptions {
  bool addressing = false;  // key = the document's id, NULL value = delete; no headers, no schemas
  std::vector<std::pair<std::string, std::string>> index_map;  // "schema.table" → index
  std::vector<KeyRule> id_columns;
  std::vector<RoutingRule> routing;
  JsonMapping json_mapping = JsonMapping::kDynamic;
  ToastMissing toast_missing = ToastMissing::kReselect;
};

// The fixed columns of a pivot record; its key and extra columns stand before them.
enum class PivotColumn {
  kField,
  kOldValue,
  kNewValue,
  kCreated,
  kUpdated,
  kDeleted,
  kInserted,
  kOperation,
};
constexpr size_t kPivotColumns = 8;
constexpr size_t kPivotTimes = 4;  // kCreated … kInserted

// What becomes of updates and deletes whose old values the WAL does not hold.
enum class OldValuesMissing { kFail, kNull };

// One record for each changed field.
struct PivotOptions {
  std::vector<KeyRule> key_columns;
  std::vector<KeyRule> extra_columns;
  std::array<std::string, kPivotColumns> names;  // as the record calls its columns
  std::array<std::string, kPivotTimes> sources;  // row column of a time; empty: one of its name
  std::string id_column;                         // empty: none
  OldValuesMissing old_values_missing = OldValuesMissing::kFail;

  bool AcceptsMissing() const { return old_values_missing == OldValuesMissing::kNull; }
};

struct EventOptions {
  std::string topic_prefix;
  std::string topic_delimiter = ".";
  std::vector<std::pair<std::string, std::string>> topic_map;  // "schema.table" → topic
  bool key_schemas = true;
  bool value_schemas = true;
  bool replace_null_with_default = true;
  Converter key_converter = Converter::kJson;
  Converter value_converter = Converter::kJson;
  AvroNaming key_naming, value_naming;
  Output output = Output::kEnvelope;
  int batch_bytes = 0;  // output.batch.bytes
  Format format = Format::kDebezium;
  TopicNaming naming;
  NameAdjustment schema_names = NameAdjustment::kNone;
  NameAdjustment field_names = NameAdjustment::kNone;
  bool quirks = false;
  bool tombstones_on_delete = true;
  bool extended_headers = true;
  bool publish_via_partition_root = false;
  bool skip_unchanged = false;        // skip.messages.without.change
  bool transaction_metadata = false;  // provide.transaction.metadata
  std::string transaction_topic = "transaction";
  int64_t xmin_interval_ms = 0;  // 0: source.xmin is null
  bool skip_create = false;
  bool skip_update = false;
  bool skip_delete = false;
  bool skip_truncate = true;
  bool skips_by_default = true;  // skipped.operations was not given
  IdentityMissing identity_missing = IdentityMissing::kSkip;
  DecimalMode decimal_mode = DecimalMode::kPrecise;
  TimeMode time_mode = TimeMode::kAdaptive;
  BinaryMode binary_mode = BinaryMode::kBytes;
  IntervalMode interval_mode = IntervalMode::kNumeric;
  HstoreMode hstore_mode = HstoreMode::kJson;
  FailureMode converting_failure = FailureMode::kWarn;
  int money_fraction_digits = 2;
  bool include_unknown = false;
  bool ignore_builtin = true;  // table.ignore.builtin
  bool nested_arrays = false;  // arrays.nested
  bool json_expand = false;
  bool capture_local_only = false;  // capture.origin=none
  std::string unavailable_placeholder = "__debezium_unavailable_value";
  PatternList schema_include, schema_exclude, table_include, table_exclude;
  PatternList column_include, column_exclude;
  PatternList message_prefix_include, message_prefix_exclude;
  PublicationMode publication_mode = PublicationMode::kAllTables;  // what Debezium would have made
  std::string publication;  // publication.autocreate.mode=disabled: what it has is captured
  std::vector<std::pair<std::string, std::string>> row_filters;  // "schema.table" → condition
  std::vector<KeyRule> message_key_columns;
  std::vector<ColumnRule> column_rules;
  std::vector<TransformStep> chain;
  OutboxOptions outbox;
  FlatOptions flat;
  DocumentOptions document;
  PivotOptions pivot;
  std::string run_id;  // __debezium.context.runId; empty: the plugin makes one

  bool WritesAvro() const {
    return key_converter == Converter::kAvro || value_converter == Converter::kAvro;
  }

  // skipped.operations: c, u, d or t.
  bool Skips(char op) const {
    return (op == 'c' && skip_create) || (op == 'u' && skip_update) || (op == 'd' && skip_delete) ||
           (op == 't' && skip_truncate);
  }
};

// The rows of all event options, sorted by name.
OptionTable EventOptionTable();

// Whether a name is an event option, "transforms.…" and "predicates.…" included.
bool IsEventOption(std::string_view name);

// Parses and checks a set of options. Unknown, repeated and contradictory ones are errors.
// topic.prefix is required unless there is a default for it or events go to documents, whose topics
// need none.
Result<EventOptions> ParseEventOptions(
    const std::vector<std::pair<std::string, std::string>>& options,
    const std::string& default_prefix = {});

}  // namespace penstock::event

#endif
