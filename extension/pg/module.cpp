// module.cpp: start-up of penstock.so.
//
// With shared_preload_libraries: settings, shared memory, the callback at commit and the launcher.
// Without it: only the settings and the SQL functions that need no shared memory.
#include "pg_prelude.h"
// After the prelude.
#include "guc.h"
#include "output_plugin/rendezvous.h"
#include "shared_state.h"
#include "worker.h"

extern "C" {

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

static void penstock_register_launcher(void) {
  BackgroundWorker worker;
  memset(&worker, 0, sizeof(worker));
  strlcpy(worker.bgw_name, "penstock launcher", sizeof(worker.bgw_name));
  strlcpy(worker.bgw_type, "penstock launcher", sizeof(worker.bgw_type));
  strlcpy(worker.bgw_library_name, "penstock", sizeof(worker.bgw_library_name));
  strlcpy(worker.bgw_function_name, "penstock_launcher_main", sizeof(worker.bgw_function_name));
  worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
  worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
  worker.bgw_restart_time = 5;
  RegisterBackgroundWorker(&worker);
}

const char* penstock_output_mismatch(void) {
  void** variable = find_rendezvous_variable(PENSTOCK_API_VARIABLE);
  const auto* api = static_cast<const PenstockOutputApi*>(*variable);
  if (api == nullptr) return "penstock_output is not loaded";
  return PenstockAbiMismatch(&api->abi, sizeof(PenstockOutputApi), PENSTOCK_BUILD_ID);
}

void _PG_init(void) {
  // pg_upgrade starts the server to copy catalogues: no worker may touch a slot then.
  if (IsBinaryUpgrade) {
    penstock_define_settings();
    return;
  }
  penstock_define_settings();
  if (!process_shared_preload_libraries_in_progress) return;

  // Loaded together, so that both come from one build for as long as this server runs, whatever a
  // package upgrade does to the files.
  load_file("penstock_output", false);
  const char* mismatch = penstock_output_mismatch();
  if (mismatch != nullptr) {
    ereport(WARNING, (errmsg("penstock_output does not fit penstock: %s", mismatch),
                      errdetail("No sink will start."),
                      errhint("Install both from the same package, then restart the server.")));
  }
  penstock_install_shmem_hooks();
  penstock_install_commit_hook();
  penstock_register_launcher();
}

}  // extern "C"
