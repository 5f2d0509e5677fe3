// sql_common.h: what the SQL functions share.
//
// Their shape: the frame that calls PostgreSQL holds plain data and pointers only; C++ objects live
// in a memory context (MakeInContext), and C++ code runs inside RunCxx. So an ERROR anywhere skips
// no destructor.
#ifndef PENSTOCK_SQL_COMMON_H
#define PENSTOCK_SQL_COMMON_H

#include <string>
#include <vector>

#include "../core/sink_config.h"
#include "pg_guard.h"
// PostgreSQL's headers last: they define macros.
#include "pg_prelude.h"

extern "C" {
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/jsonb.h"
}

#include "pg_compat.h"
#include "shared_state.h"

namespace penstock::pg {

// A T that is destroyed with the current memory context.
template <typename T>
T* MakeInContext() {
  struct Holder {
    MemoryContextCallback callback;
    T* object;
  };
  auto* holder = static_cast<Holder*>(palloc0(sizeof(Holder)));
  holder->callback.func = [](void* arg) { delete static_cast<Holder*>(arg)->object; };
  holder->callback.arg = holder;
  MemoryContextRegisterResetCallback(CurrentMemoryContext, &holder->callback);
  RunCxx([holder] { holder->object = new T(); });
  return holder->object;
}

// The extension's owner acts for the caller between Enter and Leave, on penstock's catalogue only.
// An ERROR in between is undone by transaction abort.
struct SavedUser {
  Oid user;
  int context;
};
SavedUser EnterExtensionOwner();
void LeaveExtensionOwner(SavedUser saved);

// One row of penstock.sink, in the current memory context.
struct SinkRow {
  int32 id;
  NameData name;
  Oid owner;
  char* connector;
  char* options;  // JSON text
  NameData slot_name;
  bool paused;
  bool dropping;
  uint32 generation;
};

enum class RowLock { kNone, kUpdate };

// False when there is no such sink. A locked row stays so until the end of the transaction.
bool LoadSink(Name name, RowLock lock, SinkRow* row);
// ERROR when there is none, or the caller is neither its owner nor a superuser.
void LoadOwnSink(Name name, RowLock lock, SinkRow* row);

// Runs one statement by SPI within an SPI connection; ERROR unless it does what is expected.
struct SqlArguments {
  int count;
  Oid types[8];
  Datum values[8];
  char nulls[9];  // as SPI wants it
};
void AddArgument(SqlArguments* arguments, Oid type, Datum value, bool is_null = false);
void ExecuteSql(const char* sql, SqlArguments* arguments, bool read_only, int expected);

// jsonb to an option map; names with null go to nulls (an ERROR when that is nullptr).
void ReadJsonOptions(Jsonb* json, OptionMap* options, std::vector<std::string>* nulls);
bool HasOption(const OptionMap* options, const char* name);
// text[] without NULLs.
void ReadTextArray(ArrayType* array, std::vector<std::string>* items);

// One NOTICE per entry.
void EmitNotices(const std::vector<std::string>* notices);

// What a set-returning function needs: materialise mode, tuple store and descriptor. scalar: the
// function returns a set of one type, not of records.
ReturnSetInfo* BeginResultSet(FunctionCallInfo fcinfo, bool scalar = false);

}  // namespace penstock::pg

#endif
