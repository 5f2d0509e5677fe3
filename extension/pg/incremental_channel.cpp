// incremental_channel.cpp: see incremental_channel.h.
#include "incremental_channel.h"

extern "C" {
#include "libpq/pqformat.h"
}

namespace penstock::pg {

namespace {

void PutSchema(StringInfo message, const PenstockSchema* schema) {
  pq_sendint64(message, schema->serial);
  if (schema->serial == 0) return;
  PutMessageBytes(message, schema->text, schema->text_len);
  PutMessageBytes(message, schema->name, schema->name_len);
}

void GetSchema(StringInfo message, PenstockSchema* schema) {
  schema->serial = static_cast<uint64>(pq_getmsgint64(message));
  if (schema->serial == 0) return;
  schema->text = GetMessageBytes(message, &schema->text_len);
  schema->name = GetMessageBytes(message, &schema->name_len);
}

void PutNullable(StringInfo message, const char* text) {
  pq_sendbyte(message, text == nullptr ? 0 : 1);
  if (text != nullptr) PutMessageText(message, text);
}

const char* GetNullable(StringInfo message) {
  return pq_getmsgbyte(message) == 0 ? nullptr : pq_getmsgrawstring(message);
}

}  // namespace

void PutIncrementalGreeting(StringInfo message, const IncrementalGreeting* greeting) {
  pq_sendint32(message, greeting->sink_id);
  pq_sendint64(message, greeting->created_at);
  pq_sendint32(message, greeting->owner);
  PutMessageText(message, greeting->sink_name);
  pq_sendint64(message, greeting->chunk_rows);
  PutMessageOptions(message, greeting->options);
}

void GetIncrementalGreeting(const void* data, Size length, IncrementalGreeting* greeting) {
  StringInfoData message = ReadingMessage(data, length);
  greeting->sink_id = static_cast<int32>(pq_getmsgint(&message, 4));
  greeting->created_at = pq_getmsgint64(&message);
  greeting->owner = pq_getmsgint(&message, 4);
  greeting->sink_name = pstrdup(pq_getmsgrawstring(&message));
  greeting->chunk_rows = pq_getmsgint64(&message);
  greeting->options = GetMessageOptions(&message);
}

void PutSignal(StringInfo message, const SignalRow* signal) {
  pq_sendbyte(message, static_cast<uint8>(ToProcess::kSignal));
  pq_sendint64(message, signal->end_lsn);
  pq_sendint32(message, signal->number);
  PutNullable(message, signal->id);
  PutNullable(message, signal->type);
  PutNullable(message, signal->data);
}

void GetSignal(const void* data, Size length, SignalRow* signal) {
  StringInfoData message = ReadingMessage(data, length);
  (void)pq_getmsgbyte(&message);
  signal->end_lsn = static_cast<uint64>(pq_getmsgint64(&message));
  signal->number = pq_getmsgint(&message, 4);
  signal->id = GetNullable(&message);
  signal->type = GetNullable(&message);
  signal->data = GetNullable(&message);
}

void PutChunk(StringInfo message, const ChunkSnapshot* chunk) {
  pq_sendbyte(message, static_cast<uint8>(FromProcess::kChunk));
  pq_sendint32(message, chunk->attempt);
  pq_sendint64(message, chunk->lsn);
  pq_sendint32(message, chunk->xmin);
  pq_sendint32(message, chunk->xmax);
  pq_sendint32(message, chunk->count);
  for (uint32 i = 0; i < chunk->count; i++) pq_sendint32(message, chunk->running[i]);
}

void GetChunk(const void* data, Size length, ChunkSnapshot* chunk) {
  StringInfoData message = ReadingMessage(data, length);
  (void)pq_getmsgbyte(&message);
  chunk->attempt = pq_getmsgint(&message, 4);
  chunk->lsn = static_cast<uint64>(pq_getmsgint64(&message));
  chunk->xmin = pq_getmsgint(&message, 4);
  chunk->xmax = pq_getmsgint(&message, 4);
  chunk->count = pq_getmsgint(&message, 4);
  auto* running = static_cast<TransactionId*>(palloc(sizeof(TransactionId) * (chunk->count + 1)));
  for (uint32 i = 0; i < chunk->count; i++) running[i] = pq_getmsgint(&message, 4);
  chunk->running = running;
}

void PutEvent(StringInfo message, const PenstockEvent* event) {
  PutMessageText(message, event->topic);
  PutMessageBytes(message, event->key, event->key_len);
  PutMessageBytes(message, event->value, event->value_len);
  pq_sendint32(message, event->header_count);
  for (uint32 i = 0; i < event->header_count; i++) {
    PutMessageText(message, event->headers[i].name);
    PutMessageBytes(message, event->headers[i].value, event->headers[i].value_len);
  }
  pq_sendint32(message, event->partition);
  pq_sendint64(message, event->timestamp_ms);
  pq_sendint64(message, event->version_lsn);
  PutMessageBytes(message, event->routing, event->routing_len);
  PutMessageBytes(message, event->mapping, event->mapping_len);
  PutSchema(message, &event->key_schema);
  PutSchema(message, &event->value_schema);
}

void GetEvent(StringInfo message, PenstockEvent* event) {
  *event = {};
  event->topic = pq_getmsgrawstring(message);
  event->topic_len = static_cast<uint32>(strlen(event->topic));
  event->key = GetMessageBytes(message, &event->key_len);
  event->value = GetMessageBytes(message, &event->value_len);
  event->header_count = pq_getmsgint(message, 4);
  auto* headers =
      static_cast<PenstockHeader*>(palloc(sizeof(PenstockHeader) * (event->header_count + 1)));
  for (uint32 i = 0; i < event->header_count; i++) {
    headers[i].name = pq_getmsgrawstring(message);
    headers[i].value = GetMessageBytes(message, &headers[i].value_len);
  }
  event->headers = headers;
  event->partition = static_cast<int32>(pq_getmsgint(message, 4));
  event->timestamp_ms = pq_getmsgint64(message);
  event->version_lsn = static_cast<uint64>(pq_getmsgint64(message));
  event->routing = GetMessageBytes(message, &event->routing_len);
  event->mapping = GetMessageBytes(message, &event->mapping_len);
  GetSchema(message, &event->key_schema);
  GetSchema(message, &event->value_schema);
}

}  // namespace penstock::pg
