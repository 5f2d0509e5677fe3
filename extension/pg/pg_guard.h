// pg_guard.h: the only two crossings between C++ and PostgreSQL's error handling.
//
// PostgreSQL's ERROR is a longjmp: it skips C++ destructors. A C++ exception must not pass a C
// frame. So:
//   RunCxx/CallCxx  every extern "C" entry runs C++ code inside one; whatever is thrown or returned
//                   as a bad Status is copied to plain storage, all C++ frames unwind, and only
//                   then the ERROR is raised.
//   CallPg          runs backend code that may raise an ERROR while C++ objects are alive; the
//   ERROR
//                   comes back as a value and the memory context and exception stack are as before.
// Both keep SQLSTATE, message, detail and hint. Main thread only.
#ifndef PENSTOCK_PG_GUARD_H
#define PENSTOCK_PG_GUARD_H

#include <string>
#include <type_traits>
#include <utility>

#include "extension/core/status.h"

namespace penstock::pg {

// A failure in plain storage: safe to hold across a longjmp.
struct ErrorCopy {
  bool failed;
  int sqlstate;
  StatusCode code;  // kInternal when the error did not start as a Status
  char message[1024];
  char detail[1024];
  char hint[512];
};

// What CallPg returns: a Status that still knows what PostgreSQL said.
class [[nodiscard]] PgStatus {
 public:
  PgStatus() = default;
  explicit PgStatus(const ErrorCopy& error);

  bool ok() const { return sqlstate_ == 0; }
  int sqlstate() const { return sqlstate_; }
  const std::string& message() const { return message_; }
  const std::string& detail() const { return detail_; }
  const std::string& hint() const { return hint_; }
  Status ToStatus() const;

 private:
  int sqlstate_ = 0;
  std::string message_;
  std::string detail_;
  std::string hint_;
};

// The SQLSTATE every StatusCode is raised with.
int SqlStateOf(StatusCode code);

void StoreStatus(ErrorCopy* error, const Status& status);
void StoreStatus(ErrorCopy* error, const PgStatus& status);
void StoreException(ErrorCopy* error) noexcept;  // inside a catch block

// Raises ERROR. No C++ object with a destructor may be alive in any frame above the last guard.
[[noreturn]] void RaiseError(const ErrorCopy& error);

// Runs fn, which returns void, Status or PgStatus. True when nothing went wrong.
template <typename F>
bool CallCxx(ErrorCopy* error, F&& fn) noexcept {
  error->failed = false;
  try {
    if constexpr (std::is_void_v<decltype(fn())>) {
      std::forward<F>(fn)();
    } else {
      auto status = std::forward<F>(fn)();
      if (!status.ok()) StoreStatus(error, status);
    }
  } catch (...) {
    StoreException(error);
  }
  return !error->failed;
}

// CallCxx that raises the error itself.
template <typename F>
void RunCxx(F&& fn) {
  ErrorCopy error;
  if (!CallCxx(&error, std::forward<F>(fn))) RaiseError(error);
}

// Runs call(argument) under PG_TRY. True when it returned.
bool CallPgPlain(ErrorCopy* error, void (*call)(void*), void* argument) noexcept;

// Runs backend code. fn's own frame must not hold objects with destructors where it may jump from.
template <typename F>
PgStatus CallPg(F&& fn) {
  ErrorCopy error;
  using Fn = std::remove_reference_t<F>;
  auto call = [](void* argument) { (*static_cast<Fn*>(argument))(); };
  if (CallPgPlain(&error, call, const_cast<void*>(static_cast<const void*>(&fn)))) return {};
  return PgStatus(error);
}

}  // namespace penstock::pg

#endif
