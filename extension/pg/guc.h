/*
 * guc.h: penstock's settings. Readable from C and C++, after pg_prelude.h.
 */
#ifndef PENSTOCK_GUC_H
#define PENSTOCK_GUC_H

#ifdef __cplusplus
extern "C" {
#endif

extern bool penstock_allow_self;
extern char *penstock_file_directory; /* "": file sinks need pg_write_server_files */
extern int penstock_max_sinks;        /* at server start */
extern int penstock_naptime_s;        /* between two looks at every database */
extern int penstock_restart_max_interval_s;
extern char *penstock_secrets_directory; /* "": ${file:} needs pg_read_server_files */
extern char *penstock_sink_creators;     /* role whose members may create sinks, "": none */
extern char *penstock_worker_config;     /* JSON or "" */
extern int penstock_worker_nice;         /* added to the scheduling priority of sink workers */
#ifdef PENSTOCK_FAILPOINTS
extern char *penstock_failpoint;
#endif

/* Called once by _PG_init. */
extern void penstock_define_settings(void);

#ifdef __cplusplus
}
#endif

#endif
