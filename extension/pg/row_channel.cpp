// row_channel.cpp: see row_channel.h.
#include "row_channel.h"

extern "C" {
#include "commands/defrem.h"
#include "libpq/pqformat.h"
#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
}

namespace penstock::pg {

namespace {

void PutText(StringInfo message, const char* text) {
  appendBinaryStringInfo(message, text, static_cast<int>(strlen(text) + 1));
}

void PutBytes(StringInfo message, const char* bytes, uint32 length) {
  pq_sendint32(message, length);
  if (length > 0) appendBinaryStringInfo(message, bytes, static_cast<int>(length));
}

const char* GetBytes(StringInfo message, uint32* length) {
  *length = pq_getmsgint(message, 4);
  return pq_getmsgbytes(message, static_cast<int>(*length));
}

StringInfoData Reading(const void* data, Size length) {
  StringInfoData message = {};
  message.data = static_cast<char*>(const_cast<void*>(data));
  message.len = static_cast<int>(length);
  message.maxlen = message.len;
  return message;
}

char* Place(dsm_segment* segment, Size offset) {
  return static_cast<char*>(dsm_segment_address(segment)) + offset;
}

constexpr Size kHeadBytes = MAXALIGN(sizeof(RowChannelHead));

}  // namespace

// What may be different the next time.
bool IsTransient(int sqlstate) {
  switch (ERRCODE_TO_CATEGORY(sqlstate)) {
    case MAKE_SQLSTATE('0', '8', '0', '0', '0'):  // connections
    case MAKE_SQLSTATE('4', '0', '0', '0', '0'):  // deadlock, serialization
    case MAKE_SQLSTATE('5', '3', '0', '0', '0'):  // memory, disk, connections
    case MAKE_SQLSTATE('5', '5', '0', '0', '0'):  // locks, among others
    case MAKE_SQLSTATE('5', '7', '0', '0', '0'):  // cancelled, shutting down
      return sqlstate != ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE;
    default:
      return false;
  }
}

Size RowChannelBytes() { return kHeadBytes + kRequestQueueBytes + kReplyQueueBytes; }

RowChannelHead* RowChannelHeadOf(dsm_segment* segment) {
  return reinterpret_cast<RowChannelHead*>(Place(segment, 0));
}

shm_mq* RequestQueueOf(dsm_segment* segment) {
  return reinterpret_cast<shm_mq*>(Place(segment, kHeadBytes));
}

shm_mq* ReplyQueueOf(dsm_segment* segment) {
  return reinterpret_cast<shm_mq*>(Place(segment, kHeadBytes + kRequestQueueBytes));
}

void PutGreeting(StringInfo message, Oid owner, List* options) {
  ListCell* cell;
  pq_sendint32(message, owner);
  pq_sendint32(message, list_length(options));
  foreach (cell, options) {
    auto* option = static_cast<DefElem*>(lfirst(cell));
    PutText(message, option->defname);
    PutText(message, defGetString(option));
  }
}

void GetGreeting(const void* data, Size length, Oid* owner, List** options) {
  StringInfoData message = Reading(data, length);
  *owner = pq_getmsgint(&message, 4);
  *options = NIL;
  for (uint32 count = pq_getmsgint(&message, 4); count > 0; count--) {
    char* name = pstrdup(pq_getmsgrawstring(&message));
    char* value = pstrdup(pq_getmsgrawstring(&message));
    *options = lappend(*options, makeDefElem(name, reinterpret_cast<Node*>(makeString(value)), -1));
  }
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
    PutText(message, request->values[i]);
  }
}

void GetRequest(const void* data, Size length, PenstockRowRequest* request) {
  StringInfoData message = Reading(data, length);
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
  PutBytes(message, event->value, event->value_len);
  PutBytes(message, event->mapping, event->mapping_len);
}

void PutGone(StringInfo message) { pq_sendbyte(message, static_cast<uint8>(RowReplyKind::kGone)); }

void PutError(StringInfo message, const ErrorData* error, const char* step) {
  pq_sendbyte(message, static_cast<uint8>(RowReplyKind::kError));
  pq_sendint32(message, error->sqlerrcode);
  PutText(message, error->message == nullptr ? "" : error->message);
  PutText(message, error->detail == nullptr ? step : error->detail);
  PutText(message, error->hint == nullptr ? "" : error->hint);
}

void GetReply(const void* data, Size length, RowReply* reply) {
  StringInfoData message = Reading(data, length);
  *reply = {};
  reply->kind = static_cast<RowReplyKind>(pq_getmsgbyte(&message));
  if (reply->kind == RowReplyKind::kRow) {
    reply->row.value = GetBytes(&message, &reply->row.value_len);
    reply->row.mapping = GetBytes(&message, &reply->row.mapping_len);
  } else if (reply->kind == RowReplyKind::kError) {
    reply->sqlstate = static_cast<int>(pq_getmsgint(&message, 4));
    reply->message = pq_getmsgrawstring(&message);
    reply->detail = pq_getmsgrawstring(&message);
    reply->hint = pq_getmsgrawstring(&message);
  }
}

}  // namespace penstock::pg
