// row_channel.h: what a sink's worker and the process that reads rows again say to each other, over
// the queues of side_process.h.
//
// worker → reader   first a greeting (owner and event options), then one request after the other
// reader → worker   one reply to each request; after an error the reader ends
//
// Texts are in the server's encoding.
#ifndef PENSTOCK_ROW_CHANNEL_H
#define PENSTOCK_ROW_CHANNEL_H

#include "side_process.h"

namespace penstock::pg {

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
