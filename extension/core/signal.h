// signal.h: what a row of the signal table asks for.
#ifndef PENSTOCK_CORE_SIGNAL_H
#define PENSTOCK_CORE_SIGNAL_H

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "status.h"

namespace penstock {

enum class SignalKind {
  kLog,
  kExecuteSnapshot,
  kStopSnapshot,
  kPauseSnapshot,
  kResumeSnapshot,
  kMark,  // Debezium's own, of a connector that uses the same table: means nothing to us
};

struct Signal {
  SignalKind kind = SignalKind::kMark;
  std::string message;                   // kLog
  std::vector<std::string> collections;  // patterns; kStopSnapshot: empty stops all
  // Patterns of tables, and what their rows must meet.
  std::vector<std::pair<std::string, std::string>> conditions;
  std::string surrogate_key;
};

// Reads the columns type and data; data empty: null. The errors say what is wrong with the signal.
Result<Signal> ParseSignal(std::string_view type, std::string_view data);

}  // namespace penstock

#endif
