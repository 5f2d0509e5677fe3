// reread.h: documents whose change does not say enough: the table is asked, by the writer's other
// process and never by the one that decodes.
#ifndef PENSTOCK_OUTPUT_REREAD_H
#define PENSTOCK_OUTPUT_REREAD_H

#include "stream.h"

extern "C" {
#include "access/htup.h"
}

namespace penstock::output {

// Of the change that asks: for fields of the document that tell about it.
struct ChangeMark {
  uint32 xid;
  char op;
  uint64 lsn;
  int64 commit_us;
};

// The new row lacks a large value that the update did not change: puts the row's document as it is
// now into the event. False: the row is gone (see PenstockEventWriter.fetch). ERROR when the
// options or the writer do not allow it.
bool FetchNewRow(const Stream &stream, const CachedRelation &entry, Relation relation,
                 HeapTuple old_tuple, HeapTuple new_tuple, const ChangeMark &mark,
                 PenstockEvent *event);

// The event deletes a row whose key is not unique at every moment. Another row that has the key by
// now keeps the document: the event gets its value. Without a writer that can fetch the event stays
// a delete.
void FetchRowOfKey(const Stream &stream, const CachedRelation &entry, Relation relation,
                   HeapTuple old_tuple, const ChangeMark &mark, PenstockEvent *event);

}  // namespace penstock::output

#endif
