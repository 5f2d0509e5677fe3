#include "stream.h"

#include <ctime>
#include <random>

#include "extension/pg/failpoint.h"
#include "extension/pg/pg_guard.h"
#include "type_shape.h"

extern "C" {
#include "commands/dbcommands.h"
#include "commands/defrem.h"
#include "datatype/timestamp.h"
#include "pgtime.h"
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

// Avro is bytes, and its schemas are in a registry that only a sink knows.
Status RefuseAvro(const event::EventOptions &options) {
  if (!options.WritesAvro()) return {};
  return Status(StatusCode::kNotSupported, "the output plugin by itself does not write Avro",
                "Create a sink of connector \"kafka\", or set key.converter and value.converter to "
                "json.");
}

// A time zone that an option names, with PostgreSQL's rules of it; NULL: it does not know the name.
struct NamedZone {
  const char *name;
  pg_tz *rules;
};

int ZoneOffset(const void *rules, int64 unix_seconds) {
  const pg_time_t time = unix_seconds;
  const struct pg_tm *local = pg_localtime(&time, static_cast<const pg_tz *>(rules));
  return local == nullptr ? 0 : static_cast<int>(local->tm_gmtoff);
}

Status SetZones(event::EventOptions *options, const NamedZone *zones, int count) {
  for (event::TransformStep &step : options->chain) {
    event::TimeZoneRule &rule = step.time_zone;
    for (int i = 0; rule.needs_rules && i < count; ++i) {
      if (rule.name != zones[i].name) continue;
      rule.zone.rules = zones[i].rules;
      rule.zone.offset_at = ZoneOffset;
    }
    if (rule.needs_rules && rule.zone.rules == nullptr) {
      return Status(StatusCode::kInvalidOption, "unknown time zone \"" + rule.name + "\"",
                    "pg_timezone_names lists the names; +hh:mm is possible too.");
    }
  }
  return {};
}

event::EventEncoder *MakeEncoder(const TextOption *options, int count, const char *database,
                                 const NamedZone *zones, int zone_count, bool for_text,
                                 Status *status) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (int i = 0; i < count; ++i) pairs.emplace_back(options[i].name, options[i].value);
  Result<event::EventOptions> parsed = event::ParseEventOptions(pairs, database);
  *status = parsed.ok() && for_text ? RefuseAvro(parsed.value()) : parsed.status();
  if (!status->ok()) return nullptr;
  parsed.value().run_id = MakeRunId();
  *status = SetZones(&parsed.value(), zones, zone_count);
  if (!status->ok()) return nullptr;
  return new event::EventEncoder(std::move(parsed.value()), database, PENSTOCK_VERSION);
}

// Texts that the encoder is made from, in UTF-8 and in CurrentMemoryContext.
struct StreamTexts {
  const char *database;
  Oid owner;  // PENSTOCK_OWNER_OPTION
  TextOption *options;
  int count;
  NamedZone *zones;
  int zone_count;
};

bool IsZoneOption(const char *name) {
  constexpr char kSuffix[] = ".converted.timezone";
  const size_t length = strlen(name);
  return length >= sizeof kSuffix && strcmp(name + length - (sizeof kSuffix - 1), kSuffix) == 0;
}

char *CopyUtf8(MemoryContext context, const char *text) {
  return MemoryContextStrdup(context, ToUtf8(pstrdup(text)));
}

