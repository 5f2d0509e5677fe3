// registry_sink.h: puts Confluent's wire format before events in Avro and hands them to the sink
// behind it. An event whose schemas have no id yet is not taken.
#ifndef PENSTOCK_SINK_REGISTRY_SINK_H
#define PENSTOCK_SINK_REGISTRY_SINK_H

#include <memory>
#include <string>

#include "schema_registry.h"
#include "sink.h"

namespace penstock::sink {

class RegistrySink final : public Sink {
 public:
  RegistrySink(std::unique_ptr<Sink> behind, RegistryOptions options,
               const ClockMs& clock = SteadyClockMs());
  ~RegistrySink() override;

  Result<Resume> Open(const Identity& identity, bool snapshot_pending) override;
  Status Deliver(const Event& event) override;
  void EndTransaction(uint64_t end_lsn) override { behind_->EndTransaction(end_lsn); }
  Status Poll(int timeout_ms) override;
  std::string TakeWarning() override { return behind_->TakeWarning(); }
  uint64_t DeliveredLsn() const override { return behind_->DeliveredLsn(); }
  uint64_t InFlightEvents() const override { return behind_->InFlightEvents(); }
  uint64_t InFlightBytes() const override { return behind_->InFlightBytes(); }
  Status StorePosition(uint64_t lsn) override { return behind_->StorePosition(lsn); }
  bool StoresPosition() const override { return behind_->StoresPosition(); }
  bool LeftThreads() const override { return left_threads_ || behind_->LeftThreads(); }
  int WakeFd() const override { return wake_fd_; }
  int64_t DueMs() const override { return behind_->DueMs(); }
  void Abandon() override;

 private:
  Status MakeWakeFd();

  std::unique_ptr<Sink> behind_;
  SchemaRegistry registry_;
  std::string key_, value_;  // with their heads
  int wake_fd_ = -1;         // readable when the registry or the sink behind has work
  bool opened_ = false;
  bool waiting_ = false;  // the last event was not taken for want of an id
  bool left_threads_ = false;
};

}  // namespace penstock::sink

#endif
