// worker_delivery.h: a worker's sink and what is on its way to it; after pg_prelude.h. Shared by
// worker_events.cpp (what the plugin writes), worker_progress.cpp (how far the sink is) and
// worker_sink.cpp (its beginning and end); all else reaches it through worker.h.
//
// Functions that may raise an ERROR hold no C++ object with a destructor; the sink is called inside
// CallCxx only.
#ifndef PENSTOCK_WORKER_DELIVERY_H
#define PENSTOCK_WORKER_DELIVERY_H

#include <cstdint>
#include <memory>
#include <vector>

#include "commit_times.h"
#include "extension/sink/sink.h"
#include "output_plugin/rendezvous.h"
#include "shared_state.h"
#include "worker.h"

struct PenstockDelivery {
  std::unique_ptr<penstock::sink::Sink> sink;
  PenstockEventWriter writer = {};
  std::vector<penstock::sink::Header> headers;
  bool in_transaction = false;  // events of an open transaction were taken
  bool refused = false;         // the last Deliver said kUnavailable
  bool rows_away = false;       // a row cannot be read again
  bool retrying = false;        // state as published
  bool stores_position = false;
  uint64_t last_end_lsn = 0;  // of the last transaction with events
  uint64_t delivered_lsn = 0;
  uint64_t stored_lsn = 0;  // last given to StorePosition
  uint64_t acknowledged = 0;
  uint64_t taken = 0;
  TimestampTz last_store_time = 0;
  TimestampTz start_time = 0;
  penstock::pg::CommitTimes commits;
};

namespace penstock::pg {

constexpr long kPollMs = 10;  // sink without a descriptor to wait on

inline void Add(pg_atomic_uint64* counter, uint64 n) {
  pg_atomic_write_u64(counter, pg_atomic_read_u64(counter) + n);
}

// Whether the sink may take the same call later.
inline bool TryLater(StatusCode code) {
  return code == StatusCode::kUnavailable || code == StatusCode::kAuthentication ||
         code == StatusCode::kBusy;
}

// Gives the sink an event; worker_events.cpp. Inside CallCxx.
Status Deliver(PenstockDelivery* delivery, const PenstockEvent& from);

// State as published, with a line in the log when it changes; worker_progress.cpp.
void SetRetrying(PenstockWorker* worker, const char* reason);
void SetRunning(PenstockWorker* worker);

}  // namespace penstock::pg

#endif
