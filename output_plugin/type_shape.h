// type_shape.h: PostgreSQL's types as the encoders see them.
#ifndef PENSTOCK_OUTPUT_TYPE_SHAPE_H
#define PENSTOCK_OUTPUT_TYPE_SHAPE_H

#include "relation_shape.h"

namespace penstock::output {

// Classifies a column's type; domains count as their base type. May raise an ERROR.
void ReadTypeShape(Oid type, int32 typmod, Reading reading, TypeShape *shape);

bool DomainIsNotNull(Oid type);

// A zero-terminated text of the database's encoding as UTF-8; the same pointer where nothing is to
// do. An ERROR where the bytes are not valid (SQL_ASCII databases).
char *ToUtf8(char *text);
// The same for counted bytes; *length is updated.
const char *ToUtf8(const char *text, uint32 *length);

}  // namespace penstock::output

#endif
