// row_channel.cpp: see row_channel.h.
#include "row_channel.h"

extern "C" {
#include "libpq/pqformat.h"
}

namespace penstock::pg {

void PutGreeting(StringInfo message, Oid owner, List* options) {
  pq_sendint32(message, owner);
  PutMessageOptions(message, options);
}

void GetGreeting(const void* data, Size length, Oid* owner, List** options) {
  StringInfoData message = ReadingMessage(data, length);
  *owner = pq_getmsgint(&message, 4);
  *options = GetMessageOptions(&message);
}

void PutRequest(StringInfo message, const PenstockRowRequest* request) {
  pq_sendint32(message, request->relation);
  pq_sendint32(message, request->xid);
  pq_sendbyte(message, static_cast<uint8>(request->op));
  pq_sendint64(message, request->lsn);
  pq_sendint64(message, request->commit_time_us);
  pq_sendint32(message, request->column_count);
  for (uint32 i = 0; i < request->column_count; i++) {
    pq_sendint16(message, request->columns[i]);
    PutMessageText(message, request->values[i]);
  }
}

void GetRequest(const void* data, Size length, PenstockRowRequest* request) {
  StringInfoData message = ReadingMessage(data, length);
  request->relation = pq_getmsgint(&message, 4);
  request->xid = pq_getmsgint(&message, 4);
  request->op = static_cast<char>(pq_getmsgbyte(&message));
  request->lsn = pq_getmsgint64(&message);
  request->commit_time_us = pq_getmsgint64(&message);
  request->column_count = pq_getmsgint(&message, 4);
  auto* columns = static_cast<int16*>(palloc((request->column_count + 1) * sizeof(int16)));
  auto** values = static_cast<const char**>(palloc((request->column_count + 1) * sizeof(char*)));
  for (uint32 i = 0; i < request->column_count; i++) {
    columns[i] = static_cast<int16>(pq_getmsgint(&message, 2));
    values[i] = pq_getmsgrawstring(&message);
  }
  request->columns = columns;
  request->values = values;
}

void PutRow(StringInfo message, const PenstockEvent* event) {
  pq_sendbyte(message, static_cast<uint8>(RowReplyKind::kRow));
  PutMessageBytes(message, event->value, event->value_len);
  PutMessageBytes(message, event->mapping, event->mapping_len);
}

void PutGone(StringInfo message) { pq_sendbyte(message, static_cast<uint8>(RowReplyKind::kGone)); }

void PutError(StringInfo message, const ErrorData* error, const char* step) {
  pq_sendbyte(message, static_cast<uint8>(RowReplyKind::kError));
  pq_sendint32(message, error->sqlerrcode);
  PutMessageText(message, error->message == nullptr ? "" : error->message);
  PutMessageText(message, error->detail == nullptr ? step : error->detail);
  PutMessageText(message, error->hint == nullptr ? "" : error->hint);
}

void GetReply(const void* data, Size length, RowReply* reply) {
  StringInfoData message = ReadingMessage(data, length);
  *reply = {};
  reply->kind = static_cast<RowReplyKind>(pq_getmsgbyte(&message));
  if (reply->kind == RowReplyKind::kRow) {
    reply->row.value = GetMessageBytes(&message, &reply->row.value_len);
    reply->row.mapping = GetMessageBytes(&message, &reply->row.mapping_len);
  } else if (reply->kind == RowReplyKind::kError) {
    reply->sqlstate = static_cast<int>(pq_getmsgint(&message, 4));
    reply->message = pq_getmsgrawstring(&message);
    reply->detail = pq_getmsgrawstring(&message);
    reply->hint = pq_getmsgrawstring(&message);
  }
}

}  // namespace penstock::pg
