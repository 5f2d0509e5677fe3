// enum_labels.h: the labels of enums as Debezium's schemas show them. It reads the types of the
// database when it starts, and a type made later when it first meets it; what ALTER TYPE changes
// afterwards it does not see.
#ifndef PENSTOCK_OUTPUT_ENUM_LABELS_H
#define PENSTOCK_OUTPUT_ENUM_LABELS_H

#include "relation_shape.h"

namespace penstock::output {

class EnumLabels;

// Reads the labels of all enums, as the active snapshot shows them, into the given context.
EnumLabels *ReadEnumLabels(MemoryContext context);

// Gives the enums of the columns the labels that were read; those of an enum that is new are kept.
void UseKnownLabels(EnumLabels *known, RelationShape *shape);

}  // namespace penstock::output

#endif
