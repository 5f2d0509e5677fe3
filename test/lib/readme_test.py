#!/usr/bin/env python3
"""Runs every command of README.md as it is printed there, against a throwaway server, a real Kafka and a
real Elasticsearch.

Blocks marked sh, sql and conf are run in the order of the page; a block that fails is shown with its
output. Other blocks (console, json, plain) are not commands. What belongs to a machine of the user is
replaced: sudo and systemctl by stand-ins for this server, apt-get by a look whether the packages are
there, localhost:9092 and localhost:9200 by the servers of the test, /tmp by a directory of the test.

Uses the broker of PENSTOCK_TEST_KAFKA and the node of PENSTOCK_TEST_ELASTICSEARCH (host:port), else starts
its own.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "test", "servers"))

import elasticsearch  # noqa: E402
import kafka  # noqa: E402
from pgserver import PgServer, ServerError, fail, find_pg_bin, free_port, stop_on_signals  # noqa: E402

DATABASE = "shop"
COMMANDS = ("sh", "sql", "conf")
BLOCK_TIMEOUT_SECONDS = 300

STAND_INS = {
    # As on the user's machine, but without another user.
    "sudo": 'exec "$@"',
    # The package names must be right: each is installed here.
    "apt-get": 'for word in "$@"; do case $word in -* | install | update) ;; *) dpkg -s "$word" >/dev/null || exit 1 ;; '
               "esac; done",
    "systemctl": 'test "$1 $2" = "restart postgresql" && exec %(prefix)s %(pg_ctl)s -D %(data)s -l %(log)s -w restart',
}


def blocks(text):
    """(line, language, content) of every fenced block."""
    found = []
    for match in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S):
        found.append((text.count("\n", 0, match.start()) + 1, match[1], match[2]))
    return found


class Beside:
    """Starts a server while the test goes on with something else."""

    def __init__(self, server):
        self.error = None
        self.thread = threading.Thread(target=self._start, args=(server,), daemon=True)
        self.thread.start()

    def _start(self, server):
        try:
            server.up()
        except ServerError as error:
            self.error = error

    def wait(self):
        self.thread.join()
        if self.error:
            raise self.error


class Test:
    def __init__(self, directory):
        self.directory = directory
        self.passed = self.failed = 0
        self.broker = self.node = None
        # The page sets what the server needs.
        self.server = PgServer(find_pg_bin(), os.path.join(directory, "pg"), settings={"wal_level": "replica"})
        os.mkdir(self.server.directory)
        self.files = os.path.join(directory, "files")
        os.mkdir(self.files)
        os.chmod(self.files, 0o777)

    def start(self):
        started = []
        self.bootstrap = os.environ.get("PENSTOCK_TEST_KAFKA")
        if not self.bootstrap:
            self.broker = kafka.Broker(os.path.join(self.directory, "servers"), free_port())
            self.bootstrap = self.broker.bootstrap
            started.append(Beside(self.broker))
        self.search = os.environ.get("PENSTOCK_TEST_ELASTICSEARCH")
        if not self.search:
            self.node = elasticsearch.Node(os.path.join(self.directory, "servers"), free_port())
            self.search = "127.0.0.1:%d" % self.node.port
            started.append(Beside(self.node))
        self.server.init(plugins=())
        self.server.start()
        self.server.sql("postgres", "CREATE DATABASE " + DATABASE)
        stand_ins = os.path.join(self.directory, "bin")
        os.mkdir(stand_ins)
        values = {"prefix": " ".join(self.server.prefix), "pg_ctl": self.server.program("pg_ctl"),
                  "data": self.server.data, "log": self.server.log}
        for name, body in STAND_INS.items():
            path = os.path.join(stand_ins, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write("#!/bin/sh\n%s\n" % (body % values if "%(" in body else body))
            os.chmod(path, 0o755)
        self.environment = self.server.environment()
        self.environment.update(PATH=stand_ins + ":" + self.server.pg_bin + ":" + os.environ["PATH"],
                                PGDATABASE=DATABASE, PG_CONFIG=self.server.program("pg_config"))
        for server in started:
            server.wait()

    def here(self, text):
        text = text.replace("localhost:9092", self.bootstrap).replace("localhost:9200", self.search)
        return text.replace("/tmp/", self.files + "/")

    def execute(self, language, content):
        if language == "conf":
            return self.configure(content)
        if language == "sh":
            command, stdin = ["bash", "-eu", "-o", "pipefail", "-c", self.here(content)], ""
        else:
            command, stdin = ["psql", "-X", "-v", "ON_ERROR_STOP=1"], self.here(content)
        done = subprocess.run(command, input=stdin, env=self.environment, cwd=self.tree, encoding="utf-8",
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              timeout=BLOCK_TIMEOUT_SECONDS)
        return done.returncode == 0, done.stdout

    def configure(self, content):
        """Lines for postgresql.conf, without what this minor release does not know."""
        described = self.server.run_as_server([self.server.program("postgres"), "--describe-config"]).stdout
        lines = [line for line in content.splitlines(True)
                 if not line.startswith("output_plugin_libraries") or "output_plugin_libraries" in described]
        with open(os.path.join(self.server.data, "postgresql.conf"), "a", encoding="utf-8") as file:
            file.writelines(lines)
        return True, ""

    def run(self):
        with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
            commands = [block for block in blocks(file.read()) if block[1] in COMMANDS]
        # Installation first: the quick start on top of the page builds on it.
        install = [block for block in commands if block[1] == "conf" or "make" in block[2] or "systemctl" in block[2]]
        # The build has its tree; the private PostgreSQL has the result.
        self.tree = os.path.join(ROOT, "build", "source")
        for line, language, content in install + [block for block in commands if block not in install]:
            try:
                good, output = self.execute(language, content)
            except subprocess.TimeoutExpired:
                good, output = False, "not within %d s" % BLOCK_TIMEOUT_SECONDS
            title = "README.md:%d %s" % (line, language)
            if good:
                self.passed += 1
                print("ok   " + title, flush=True)
            else:
                self.failed += 1
                print("FAIL %s\n%s---\n%s" % (title, content, output), flush=True)

    def close(self):
        self.server.remove()
        for server in (self.broker, self.node):
            if server:
                server.down(wipe=True)


def main():
    directory = tempfile.mkdtemp(prefix="penstock-readme-")
    os.chmod(directory, 0o755)  # the server's user must reach its part
    test = Test(directory)
    try:
        test.start()
        test.run()
        if test.failed:
            print(test.server.log_tail(40))
        print("%d passed, %d failed" % (test.passed, test.failed))
        return 1 if test.failed else 0
    finally:
        test.close()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    stop_on_signals()
    try:
        sys.exit(main())
    except (ServerError, OSError, subprocess.SubprocessError) as error:
        sys.exit(fail("readme", error))
    except KeyboardInterrupt:
        sys.exit(130)
