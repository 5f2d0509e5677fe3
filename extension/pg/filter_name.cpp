// filter_name.cpp: see filter_name.h.
#include "filter_name.h"

extern "C" {
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
}

namespace penstock::pg {

const char* FilterName(const char* name) {
  int left = static_cast<int>(strlen(name));
  if (GetDatabaseEncoding() != PG_SQL_ASCII) return pg_server_to_any(name, left, PG_UTF8);
  StringInfoData text;
  initStringInfo(&text);
  while (left > 0) {
    const int length = pg_encoding_verifymbchar(PG_UTF8, name, left);
    if (length > 0) {
      appendBinaryStringInfo(&text, name, length);
    } else {
      appendStringInfoString(&text, "\uFFFD");
    }
    name += Max(length, 1);
    left -= Max(length, 1);
  }
  return text.data;
}

}  // namespace penstock::pg
