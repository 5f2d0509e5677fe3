#include "stream.h"

#include <ctime>
#include <random>

#include "extension/pg/failpoint.h"
#include "extension/pg/pg_guard.h"

extern "C" {
#include "commands/dbcommands.h"
#include "commands/defrem.h"
#include "datatype/timestamp.h"
}

#ifndef PENSTOCK_VERSION
#error "PENSTOCK_VERSION comes from the control file"
#endif

namespace penstock::output {
namespace {

struct TextOption {
  const char *name;
  const char *value;
};

// A version 7 UUID: time-ordered, as Debezium's run ids are.
std::string MakeRunId() {
  std::random_device device;
  const auto millis = static_cast<uint64_t>(NowNanos() / 1000000);
  const uint64_t high = millis << 16 | 0x7000 | (device() & 0x0FFF);
  const uint64_t low = 0x8000000000000000u |
                       ((static_cast<uint64_t>(device()) << 32 | device()) & 0x3FFFFFFFFFFFFFFFu);
  char text[40];
  std::snprintf(text, sizeof text, "%08x-%04x-%04x-%04x-%012llx", static_cast<unsigned>(high >> 32),
                static_cast<unsigned>(high >> 16 & 0xFFFF), static_cast<unsigned>(high & 0xFFFF),
                static_cast<unsigned>(low >> 48),
                static_cast<unsigned long long>(low & 0xFFFFFFFFFFFFu));
  return text;
}

event::EventEncoder *MakeEncoder(const TextOption *options, int count, const char *database,
                                 Status *status) {
  std::vector<std::pair<std::string, std::string>> pairs;
  bool has_prefix = false;
  for (int i = 0; i < count; ++i) {
    pairs.emplace_back(options[i].name, options[i].value);
    has_prefix = has_prefix || pairs.back().first == "topic.prefix";
  }
  if (!has_prefix) pairs.emplace_back("topic.prefix", database);
  Result<event::EventOptions> parsed = event::ParseEventOptions(pairs);
  if (!parsed.ok()) {
    *status = parsed.status();
    return nullptr;
  }
  parsed.value().run_id = MakeRunId();
  return new event::EventEncoder(std::move(parsed.value()), database, PENSTOCK_VERSION);
}

// The current database's name in CurrentMemoryContext. A walsender and the sink worker start
// decoding outside a transaction, where the catalogue cannot be read.
const char *DatabaseName() {
  if (IsTransactionState()) return get_database_name(MyDatabaseId);
  MemoryContext caller = CurrentMemoryContext;
  StartTransactionCommand();
  const char *name = MemoryContextStrdup(caller, get_database_name(MyDatabaseId));
  CommitTransactionCommand();
  MemoryContextSwitchTo(caller);
  return name;
}

void DeleteEncoder(void *argument) { delete static_cast<event::EventEncoder *>(argument); }

}  // namespace

int64 NowNanos() {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<int64>(now.tv_sec) * 1000000000 + now.tv_nsec;
}

int64 UnixMicros(TimestampTz time) {
  return time + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
}

Stream *MakeStream(List *options, const PenstockEventWriter *writer, bool snapshot) {
  auto *stream = static_cast<Stream *>(palloc0(sizeof(Stream)));
  const int count = list_length(options);
  auto *pairs = static_cast<TextOption *>(palloc(sizeof(TextOption) * (count + 1)));
  for (int i = 0; i < count; ++i) {
    auto *element = static_cast<DefElem *>(list_nth(options, i));
    pairs[i] = {element->defname, element->arg == nullptr ? "true" : defGetString(element)};
  }
  const char *database = DatabaseName();
  auto *callback = static_cast<MemoryContextCallback *>(palloc0(sizeof(MemoryContextCallback)));
  event::EventEncoder *encoder = nullptr;
  pg::RunCxx([&]() -> Status {
    Status status;
    encoder = MakeEncoder(pairs, count, database, &status);
    return status;
  });
  callback->func = DeleteEncoder;
  callback->arg = encoder;
  MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);
  stream->encoder = encoder;
  stream->writer = writer;
  stream->change_context =
      AllocSetContextCreate(CurrentMemoryContext, "penstock change", ALLOCSET_DEFAULT_SIZES);
  stream->relations =
      MakeRelationCache(CurrentMemoryContext, &encoder->options(), writer, snapshot);
  return stream;
}

void EncodeChange(Stream *stream, const CachedRelation &relation, const event::Change &change) {
  char warning[512] = "";
  const int64 now = NowNanos();
  pg::RunCxx([&]() -> Status {
    pg::FailpointCxx("plugin_change");
    Status status = stream->encoder->Encode(relation.plan->plan, change, now);
    const std::string text = stream->encoder->TakeConversionWarning();
    text.copy(warning, sizeof warning - 1);
    return status;
  });
  if (warning[0] != '\0') {
    ereport(WARNING, (errcode(ERRCODE_DATA_EXCEPTION),
                      errmsg("cannot express the value of %s, sending null", warning)));
  }
}

// The settings and the values that text forms are made with.
struct FixedSetting {
  const char *name;
  const char *value;
};
constexpr FixedSetting kFixedSettings[] = {
    {"timezone", "UTC"},         {"datestyle", "ISO, MDY"}, {"intervalstyle", "postgres"},
    {"extra_float_digits", "1"}, {"bytea_output", "hex"},
};
constexpr int kFixedCount = sizeof kFixedSettings / sizeof kFixedSettings[0];

struct SavedSettings {
  char *values[kFixedCount];
};

static void SetSetting(const char *name, const char *value) {
  (void)set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SET, true, 0, false);
}

SavedSettings *FixSettings() {
  auto *saved = static_cast<SavedSettings *>(palloc0(sizeof(SavedSettings)));
  for (int i = 0; i < kFixedCount; ++i) {
    const char *value = GetConfigOption(kFixedSettings[i].name, false, false);
    if (strcmp(value, kFixedSettings[i].value) == 0) continue;
    saved->values[i] = pstrdup(value);
    SetSetting(kFixedSettings[i].name, kFixedSettings[i].value);
  }
  return saved;
}

void RestoreSettings(SavedSettings *saved) {
  for (int i = 0; i < kFixedCount; ++i) {
    if (saved->values[i] != nullptr) SetSetting(kFixedSettings[i].name, saved->values[i]);
  }
}

}  // namespace penstock::output
