// column_default.h: column defaults as Debezium shows them in schemas.
#ifndef PENSTOCK_OUTPUT_COLUMN_DEFAULT_H
#define PENSTOCK_OUTPUT_COLUMN_DEFAULT_H

#include "relation_shape.h"

namespace penstock::output {

// Sets default_kind and default_value of a column whose attribute has a default.
void ReadDefault(Relation relation, Form_pg_attribute attribute, bool quirks, ColumnShape *column);

}  // namespace penstock::output

#endif
