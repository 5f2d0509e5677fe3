// retry.h: when to try again: exponential back-off with jitter. Clock and random source are
// injected, so that tests need neither time nor luck.
#ifndef PENSTOCK_CORE_RETRY_H
#define PENSTOCK_CORE_RETRY_H

#include <cstdint>
#include <functional>

namespace penstock {

using ClockMs = std::function<int64_t()>;  // milliseconds that never go back
using Random = std::function<double()>;    // uniform in [0, 1)

ClockMs SteadyClockMs();
Random DefaultRandom();

struct BackoffPolicy {
  int64_t initial_ms = 100;
  int64_t max_ms = 60'000;
  double multiplier = 2.0;
  double jitter = 0.2;  // each delay is spread over [delay * (1 - jitter), delay * (1 + jitter)]
};

// One thing that is tried again for ever. Not thread-safe.
class Backoff {
 public:
  explicit Backoff(BackoffPolicy policy, ClockMs clock = SteadyClockMs(),
                   Random random = DefaultRandom());

  // The last attempt failed: the next is due after a delay, which is returned. Never above max_ms.
  int64_t Fail();
  // The last attempt succeeded: the next failure starts at initial_ms again.
  void Succeed();

  bool Due() const { return WaitMs() == 0; }
  int64_t WaitMs() const;                         // until the next attempt is due; 0: now
  int64_t failures() const { return failures_; }  // in a row

 private:
  BackoffPolicy policy_;
  ClockMs clock_;
  Random random_;
  int64_t failures_ = 0;
  double base_ms_ = 0;
  int64_t due_ms_ = 0;
};

}  // namespace penstock

#endif
