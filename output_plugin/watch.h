// watch.h: what the sink worker is told beside the events: signals, and which rows of the table
// that an incremental snapshot reads were changed meanwhile.
#ifndef PENSTOCK_OUTPUT_WATCH_H
#define PENSTOCK_OUTPUT_WATCH_H

#include "stream.h"

extern "C" {
#include "access/htup.h"
}

namespace penstock::output {

// A row before and after a change; either may be NULL.
struct RowImages {
  uint32 xid;
  HeapTuple old_tuple, new_tuple;
};

// Tells the writer of the keys that a change touches.
void ReportTouched(const Stream &stream, const CachedRelation &entry, Relation relation,
                   const RowImages &images);
void ReportTruncated(const Stream &stream, const CachedRelation &entry, uint32 xid);

// Hands over a row of the signal table.
void ReportSignal(const Stream &stream, Relation relation, HeapTuple tuple, uint64 end_lsn);

}  // namespace penstock::output

#endif
