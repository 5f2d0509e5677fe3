// status.h: the result of everything in pure code that can fail. Nothing here throws on purpose.
#ifndef PENSTOCK_CORE_STATUS_H
#define PENSTOCK_CORE_STATUS_H

#include <string>
#include <utility>

namespace penstock {

// Each code maps to one SQLSTATE at the border (extension/pg/pg_guard.h).
enum class StatusCode {
  kOk,
  kInvalidOption,   // unknown name, bad value, bad combination: 22023
  kInvalidJson,     // configuration that is not JSON: 22P02
  kNotSupported,    // known elsewhere, refused here with the reason: 0A000
  kPermission,      // 42501
  kDataError,       // one event cannot be encoded or is refused for good by the destination: 22000
  kUnavailable,     // the destination does not answer or refuses for now; retry: 08006
  kAuthentication,  // the destination refuses our credentials; retry slowly: 28000
  kBusy,            // the sink's buffer is full: poll, then call again
  kIo,              // local file trouble: 58030
  kInternal,        // a bug, or out of memory: XX000
};

// A code with a message in PostgreSQL's error style (lower case, no full stop) and an optional
// hint that names the setting or statement which helps. Never holds a secret.
class [[nodiscard]] Status {
 public:
  Status() = default;  // ok
  Status(StatusCode code, std::string message, std::string hint = {})
      : code_(code), message_(std::move(message)), hint_(std::move(hint)) {}

  static Status Ok() { return {}; }
  bool ok() const { return code_ == StatusCode::kOk; }
  StatusCode code() const { return code_; }
  const std::string& message() const { return message_; }
  const std::string& hint() const { return hint_; }

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string message_;
  std::string hint_;
};

// A value or the status that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}          // NOLINT: implicit on purpose
  Result(Status status) : status_(std::move(status)) {}  // NOLINT: implicit on purpose

  bool ok() const { return status_.ok(); }
  const Status& status() const { return status_; }
  T& value() { return value_; }
  const T& value() const { return value_; }

 private:
  T value_{};
  Status status_;
};

}  // namespace penstock

#endif
