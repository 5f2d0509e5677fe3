// null_sink.h: sink type null: takes everything, keeps nothing. For measuring what comes before it.
#ifndef PENSTOCK_SINK_NULL_SINK_H
#define PENSTOCK_SINK_NULL_SINK_H

#include <cstdint>

#include "sink.h"

namespace penstock::sink {

class NullSink final : public Sink {
 public:
  Result<Resume> Open(const Identity& /*identity*/, bool /*snapshot_pending*/) override {
    return Resume{};
  }
  Status Deliver(const Event& /*event*/) override { return {}; }
  void EndTransaction(uint64_t end_lsn) override { delivered_lsn_ = end_lsn; }
  Status Poll(int /*timeout_ms*/) override { return {}; }
  uint64_t DeliveredLsn() const override { return delivered_lsn_; }
  uint64_t InFlightEvents() const override { return 0; }
  uint64_t InFlightBytes() const override { return 0; }
  void Abandon() override {}

 private:
  uint64_t delivered_lsn_ = 0;
};

}  // namespace penstock::sink

#endif
