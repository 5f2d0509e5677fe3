"""sanitizer.py: a PostgreSQL server under AddressSanitizer and UndefinedBehaviorSanitizer.

Only the modules are built with the sanitizers; the server is as it was and gets their runtime by
preload. So errors within one palloc block are not seen, those of C++ objects and of malloc are.
"""
import glob
import os

from pgserver import PgServer
from workplace import CheckError, run_quietly

HERE = os.path.dirname(os.path.abspath(__file__))
FLAGS = "-fsanitize=address,undefined -fno-omit-frame-pointer -g"
# Leaks: a backend keeps memory until it ends. Fake stacks and ODR: PostgreSQL's own ways. Without
# an abort a background worker that met an error would look like one that failed in another way.
ASAN_OPTIONS = ("detect_leaks=0:abort_on_error=1:detect_odr_violation=0:detect_stack_use_after_return=0:"
                "quarantine_size_mb=32")
UBSAN_OPTIONS = "print_stacktrace=1"


def make_variables():
    """Instead of the server's flags: not optimised, which takes the compiler an eighth of the time, and
    without -fwrapv, by which no overflow is an error. Instrumented code draws false warnings."""
    flags = "-O0 -fno-strict-aliasing -fPIC"
    return ["CC=gcc " + FLAGS, "CXX=g++ " + FLAGS, "CFLAGS=" + flags, "CXXFLAGS=" + flags, "WERROR="]


class Sanitizer:
    """The wrapped server of a workplace and the reports its processes write."""

    def __init__(self, work):
        self.work = work
        self.reports_dir = work.scratch("reports")

    def install(self):
        """Puts the runtime in front of the server's program; psql, initdb and pg_ctl stay as they are."""
        runtime = os.path.join(self.work.dir, "runtime.so")
        run_quietly(["gcc", "-shared", "-fPIC", "-Wl,-z,initfirst", "-o", runtime, os.path.join(HERE, "runtime.c")])
        # The C++ library too: libasan must find its __cxa_throw in a server that links none.
        preload = [self._library("libasan.so"), self._library("libstdc++.so.6"), runtime]
        program = os.path.join(self.work.config("--bindir"), "postgres")
        if not os.path.exists(program + ".plain"):
            os.rename(program, program + ".plain")
        # Under its old name, which pg_ctl restart finds in postmaster.opts.
        with open(program, "w", encoding="utf-8") as file:
            file.write("#!/bin/bash\nexport LD_PRELOAD='%s' ASAN_OPTIONS=%s UBSAN_OPTIONS=%s PENSTOCK_REPORTS='%s'\n"
                       "exec -a \"$0\" \"$0.plain\" \"$@\"\n"
                       % (" ".join(preload), ASAN_OPTIONS, UBSAN_OPTIONS, self.reports_dir))
        os.chmod(program, 0o755)
        self._build_probe()

    @staticmethod
    def _library(name):
        path = os.path.realpath(run_quietly(["gcc", "-print-file-name=" + name]).strip())
        if not os.path.isfile(path):
            raise CheckError("gcc has no %s" % name)
        return path

    def _build_probe(self):
        """A module of its own, which is no part of the product."""
        target = os.path.join(self.work.config("--pkglibdir"), "sanitize_probe.so")
        run_quietly(["gcc", "-shared", "-fPIC", *FLAGS.split(), "-isystem", self.work.config("--includedir-server"),
                     "-o", target, os.path.join(HERE, "probe.c")])

    def probe(self):
        """Loads the planted errors into a server of its own; returns what was not reported of them."""
        with PgServer(self.work.config("--bindir")) as server:
            server.psql("postgres", "-c", "LOAD 'sanitize_probe'", check=False)  # ends the session's process
        text = "".join(self._texts().values())
        return [name for name in ("signed-integer-overflow", "heap-buffer-overflow") if name not in text]

    def reports(self):
        """The texts of the reports but for the planted ones, by file."""
        return {path: text for path, text in self._texts().items() if "probe.c" not in text}

    def _texts(self):
        found = {}
        for path in sorted(glob.glob(os.path.join(self.reports_dir, "*"))):
            with open(path, encoding="utf-8", errors="replace") as file:
                found[path] = file.read()
        return found
