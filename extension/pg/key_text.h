// key_text.h: the key of a row as bytes, made alike by the process that decodes and by the one that
// reads rows beside it. Two rows have the same bytes when their values print the same.
#ifndef PENSTOCK_PG_KEY_TEXT_H
#define PENSTOCK_PG_KEY_TEXT_H

#include "pg_prelude.h"

extern "C" {
#include "lib/stringinfo.h"
}

namespace penstock::pg {

// Adds one column's value, as its type's output function prints it.
inline void AppendKeyText(StringInfo key, const char* text) {
  appendStringInfo(key, "%zu:", strlen(text));
  appendStringInfoString(key, text);
}

}  // namespace penstock::pg

#endif
