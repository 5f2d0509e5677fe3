// guc.cpp: penstock's settings, in alphabetical order.
#include "guc.h"

#include "pg_prelude.h"

bool penstock_allow_self = false;
char* penstock_file_directory = nullptr;
int penstock_max_sinks = 32;
int penstock_naptime_s = 60;
int penstock_restart_max_interval_s = 60;
char* penstock_secrets_directory = nullptr;
char* penstock_sink_creators = nullptr;
char* penstock_worker_config = nullptr;
int penstock_worker_nice = 0;
#ifdef PENSTOCK_FAILPOINTS
char* penstock_failpoint = nullptr;
#endif

namespace {

struct TextSetting {
  const char* name;
  const char* description;
  const char* detail;
  char** variable;
  GucContext context;
  int flags;
};

const TextSetting kTextSettings[] = {
#ifdef PENSTOCK_FAILPOINTS
    {"penstock.failpoint", "Names the place where an error is raised, for tests.",
     "PLACE:cxx throws a C++ exception, PLACE:pg raises an ERROR.", &penstock_failpoint, PGC_SUSET,
     GUC_NOT_IN_SAMPLE},
#endif
    {"penstock.file_directory",
     "Directory below which file sinks of roles without pg_write_server_files may write.", nullptr,
     &penstock_file_directory, PGC_SIGHUP, GUC_SUPERUSER_ONLY},
    {"penstock.secrets_directory",
     "Directory below which roles without pg_read_server_files may name files, in ${file:} and "
     "ssl.*.location.",
     nullptr, &penstock_secrets_directory, PGC_SIGHUP, GUC_SUPERUSER_ONLY},
    {"penstock.sink_creators", "Role whose members may create sinks.",
     "Members of roles with REPLICATION may always create sinks.", &penstock_sink_creators,
     PGC_SUSET, 0},
    {"penstock.worker_config", "Default of what Kafka Connect keeps in worker.properties, as JSON.",
     "Used by penstock.create_sink when its argument \"worker\" is left out.",
     &penstock_worker_config, PGC_SUSET, GUC_SUPERUSER_ONLY | GUC_NOT_IN_SAMPLE},
};

}  // namespace

extern "C" void penstock_define_settings(void) {
  DefineCustomBoolVariable(
      "penstock.allow_self",
      "Lets sink workers add penstock_output to output_plugin_libraries for themselves.",
      "Off: output_plugin_libraries must name penstock_output.", &penstock_allow_self, false,
      PGC_SUSET, GUC_SUPERUSER_ONLY, nullptr, nullptr, nullptr);
  // A variable of this context cannot be made after server start.
  if (process_shared_preload_libraries_in_progress) {
    DefineCustomIntVariable("penstock.max_sinks", "Sets the maximum number of sinks.",
                            "Counts the sinks of all databases.", &penstock_max_sinks, 32, 1, 1024,
                            PGC_POSTMASTER, 0, nullptr, nullptr, nullptr);
  }
  DefineCustomIntVariable("penstock.naptime", "Time between two looks for sinks in all databases.",
                          "Changes made with penstock's functions are seen at once.",
                          &penstock_naptime_s, 60, 1, INT_MAX / 1000, PGC_SIGHUP, GUC_UNIT_S,
                          nullptr, nullptr, nullptr);
  DefineCustomIntVariable("penstock.restart_max_interval",
                          "Sets the longest pause before a failed sink is started again.", nullptr,
                          &penstock_restart_max_interval_s, 60, 1, 3600, PGC_SIGHUP, GUC_UNIT_S,
                          nullptr, nullptr, nullptr);
  DefineCustomIntVariable(
      "penstock.worker_nice",
      "Sets by how much sink workers give way to other processes when processors are short.",
      "As nice(1) counts, for workers that start afterwards. A worker that gives way falls behind "
      "for as long as the writers leave it no processor.",
      &penstock_worker_nice, 0, 0, 19, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
  for (const TextSetting& setting : kTextSettings) {
    DefineCustomStringVariable(setting.name, setting.description, setting.detail, setting.variable,
                               "", setting.context, setting.flags, nullptr, nullptr, nullptr);
  }
  MarkGUCPrefixReserved("penstock");
}
