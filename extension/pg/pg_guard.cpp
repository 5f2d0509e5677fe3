// pg_guard.cpp: see pg_guard.h.
#include "pg_guard.h"

#include <cstring>
#include <exception>
#include <new>

#include "pg_prelude.h"

namespace penstock::pg {

namespace {

void CopyText(char* to, size_t size, const char* from) {
  strlcpy(to, from == nullptr ? "" : from, size);
  // A cut in the middle of a character would make the message invalid in the server's encoding.
  if (from != nullptr && std::strlen(from) >= size) {
    size_t length = std::strlen(to);
    while (length > 0 && (static_cast<unsigned char>(to[length - 1]) & 0xC0) == 0x80) length--;
    if (length > 0 && (static_cast<unsigned char>(to[length - 1]) & 0x80) != 0) length--;
    to[length] = '\0';
  }
}

void Store(ErrorCopy* error, StatusCode code, int sqlstate, const char* message, const char* detail,
           const char* hint) {
  error->failed = true;
  error->code = code;
  error->sqlstate = sqlstate;
  CopyText(error->message, sizeof(error->message), message);
  CopyText(error->detail, sizeof(error->detail), detail);
  CopyText(error->hint, sizeof(error->hint), hint);
}

// C++ exceptions of the callee stop here, before they meet PG_TRY's frames.
bool CallWithoutThrow(ErrorCopy* error, void (*call)(void*), void* argument) noexcept {
  try {
    call(argument);
    return true;
  } catch (...) {
    StoreException(error);
    return false;
  }
}

}  // namespace

int SqlStateOf(StatusCode code) {
  switch (code) {
    case StatusCode::kOk:
      return ERRCODE_SUCCESSFUL_COMPLETION;
    case StatusCode::kInvalidOption:
      return ERRCODE_INVALID_PARAMETER_VALUE;
    case StatusCode::kInvalidJson:
      return ERRCODE_INVALID_TEXT_REPRESENTATION;
    case StatusCode::kNotSupported:
      return ERRCODE_FEATURE_NOT_SUPPORTED;
    case StatusCode::kPermission:
      return ERRCODE_INSUFFICIENT_PRIVILEGE;
    case StatusCode::kDataError:
      return ERRCODE_DATA_EXCEPTION;
    case StatusCode::kUnavailable:
    case StatusCode::kBusy:
      return ERRCODE_CONNECTION_FAILURE;
    case StatusCode::kAuthentication:
      return ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION;
    case StatusCode::kIo:
      return ERRCODE_IO_ERROR;
    case StatusCode::kInternal:
      break;
  }
  return ERRCODE_INTERNAL_ERROR;
}

PgStatus::PgStatus(const ErrorCopy& error)
    : sqlstate_(error.sqlstate),
      message_(error.message),
      detail_(error.detail),
      hint_(error.hint) {}

Status PgStatus::ToStatus() const {
  if (ok()) return {};
  return {StatusCode::kInternal, message_, hint_};
}

void StoreStatus(ErrorCopy* error, const Status& status) {
  Store(error, status.code(), SqlStateOf(status.code()), status.message().c_str(), "",
        status.hint().c_str());
}

void StoreStatus(ErrorCopy* error, const PgStatus& status) {
  Store(error, StatusCode::kInternal, status.sqlstate(), status.message().c_str(),
        status.detail().c_str(), status.hint().c_str());
}

void StoreException(ErrorCopy* error) noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    Store(error, StatusCode::kInternal, ERRCODE_OUT_OF_MEMORY, "out of memory", "", "");
  } catch (const std::exception& e) {
    Store(error, StatusCode::kInternal, ERRCODE_INTERNAL_ERROR, "unexpected C++ exception",
          e.what(), "");
  } catch (...) {
    Store(error, StatusCode::kInternal, ERRCODE_INTERNAL_ERROR,
          "unexpected C++ exception of an unknown type", "", "");
  }
}

void RaiseError(const ErrorCopy& error) {
  ereport(ERROR, (errcode(error.sqlstate), errmsg("%s", error.message),
                  error.detail[0] != '\0' ? errdetail("%s", error.detail) : 0,
                  error.hint[0] != '\0' ? errhint("%s", error.hint) : 0));
  pg_unreachable();
}

bool CallPgPlain(ErrorCopy* error, void (*call)(void*), void* argument) noexcept {
  MemoryContext context = CurrentMemoryContext;
  volatile bool returned = false;
  error->failed = false;
  PG_TRY();
  {
    returned = CallWithoutThrow(error, call, argument);
  }
  PG_CATCH();
  {
    MemoryContextSwitchTo(context);
    ErrorData* data = CopyErrorData();
    FlushErrorState();
    Store(error, StatusCode::kInternal, data->sqlerrcode, data->message, data->detail, data->hint);
    FreeErrorData(data);
  }
  PG_END_TRY();
  return returned;
}

}  // namespace penstock::pg
