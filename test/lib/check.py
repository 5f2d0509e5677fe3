#!/usr/bin/env python3
"""Builds penstock, installs it into a private copy of PostgreSQL and runs the test suites side by side.

    test/lib/check.py              every suite ("make check")
    test/lib/check.py tap unit     some of them
    test/lib/check.py --list       their names

Needs no running server and leaves the installed PostgreSQL alone; under root the servers run as an
unprivileged user. A suite that does not run counts as one failure. The last line of the output is
"N passed, N failed" with the totals of all suites.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "test", "servers")]

from pgserver import ServerError, stop_on_signals  # noqa: E402
from workplace import CPUS, CheckError, Work, build, run_quietly  # noqa: E402

SUITE_TIMEOUT_SECONDS = 900


# --- suites -------------------------------------------------------------------------------------


class Suite:
    """One suite: its command, and how its log says what passed and failed."""

    def __init__(self, name, command, count, files=()):
        self.name = name
        self.command = command  # function(work) -> argument list
        self.count = count      # function(text) -> (passed, failed) or None
        self.files = files      # shown when it fails: patterns below the suite's scratch directory


def count_summary(text):
    """Our own tools: the last line is "N passed, N failed"."""
    found = re.findall(r"^(\d+) passed, (\d+) failed$", text, re.M)
    return (int(found[-1][0]), int(found[-1][1])) if found else None


def count_ctest(text):
    found = re.search(r"(\d+) tests? failed out of (\d+)", text)
    return (int(found[2]) - int(found[1]), int(found[1])) if found else None


def count_regress(text):
    """pg_regress: "test name ... ok" up to 15, TAP from 16 on."""
    passed = re.findall(r"^(?:test\s+\S+\s+\.\.\. ok|\s+\S+\s+\.\.\. ok|ok \d+ )", text, re.M)
    failed = re.findall(r"\.\.\. FAILED|^not ok \d+ ", text, re.M)
    return (len(passed), len(failed)) if passed or failed else None


def count_prove(text):
    found = re.search(r"^Files=\d+, Tests=(\d+)", text, re.M)
    if not found:
        return None
    failed = sum(int(count) for count in re.findall(r"Failed (\d+)/\d+ subtests", text))
    if "Result: PASS" not in text:
        failed = max(failed, len(re.findall(r"^\S+\s+\(Wstat: ", text, re.M)), 1)
    return max(int(found[1]) - failed, 0), failed


def names_in(pattern):
    names = sorted(os.path.splitext(os.path.basename(path))[0] for path in glob.glob(os.path.join(ROOT, pattern)))
    if not names:
        raise CheckError("no tests in %s" % pattern)
    return names


def server_settings(work, path):
    """test/regress.conf, and our plugin in the allow-list where the server has one."""
    with open(os.path.join(ROOT, "test", "regress.conf"), encoding="utf-8") as file:
        text = file.read()
    described = run_quietly(work.prefix + [os.path.join(work.config("--bindir"), "postgres"), "--describe-config"],
                            cwd="/")
    if "output_plugin_libraries" in described:
        text += "output_plugin_libraries = 'pgoutput, test_decoding, penstock_output'\n"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def regress_command(work, name, program, source, inputdir, pattern, sanitised=()):
    directory = work.scratch(name, source)
    settings = os.path.join(directory, "server.conf")
    server_settings(work, settings)
    pgxs = os.path.dirname(os.path.dirname(os.path.dirname(work.config("--pgxs"))))
    return work.prefix + [
        os.path.join(pgxs, program), "--bindir=" + work.config("--bindir"),
        "--inputdir=" + os.path.join(directory, inputdir), "--outputdir=" + directory,
        "--temp-instance=" + os.path.join(directory, "instance"), "--temp-config=" + settings,
        *sanitised, *names_in(pattern)]


def regress(work):
    return regress_command(work, "regress", "src/test/regress/pg_regress", ["sql", "expected"], "", "sql/*.sql")


def isolation(work):
    return regress_command(work, "isolation", "src/test/isolation/pg_isolation_regress", ["test/isolation"],
                           "test/isolation", "test/isolation/specs/*.spec")


def tap(work):
    names_in("test/t/*.pl")
    directory = work.scratch("tap", ["test/t"])
    pgxs = os.path.dirname(os.path.dirname(os.path.dirname(work.config("--pgxs"))))
    environment = {"TESTDIR": directory, "TESTDATADIR": os.path.join(directory, "tmp_check"),
                   "TESTLOGDIR": os.path.join(directory, "tmp_check", "log"),
                   "PG_REGRESS": os.path.join(pgxs, "src/test/regress/pg_regress"),
                   "PATH": work.config("--bindir") + ":" + os.environ["PATH"]}
    scripts = sorted(glob.glob(os.path.join(directory, "test", "t", "*.pl")))
    return work.prefix + ["env"] + ["%s=%s" % item for item in environment.items()] + [
        "prove", "-j2", "-I", os.path.join(pgxs, "src/test/perl"), "-I", os.path.join(directory, "test/t"), *scripts]


def unit(work):
    del work
    return [os.path.join(HERE, "unit.sh"), "default"]


def docs(work):
    del work
    return [os.path.join(HERE, "docs.py"), "--check"]


def tool(*path, arguments=()):
    return lambda work: [os.path.join(ROOT, *path), *arguments]


# The long ones first, so that none of them is left alone at the end.
SUITES = [
    Suite("integration", tool("test", "integration", "run"), count_summary),
    Suite("elasticsearch", tool("test", "integration", "elasticsearch"), count_summary),
    Suite("avro", tool("test", "integration", "avro"), count_summary),
    Suite("tap", tap, count_prove, ["tmp_check/log/*.log"]),
    Suite("unit", unit, count_ctest),
    Suite("conformance", tool("test", "conformance", "run"), count_summary),
    Suite("quirks", tool("test", "conformance", "run", arguments=["--right"]), count_summary),
    Suite("regress", regress, count_regress, ["regression.diffs", "log/postmaster.log"]),
    Suite("isolation", isolation, count_regress, ["regression.diffs", "output_iso/regression.diffs", "log/postmaster.log"]),
    Suite("readme", tool("test", "lib", "readme_test.py"), count_summary),
    Suite("docs", docs, count_summary),
    Suite("checker", tool("test", "faults", "check_test.py"), count_summary),
    Suite("symbols", tool("test", "lib", "symbols_test.sh"), count_summary),
    Suite("sources", tool("test", "lib", "sources_test.sh"), count_summary),
]


class Runner:
    """Runs suites, at most as many at a time as there is room for; prints each one's result."""

    def __init__(self, work):
        self.work = work
        self.print_lock = threading.Lock()
        self.running = {}
        self.stopping = False

    def run(self, suite):
        """Returns passed, failed and the text to show for a failure."""
        start = time.monotonic()
        log = os.path.join(self.work.logs, suite.name + ".log")
        try:
            code = self.execute(suite, suite.command(self.work), log)
            with open(log, encoding="utf-8", errors="replace") as file:
                counted = suite.count(file.read())
        except (CheckError, ServerError, OSError) as error:
            with open(log, "a", encoding="utf-8") as file:
                file.write("%s\n" % error)
            code, counted = 2, None
        passed, failed = counted or (0, 1)
        if code != 0 or passed + failed == 0:
            failed = max(failed, 1)  # also a suite that lost its way after its last test
        with self.print_lock:
            print("%-13s %5d passed, %3d failed  (%.0f s)" % (suite.name, passed, failed, time.monotonic() - start),
                  flush=True)
        return passed, failed

    def execute(self, suite, command, log):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        environment["PG_CONFIG"] = self.work.pg_config
        with open(log, "w", encoding="utf-8") as file:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
                                       cwd=self.work.dir, env=environment, start_new_session=True)
            self.running[suite.name] = process
            try:
                return process.wait(SUITE_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                self.stop(process)
                file.write("\nstopped after %d s\n" % SUITE_TIMEOUT_SECONDS)
                return 2
            finally:
                del self.running[suite.name]
                if process.returncode != 0:
                    self.stop_servers(suite)

    def stop_servers(self, suite):
        """Of a suite that was stopped: prove and pg_regress leave theirs behind."""
        for path in glob.glob(os.path.join(self.work.dir, suite.name, "**", "postmaster.pid"), recursive=True):
            subprocess.run(self.work.prefix + [os.path.join(self.work.config("--bindir"), "pg_ctl"), "-D",
                                               os.path.dirname(path), "-m", "immediate", "stop"],
                           cwd="/", stdin=subprocess.DEVNULL, capture_output=True, check=False)

    @staticmethod
    def stop(process):
        """SIGTERM first: the tools stop the servers they started."""
        for number, seconds in ((signal.SIGTERM, 30), (signal.SIGKILL, 10)):
            try:
                os.killpg(process.pid, number)
                process.wait(seconds)
                return
            except subprocess.TimeoutExpired:
                continue
            except ProcessLookupError:
                return

    def show(self, suite):
        """What a reader needs first: the end of the log, differences, the server's last words."""
        paths = [os.path.join(self.work.logs, suite.name + ".log")]
        for pattern in suite.files:
            paths += sorted(glob.glob(os.path.join(self.work.dir, suite.name, pattern)))
        for path in paths:
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as file:
                    lines = file.readlines()
                keep = 200 if path.endswith(".diffs") else 60
                print("\n--- %s: %s%s" % (suite.name, path, " (its end)" if len(lines) > keep else ""))
                print("".join(lines[-keep:]), end="")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="names of the suites")
    parser.add_argument("--build", action="store_true", help="build the product and install it, no more")
    parser.add_argument("--apart", metavar="NAME", default="",
                        help="a private copy, logs and objects of this name, beside those of other runs")
    parser.add_argument("names", nargs="*", metavar="SUITE")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(suite.name for suite in SUITES))
        return 0
    unknown = set(arguments.names) - {suite.name for suite in SUITES}
    if unknown:
        parser.error("no suite %s" % ", ".join(sorted(unknown)))
    suites = [suite for suite in SUITES if not arguments.names or suite.name in arguments.names]

    start = time.monotonic()
    work = Work(arguments.apart)
    work.lock()
    if not prepare(work, len(suites), product=arguments.build):
        return 1
    if arguments.build:
        return 0
    passed, failed = run_suites(work, suites)
    print("\n%.0f s; logs in %s" % (time.monotonic() - start, work.logs))
    print("%d passed, %d failed" % (passed, failed), flush=True)
    return 1 if failed else 0


def prepare(work, suites, **options):
    """Builds and installs; when that fails, each of the suites counts as a failure."""
    start = time.monotonic()
    for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
        os.environ.pop(name, None)  # of the make that started us; ours are their own
    print("building", flush=True)
    try:
        build(work, **options)
    except CheckError as error:
        print("%s\n0 passed, %d failed" % (error, suites), flush=True)
        return False
    print("built and installed into %s  (%.0f s)" % (work.pg, time.monotonic() - start), flush=True)
    return True


def run_suites(work, suites):
    """Runs the suites side by side and shows what failed; returns how many tests passed and failed."""
    runner = Runner(work)
    pool = concurrent.futures.ThreadPoolExecutor(max_workers=CPUS + 1)  # much of it is waiting
    try:
        results = list(pool.map(runner.run, suites))
    except KeyboardInterrupt:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in list(runner.running.values()):
            runner.stop(process)
        raise
    for suite, (_, failed) in zip(suites, results):
        if failed:
            runner.show(suite)
    return tuple(sum(counts) for counts in zip(*results))


if __name__ == "__main__":
    stop_on_signals()
    try:
        sys.exit(main())
    except CheckError as error:
        print(error, file=sys.stderr)
        print("0 passed, 1 failed", flush=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
