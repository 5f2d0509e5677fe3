// reread.h: documents whose change does not say enough: the table is asked, by the writer's other
// process and never by the one that decodes.
#ifndef PENSTOCK_OUTPUT_REREAD_H
#define PENSTOCK_OUTPUT_REREAD_H

#include "stream.h"

extern "C" {
#include "access/htup.h"
}

namespace penstock::output {

// The new row lacks a large value that the update did not change: puts the row's document as it is
// now into the event. False: the row is gone, and its delete follows. ERROR when the options or the
// writer do not allow it.
bool FetchNewRow(const Stream &stream, const CachedRelation &entry, Relation relation,
                 HeapTuple old_tuple, HeapTuple new_tuple, uint32 xid, PenstockEvent *event);

// The event deletes a row whose key is not unique at every moment. Another row that has the key by
// now keeps the document: the event gets its value. Without a writer that can fetch the event stays
// a delete.
void FetchRowOfKey(const Stream &stream, const CachedRelation &entry, Relation relation,
                   HeapTuple old_tuple, uint32 xid, PenstockEvent *event);

}  // namespace penstock::output

#endif
