/*
 * runtime.c: preloaded into the server beside the sanitizers' libraries.
 *
 * It makes AddressSanitizer start before any other library's constructor. PostgreSQL may link, by
 * way of libldap, one whose constructor calls newlocale(); its first malloc, made while libc's
 * locale lock is held, would start the sanitizer, which comes for the same lock and leaves it
 * broken: the server then hangs. Linked with -z initfirst this constructor runs before all others.
 *
 * And it writes each report to a file PENSTOCK_REPORTS/PID too: with both runtimes in one process,
 * one of them loaded late, log_path has no effect and reports are only found in servers' logs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void __asan_set_error_report_callback(void (*callback)(const char *text));
typedef void (*DescribeReport)(const char **kind, const char **message, const char **file,
                               unsigned *line, unsigned *column, char **memory);

static void write_report(const char *text) {
  const char *folder = getenv("PENSTOCK_REPORTS");
  char path[PATH_MAX];
  snprintf(path, sizeof(path), "%s/%d", folder ? folder : ".", (int)getpid());
  int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (file < 0 || write(file, text, strlen(text)) < 0) perror(path);
  if (file >= 0) close(file);
}

/* Called by the runtime of UndefinedBehaviorSanitizer; the stack goes to the server's log. */
void __ubsan_on_report(void) {
  const char *kind = "?", *message = "", *file = "?";
  unsigned line = 0, column = 0;
  char *memory = NULL, text[2000];
  /* That runtime comes with the module, long after us. */
  DescribeReport describe =
      (DescribeReport)dlsym(RTLD_DEFAULT, "__ubsan_get_current_report_data");
  if (describe) describe(&kind, &message, &file, &line, &column, &memory);
  snprintf(text, sizeof(text), "UndefinedBehaviorSanitizer: %s:%u:%u: %s: %s\n", file, line, column,
           kind, message);
  write_report(text);
}

__attribute__((constructor)) static void start(void) {
  void *volatile block = malloc(1);
  free(block);
  __asan_set_error_report_callback(write_report);
}
