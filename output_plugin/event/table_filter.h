// table_filter.h: which tables the filters of the event options take, by name alone. What needs an
// open relation (kind, persistence, the owner's rights) is the output plugin's to say.
#ifndef PENSTOCK_EVENT_TABLE_FILTER_H
#define PENSTOCK_EVENT_TABLE_FILTER_H

#include <string>

#include "event_options.h"

namespace penstock::event {

// Names are UTF-8, without quotes.
bool CapturesTable(const EventOptions& options, const std::string& schema,
                   const std::string& table);

// Whether rows of a table of this kind have events under its own name: a partitioned table with
// publish.via.partition.root only, its partitions only without. Under quirks a snapshot reads
// partitioned tables all the same, as Debezium does.
bool HasOwnEvents(const EventOptions& options, bool is_partitioned, bool is_partition,
                  bool snapshot);

}  // namespace penstock::event

#endif
