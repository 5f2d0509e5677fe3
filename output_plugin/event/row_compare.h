// row_compare.h: whether an update changed anything that its event shows.
#ifndef PENSTOCK_EVENT_ROW_COMPARE_H
#define PENSTOCK_EVENT_ROW_COMPARE_H

#include "buffer.h"
#include "plan.h"

namespace penstock::event {

// True when both rows show the same values. A column of which the old row says nothing counts as
// changed. Under quirks the columns of the value alone are compared, as Debezium does; a key that
// is not part of the value then changes unseen.
bool ShowsSameRow(const RelationPlan& plan, const FieldValue* before, const FieldValue* after,
                  const WriteMode& mode, Buffer& scratch);

}  // namespace penstock::event

#endif
