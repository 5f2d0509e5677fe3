// source_rule.h: what column.truncate, column.mask and column.propagate rules make of a column, by
// its type in PostgreSQL.
#ifndef PENSTOCK_OUTPUT_SOURCE_RULE_H
#define PENSTOCK_OUTPUT_SOURCE_RULE_H

#include "event/column.h"
#include "relation_shape.h"

namespace penstock::output {

// The type as rules see it: in snapshots Debezium has the driver's name, serial and the like.
const char* SourceTypeName(const ColumnShape& shape, const event::EventOptions& options,
                           bool snapshot);

void ApplyRules(const event::ColumnRules& rules, const ColumnShape& shape,
                const event::EventOptions& options, bool snapshot, event::Column* column);

}  // namespace penstock::output

#endif
