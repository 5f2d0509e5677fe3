// message_events.cpp: the part of EventEncoder that makes the records of no row: logical messages,
// and where transactions begin and end.
#include "event_encoder.h"
#include "json_text.h"

namespace penstock::event {

// They are ours, so that there is nothing in them that Avro does not allow.
void EventEncoder::MakeMessageSchemas(const Route& route) {
  if (options_.key_converter == Converter::kAvro) {
    message_key_avro_ = MakeAvroSchema(MessageKeySchema(route), options_.key_naming).value();
  }
  if (options_.value_converter == Converter::kAvro) {
    message_value_avro_ =
        MakeAvroSchema(MessageValueSchema(options_), options_.value_naming).value();
  }
  if (options_.value_schemas) {
    message_value_prefix_ = "{\"schema\":" + MessageValueSchema(options_) + ",\"payload\":";
  }
  if (options_.key_schemas) {
    message_key_prefix_ = "{\"schema\":" + MessageKeySchema(route) + ",\"payload\":";
  }
}

Status EventEncoder::EncodeMessage(std::string_view prefix, std::string_view content,
                                   bool transactional, uint64_t lsn, int64_t now_ns) {
  Reset();
  TransactionInfo own;
  EventInfo info;
  info.transaction = &transaction_;
  if (!transactional) {
    own.Set(stream_, 0, false, now_ns / 1000, previous_end_lsn_ == 0 ? 0 : lsn, {}, 0, xmin_);
    info.transaction = &own;
  }
  info.lsn = lsn;
  Draft& draft = NewDraft(message_topic_);
  draft.key_avro = message_key_avro_.get();
  draft.value_avro = message_value_avro_.get();
  draft.key.is_null = draft.value.is_null = false;
  bytes_.Append(message_key_prefix_);
  bytes_.Append("{\"prefix\":");
  AppendString(bytes_, prefix);
  bytes_.Append(message_key_end_);
  bytes_.Append(message_key_prefix_.empty() ? "}" : "}}");
  draft.key.size = bytes_.size();

  draft.value.start = bytes_.size();
  bytes_.Append(message_value_prefix_);
  bytes_.Append("{\"op\":\"m\",\"ts_ms\":");
  AppendInt(bytes_, now_ns / 1000000);
  bytes_.Append(',');
  AppendSource(bytes_, ",\"schema\":\"\",\"table\":\"\",\"txId\":", info);
  bytes_.Append(",\"transaction\":");
  bytes_.Append(transactional && metadata_.enabled() ? metadata_.CountMessage(lsn) : "null");
  bytes_.Append(",\"message\":{\"prefix\":");
  AppendString(bytes_, prefix);
  bytes_.Append(",\"content\":\"");
  if (options_.binary_mode == BinaryMode::kHex) {
    AppendHex(bytes_, content.data(), content.size());
  } else {
    AppendBase64(bytes_, content.data(), content.size(),
                 options_.binary_mode == BinaryMode::kBase64Url);
  }
  bytes_.Append(message_value_prefix_.empty() ? "\"}}" : "\"}}}");
  draft.value.size = bytes_.size() - draft.value.start;
  if (Status status = WriteAvro(); !status.ok()) return status;
  Finish(false);  // Debezium's message records have no context headers
  return {};
}

Status EventEncoder::AddTransactionRecord(uint64_t lsn, bool begins) {
  Reset();
  Draft& draft = NewDraft(metadata_.topic());
  draft.key_avro = metadata_.key_avro();
  draft.value_avro = metadata_.value_avro();
  draft.key.is_null = draft.value.is_null = false;
  metadata_.WriteKey(bytes_, lsn);
  draft.key.size = draft.value.start = bytes_.size();
  if (begins) {
    metadata_.WriteBegin(bytes_, lsn);
  } else {
    metadata_.WriteEnd(bytes_, lsn);
  }
  draft.value.size = bytes_.size() - draft.value.start;
  if (Status status = WriteAvro(); !status.ok()) return status;
  Finish(false);
  return {};
}

Status EventEncoder::EncodeTransactionBegin(uint64_t lsn) {
  return AddTransactionRecord(lsn, true);
}

Status EventEncoder::EncodeTransactionEnd(uint64_t lsn) { return AddTransactionRecord(lsn, false); }

}  // namespace penstock::event
