#include "transaction_metadata.h"

#include "json_text.h"
#include "plan.h"

namespace penstock::event {
namespace {

constexpr const char* kKeySchema =
    R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"id"}],"optional":false,"name":"io.debezium.connector.common.TransactionMetadataKey","version":1})";
constexpr const char* kValueSchema =
    R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"status"},{"type":"string","optional":false,"field":"id"},{"type":"int64","optional":true,"field":"event_count"},{"type":"array","items":{"type":"struct","fields":[{"type":"string","optional":false,"field":"data_collection"},{"type":"int64","optional":false,"field":"event_count"}],"optional":true,"name":"event.collection","version":1},"optional":true,"field":"data_collections"},{"type":"int64","optional":false,"field":"ts_ms"}],"optional":false,"name":"io.debezium.connector.common.TransactionMetadataValue","version":1})";

// Debezium means the first and prints a Java object, another one for each message, whose hash
// differs from run to run.
constexpr const char* kMessages = "LOGICAL_DECODING_MESSAGE";
constexpr const char* kMessageObject =
    "io.debezium.connector.postgresql.LogicalDecodingMessageMonitor$LogicalDecodingMessageId@";

std::string Prefix(bool schemas, const char* schema) {
  return schemas ? "{\"schema\":" + std::string(schema) + ",\"payload\":" : std::string();
}

}  // namespace

TransactionMetadata::TransactionMetadata(const EventOptions& options)
    : enabled_(options.transaction_metadata),
      key_prefix_(Prefix(options.key_schemas, kKeySchema)),
      value_prefix_(Prefix(options.value_schemas, kValueSchema)),
      suffix_of_key_(options.key_schemas ? "}" : ""),
      suffix_of_value_(options.value_schemas ? "}" : ""),
      messages_apart_(options.quirks) {
  const std::string name =
      options.topic_prefix + options.topic_delimiter + options.transaction_topic;
  topic_ = WalkChain(options.chain, name, {}, false).topic;
  if (options.key_converter == Converter::kAvro) {
    key_avro_ = MakeAvroSchema(kKeySchema, options.key_naming).value();
  }
  if (options.value_converter == Converter::kAvro) {
    value_avro_ = MakeAvroSchema(kValueSchema, options.value_naming).value();
  }
}

void TransactionMetadata::Begin(uint32_t xid, int64_t commit_us) {
  xid_ = xid;
  commit_ms_ = commit_us / 1000;
  event_count_ = 0;
  collections_.clear();
  places_.clear();
  last_ = 0;
}

TransactionMetadata::Collection& TransactionMetadata::Find(std::string_view name) {
  if (last_ < collections_.size() && collections_[last_].name == name) return collections_[last_];
  const auto [place, added] = places_.emplace(std::string(name), collections_.size());
  if (added) collections_.push_back({std::string(name), 0});
  last_ = place->second;
  return collections_[last_];
}

std::string_view TransactionMetadata::Count(std::string_view collection, uint64_t lsn) {
  const int64_t order = ++Find(collection).event_count;
  block_.Clear();
  block_.Append("{\"id\":");
  WriteId(block_, lsn);
  block_.Append(",\"total_order\":");
  AppendInt(block_, ++event_count_);
  block_.Append(",\"data_collection_order\":");
  AppendInt(block_, order);
  block_.Append('}');
  return block_.view();
}

std::string_view TransactionMetadata::CountMessage(uint64_t lsn) {
  if (!messages_apart_) return Count(kMessages, lsn);
  return Count(kMessageObject + std::to_string(event_count_ + 1), lsn);
}

void TransactionMetadata::WriteId(Buffer& out, uint64_t lsn) const {
  out.Append('"');
  AppendInt(out, xid_);
  out.Append(':');
  AppendInt(out, static_cast<int64_t>(lsn));
  out.Append('"');
}

void TransactionMetadata::WriteKey(Buffer& out, uint64_t lsn) const {
  out.Append(key_prefix_);
  out.Append("{\"id\":");
  WriteId(out, lsn);
  out.Append('}');
  out.Append(suffix_of_key_);
}

void TransactionMetadata::WriteBegin(Buffer& out, uint64_t lsn) const {
  out.Append(value_prefix_);
  out.Append("{\"status\":\"BEGIN\",\"id\":");
  WriteId(out, lsn);
  out.Append(",\"event_count\":null,\"data_collections\":null,\"ts_ms\":");
  AppendInt(out, commit_ms_);
  out.Append('}');
  out.Append(suffix_of_value_);
}

void TransactionMetadata::WriteEnd(Buffer& out, uint64_t lsn) const {
  out.Append(value_prefix_);
  out.Append("{\"status\":\"END\",\"id\":");
  WriteId(out, lsn);
  out.Append(",\"event_count\":");
  AppendInt(out, event_count_);
  out.Append(",\"data_collections\":[");
  for (const Collection& collection : collections_) {
    if (&collection != collections_.data()) out.Append(',');
    out.Append("{\"data_collection\":");
    AppendString(out, collection.name);
    out.Append(",\"event_count\":");
    AppendInt(out, collection.event_count);
    out.Append('}');
  }
  out.Append("],\"ts_ms\":");
  AppendInt(out, commit_ms_);
  out.Append('}');
  out.Append(suffix_of_value_);
}

}  // namespace penstock::event
