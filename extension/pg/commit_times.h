// commit_times.h: when transactions that are under way were committed; after pg_prelude.h.
#ifndef PENSTOCK_COMMIT_TIMES_H
#define PENSTOCK_COMMIT_TIMES_H

#include <cstdint>

namespace penstock::pg {

// Commit times of transactions under way; when full the newest stands for those in between.
struct CommitTimes {
  static constexpr int kSize = 64;
  int first = 0;
  int count = 0;
  uint64_t lsn[kSize];
  TimestampTz time[kSize];
};

inline void NoteCommit(CommitTimes* commits, uint64 lsn, TimestampTz time) {
  if (commits->count == CommitTimes::kSize) commits->count--;
  int index = (commits->first + commits->count++) % CommitTimes::kSize;
  commits->lsn[index] = lsn;
  commits->time[index] = time;
}

// Forgets what ends at lsn or before. Returns the time of the last of them; 0: there is none.
inline TimestampTz TakeDeliveredCommit(CommitTimes* commits, uint64 lsn) {
  TimestampTz time = 0;
  while (commits->count > 0 && commits->lsn[commits->first] <= lsn) {
    time = commits->time[commits->first];
    commits->first = (commits->first + 1) % CommitTimes::kSize;
    commits->count--;
  }
  return time;
}

}  // namespace penstock::pg

#endif
