// pivot_options.h: the options of format=pivot, and which of the others do not go with it.
#ifndef PENSTOCK_EVENT_PIVOT_OPTIONS_H
#define PENSTOCK_EVENT_PIVOT_OPTIONS_H

#include <map>
#include <string>

#include "event_options.h"

namespace penstock::event {

// In pivot.column.map: no row column gives this time.
inline constexpr char kPivotCommitTime[] = "$commit";

// Of the record's key.
inline constexpr char kPivotChangeId[] = "change_id";

// Reads the options from the given values and refuses what does not fit. Called last: the other
// options are parsed.
Status FinishPivot(const std::map<std::string, std::string>& values, EventOptions* options);

}  // namespace penstock::event

#endif