StreamTexts ReadTexts(List *options) {
  MemoryContext caller = CurrentMemoryContext;
  StreamTexts texts;
  texts.owner = InvalidOid;
  texts.count = texts.zone_count = 0;
  texts.zones = static_cast<NamedZone *>(palloc(sizeof(NamedZone) * (list_length(options) + 1)));
  texts.options =
      static_cast<TextOption *>(palloc(sizeof(TextOption) * (list_length(options) + 1)));
  // A walsender and the sink worker start decoding outside a transaction, where the catalogue
  // cannot be read.
  const bool own_transaction = !IsTransactionState();
  if (own_transaction) StartTransactionCommand();
  ListCell *cell;
  foreach (cell, options) {
    auto *element = static_cast<DefElem *>(lfirst(cell));
    const char *value = element->arg == nullptr ? "true" : defGetString(element);
    if (strcmp(element->defname, PENSTOCK_OWNER_OPTION) == 0) {
      texts.owner = atooid(value);
      continue;
    }
    texts.options[texts.count++] = {CopyUtf8(caller, element->defname), CopyUtf8(caller, value)};
    if (IsZoneOption(element->defname)) {
      texts.zones[texts.zone_count++] = {texts.options[texts.count - 1].value, pg_tzset(value)};
    }
  }
  texts.database = CopyUtf8(caller, get_database_name(MyDatabaseId));
  if (own_transaction) CommitTransactionCommand();
  MemoryContextSwitchTo(caller);
  return texts;
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

Stream *MakeStream(List *options, const PenstockEventWriter *writer, Purpose purpose) {
  auto *stream = static_cast<Stream *>(palloc0(sizeof(Stream)));
  const StreamTexts texts = ReadTexts(options);
  auto *callback = static_cast<MemoryContextCallback *>(palloc0(sizeof(MemoryContextCallback)));
  event::EventEncoder *encoder = nullptr;
  pg::RunCxx([&]() -> Status {
    Status status;
    encoder = MakeEncoder(texts.options, texts.count, texts.database, texts.zones, texts.zone_count,
                          writer == nullptr, &status);
    return status;
  });
  callback->func = DeleteEncoder;
  callback->arg = encoder;
  MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);
  stream->encoder = encoder;
  stream->writer = writer;
  stream->change_context =
      AllocSetContextCreate(CurrentMemoryContext, "penstock change", ALLOCSET_DEFAULT_SIZES);
  stream->relations = MakeRelationCache(
      CurrentMemoryContext, &encoder->options(),
      writer != nullptr ? static_cast<Oid>(writer->owner) : texts.owner, writer, purpose);
  return stream;
}

void EncodeChange(Stream *stream, const CachedRelation &relation, const event::Change &change) {
  char warning[512], updated[256];
  warning[0] = updated[0] = '\0';  // not all of it for each row
  const int64 now = NowNanos();
  pg::RunCxx([&]() -> Status {
    pg::FailpointCxx("plugin_change");
    Status status = stream->encoder->Encode(relation.plan->plan, change, now);
    const std::string text = stream->encoder->TakeConversionWarning();
    warning[text.copy(warning, sizeof warning - 1)] = '\0';
    const std::string table = stream->encoder->TakeIgnoredUpdate();
    updated[table.copy(updated, sizeof updated - 1)] = '\0';
    return status;
  });
  if (warning[0] != '\0') {
    ereport(WARNING, (errcode(ERRCODE_DATA_EXCEPTION),
                      errmsg("cannot express the value of %s, sending null", warning)));
  }
  if (updated[0] != '\0') {
    const bool warn = OptionsOf(*stream).outbox.invalid_operation == event::InvalidOperation::kWarn;
    ereport(warn ? WARNING : LOG,
            (errmsg("updates of outbox table \"%s\" have no events", updated),
             errhint("Rows of an outbox are inserted and deleted, never updated.")));
  }
}

namespace {

struct FixedSetting {
  const char *name;
  const char *value;
};
constexpr FixedSetting kSettings[kFixedSettings] = {
    {"timezone", "UTC"},         {"datestyle", "ISO, MDY"}, {"intervalstyle", "postgres"},
    {"extra_float_digits", "1"}, {"bytea_output", "hex"},
};

void SetSetting(const char *name, const char *value, GucAction action) {
  (void)set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, action, true, 0, false);
}

}  // namespace

void FixSettings(FixedSettings *settings) {
  settings->fixed = true;
  settings->nest_level = IsTransactionState() ? NewGUCNestLevel() : 0;
  for (int i = 0; i < kFixedSettings; ++i) {
    const char *value = GetConfigOption(kSettings[i].name, false, false);
    settings->values[i] = nullptr;
    if (strcmp(value, kSettings[i].value) == 0) continue;
    if (settings->nest_level == 0) settings->values[i] = pstrdup(value);
    SetSetting(kSettings[i].name, kSettings[i].value,
               settings->nest_level != 0 ? GUC_ACTION_SAVE : GUC_ACTION_SET);
  }
}

void RestoreSettings(FixedSettings *settings) {
  if (!settings->fixed) return;
  settings->fixed = false;
  if (settings->nest_level != 0) AtEOXact_GUC(true, settings->nest_level);
  for (int i = 0; i < kFixedSettings; ++i) {
    if (settings->values[i] == nullptr) continue;
    SetSetting(kSettings[i].name, settings->values[i], GUC_ACTION_SET);
  }
}

}  // namespace penstock::output
