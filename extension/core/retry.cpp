// retry.cpp: see retry.h.
#include "extension/core/retry.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <random>
#include <utility>

namespace penstock {

ClockMs SteadyClockMs() {
  return [] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  };
}

Random DefaultRandom() {
  auto engine = std::make_shared<std::minstd_rand>(std::random_device{}());
  return [engine] { return std::generate_canonical<double, 32>(*engine); };
}

Backoff::Backoff(BackoffPolicy policy, ClockMs clock, Random random)
    : policy_(policy), clock_(std::move(clock)), random_(std::move(random)) {}

int64_t Backoff::Fail() {
  base_ms_ =
      failures_ == 0 ? static_cast<double>(policy_.initial_ms) : base_ms_ * policy_.multiplier;
  base_ms_ = std::min(base_ms_, static_cast<double>(policy_.max_ms));
  ++failures_;
  const double spread = 1.0 + policy_.jitter * (2.0 * random_() - 1.0);
  const int64_t delay =
      std::clamp<int64_t>(static_cast<int64_t>(base_ms_ * spread), 0, policy_.max_ms);
  due_ms_ = clock_() + delay;
  return delay;
}

void Backoff::Succeed() {
  failures_ = 0;
  due_ms_ = 0;
}

int64_t Backoff::WaitMs() const {
  return failures_ == 0 ? 0 : std::max<int64_t>(0, due_ms_ - clock_());
}

}  // namespace penstock
