// failpoint.h: places where a test makes an error happen. Empty unless built with
// PENSTOCK_FAILPOINTS; then the setting penstock.failpoint names one place and kind, as in
// "event_writer:cxx" (a C++ exception), "event_writer:pg" (a PostgreSQL ERROR) or "snapshot:wait"
// (waits until the test gives advisory lock 42 free).
#ifndef PENSTOCK_FAILPOINT_H
#define PENSTOCK_FAILPOINT_H

#ifdef PENSTOCK_FAILPOINTS

#include <cstring>
#include <stdexcept>

#include "pg_prelude.h"

namespace penstock::pg {

inline bool FailpointIs(const char* place, const char* kind) {
  const char* value = GetConfigOption("penstock.failpoint", true, false);
  const size_t length = std::strlen(place);
  return value != nullptr && std::strncmp(value, place, length) == 0 && value[length] == ':' &&
         std::strcmp(value + length + 1, kind) == 0;
}

// Inside CallCxx or RunCxx only.
inline void FailpointCxx(const char* place) {
  if (FailpointIs(place, "cxx")) throw std::runtime_error("failpoint");
}

// Where a backend function might raise an ERROR.
inline void FailpointPg(const char* place) {
  if (FailpointIs(place, "pg")) {
    ereport(ERROR, (errcode(ERRCODE_RAISE_EXCEPTION), errmsg("failpoint %s", place)));
  }
}

inline void FailpointWait(const char* place) {
  if (!FailpointIs(place, "wait")) return;
  DirectFunctionCall1(pg_advisory_lock_int8, Int64GetDatum(42));
  DirectFunctionCall1(pg_advisory_unlock_int8, Int64GetDatum(42));
}

}  // namespace penstock::pg

#else

namespace penstock::pg {
inline void FailpointCxx(const char*) {}
inline void FailpointPg(const char*) {}
inline void FailpointWait(const char*) {}
}  // namespace penstock::pg

#endif
#endif
