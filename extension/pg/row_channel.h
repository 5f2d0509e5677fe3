// row_channel.h: how a sink's worker and its reader process talk: two message queues in a dynamic
// shared memory segment that the worker makes.
//
// worker → reader   first a greeting (owner and event options), then one request after the other
// reader → worker   one reply to each request; after an error the reader ends
//
// Integers are in network order, texts zero-terminated and in the server's encoding.
#ifndef PENSTOCK_ROW_CHANNEL_H
#define PENSTOCK_ROW_CHANNEL_H

#include "pg_prelude.h"

extern "C" {
#include "lib/stringinfo.h"
#include "storage/dsm.h"
#include "storage/shm_mq.h"
}
#include "output_plugin/rendezvous.h"

namespace penstock::pg {

constexpr Size kRequestQueueBytes = 16 * 1024;
constexpr Size kReplyQueueBytes = 256 * 1024;

// At the start of the segment; written by the worker before the reader starts.
struct RowChannelHead {
  uint32 magic;
  Oid database;
};
constexpr uint32 kRowChannelMagic = 0x50534b52;  // "PSKR"

// Whether an error may be a matter of the moment.
bool IsTransient(int sqlstate);

Size RowChannelBytes();
RowChannelHead* RowChannelHeadOf(dsm_segment* segment);
shm_mq* RequestQueueOf(dsm_segment* segment);
shm_mq* ReplyQueueOf(dsm_segment* segment);

// options: list of DefElem with string values.
void PutGreeting(StringInfo message, Oid owner, List* options);
void GetGreeting(const void* data, Size length, Oid* owner, List** options);

void PutRequest(StringInfo message, const PenstockRowRequest* request);
// The texts stay where data is; the arrays are in the current memory context.
void GetRequest(const void* data, Size length, PenstockRowRequest* request);

enum class RowReplyKind : char { kRow = 'R', kGone = 'G', kError = 'E' };

struct RowReply {
  RowReplyKind kind;
  PenstockFetchedRow row;  // kRow
  int sqlstate;            // kError
  const char* message;
  const char* detail;
  const char* hint;
};

void PutRow(StringInfo message, const PenstockEvent* event);
void PutGone(StringInfo message);
void PutError(StringInfo message, const ErrorData* error, const char* step);
// Everything stays where data is.
void GetReply(const void* data, Size length, RowReply* reply);

}  // namespace penstock::pg

#endif
