"""world.py: what the fault tools share: PostgreSQL, Kafka, Elasticsearch, sinks, writers, the checker."""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "servers"))

import kafka  # noqa: E402
from pgserver import (PgServer, ServerError, fail, find_pg_bin, free_port, quote,  # noqa: E402,F401
                      stop_on_signals, wait_until)
from proxy import Proxy  # noqa: E402
from starter import Started  # noqa: E402

TABLES = ["load.account", "load.pair", "load.document", "load.full_document", "load.ballast"]
SESSIONS = 4  # of small transactions; one more makes large ones
LARGE_SESSION = 9
DOWN_SECONDS = 300  # longest recovery on a slow machine


class Session:
    """One psql that stays connected."""

    def __init__(self, server, database):
        self.process = subprocess.Popen(
            [server.program("psql"), "-X", "-q", "-A", "-t", "-d", database], env=server.environment(), bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")

    def ask(self, sql):
        """The lines of the answer."""
        mark = "\x01done"
        try:
            self.process.stdin.write("%s;\n\\echo '%s'\n" % (sql, mark))
            self.process.stdin.flush()
        except OSError as error:
            raise ServerError("psql is gone") from error
        lines = []
        for line in self.process.stdout:
            if line.rstrip("\n") == mark:
                break
            lines.append(line.rstrip("\n"))
        else:
            raise ServerError("psql ended: %s" % " ".join(lines))
        for line in lines:
            if re.match(r"(psql:\S+ )?(ERROR|FATAL|server closed|connection to server)", line):
                raise ServerError("psql: %s" % " ".join(lines))
        return lines

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Node(Started):
    """Kafka or Elasticsearch; with a proxy in front of it when its network is to fail."""

    def __init__(self, name, directory, proxied=False):
        super().__init__(name, directory, free_port())
        self.proxy = Proxy(self.port) if proxied else None
        self.client_port = self.proxy.port if proxied else self.port
        self.settings = []
        if name == "kafka" and proxied:  # else clients go round it
            self.settings = ["advertised.listeners=PLAINTEXT://127.0.0.1:%d" % self.client_port]

    def start(self):
        """Processes that were killed may hold the port for a moment yet."""
        wait_until(lambda: not answers(self.port), DOWN_SECONDS, "port %d of %s is free" % (self.port, self.name), 0.05)
        return self.up(*self.settings)

    def kill_at_once(self):
        """SIGKILL of all its processes, without the time that kill() needs to start a program."""
        with open(os.path.join(self.directory, self.name, "pid"), encoding="utf-8") as file:
            os.killpg(int(file.read().split()[0]), signal.SIGKILL)

    def remove(self):
        self.down(wipe=True)
        if self.proxy:
            self.proxy.close()


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class World:
    """PostgreSQL, the destinations, and the sinks of one database at a time."""

    def __init__(self, pg_bin, directory, destinations, proxied=False, settings=None):
        self.directory = directory
        # After crashes in a row the workers wait longer and longer: not here, where they are on purpose.
        settings = {"penstock.restart_max_interval": "4s", **(settings or {})}
        self.server = PgServer(pg_bin, os.path.join(directory, "postgresql"), preload=True, settings=settings)
        self.nodes = {name: Node(name, os.path.join(directory, "servers"), proxied) for name in destinations}
        self.database = None
        self.prefix = None
        self.sinks = []
        self.watcher = None

    # --- servers ----------------------------------------------------------------------------------

    def start(self):
        if not (self.server.has_plugin() and self.server.has_extension()):
            raise ServerError("penstock is not installed in %s" % self.server.config("--pkglibdir"))
        kafka.need_kcat()
        for node in self.nodes.values():
            print(node.start(), flush=True)
        os.makedirs(self.server.directory, exist_ok=True)
        self.server.init()
        self.server.start()

    def stop(self):
        self.forget_watcher()
        self.server.remove()
        for node in self.nodes.values():
            node.remove()

    def kill_server(self):
        """The postmaster and all its children, as when the machine goes."""
        with open(os.path.join(self.server.data, "postmaster.pid"), encoding="utf-8") as file:
            postmaster = int(file.readline())
        children = processes_of(postmaster)
        for pid in [postmaster, *children]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it ended with its parent

    def start_server(self):
        """Until the last of the killed processes is gone the shared memory is in use."""
        end = time.monotonic() + DOWN_SECONDS
        while True:
            try:
                self.server.start()
                return
            except ServerError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def wait_for_server(self):
        wait_until(self.server_answers, DOWN_SECONDS, "server accepts connections", 0.1)

    def server_answers(self):
        try:
            return self.server.sql("postgres", "SELECT 1") == "1"
        except ServerError:
            return False

    # --- one database and its sinks -----------------------------------------------------------------

    def create_database(self, name, ballast):
        self.database, self.prefix, self.sinks = name, name, []
        self.server.sql("postgres", "CREATE DATABASE %s" % name)
        self.server.psql(name, "-v", "ballast=%d" % ballast, "-f", os.path.join(HERE, "load.sql"))
        self.server.sql(name, "CREATE EXTENSION penstock")

    def options(self, connector, small_buffers):
        """With small buffers the snapshot takes long enough to be hit, and transactions are larger than they."""
        if connector == "kafka":
            options = {"bootstrap.servers": "127.0.0.1:%d" % self.nodes["kafka"].client_port, "schemas.enable": "false",
                       "decimal.handling.mode": "string", "topic.creation.default.partitions": "3",
                       "topic.creation.default.replication.factor": "1"}
            small = {"linger.ms": "50", "buffer.memory": "1048576"}
        else:
            options = {"connection.url": "http://127.0.0.1:%d" % self.nodes["elasticsearch"].client_port}
            small = {"linger.ms": "50", "batch.size": "500", "max.buffered.records": "2000"}
        return {"topic.prefix": self.prefix, **options, **(small if small_buffers else {})}

    def use_database(self, name, connectors):
        """One that create_database made earlier."""
        self.forget_watcher()
        self.database, self.prefix = name, name
        self.sinks = [self.sink_name(connector) for connector in connectors]

    def sink_name(self, connector):
        return "%s_%s" % (self.database, connector)

    def create_sinks(self, connectors=None, small_buffers=True):
        tables = "ARRAY[%s]" % ", ".join(map(quote, TABLES))
        for connector in connectors or self.nodes:
            name = self.sink_name(connector)
            self.sql("SELECT penstock.create_sink('%s', '%s', %s, %s)"
                     % (name, connector, tables, quote(json.dumps(self.options(connector, small_buffers)))))
            self.sinks.append(name)

    def drop_database(self):
        self.server.sinks_gone(self.database, self.sinks, DOWN_SECONDS)
        self.forget_watcher()
        self.server.sql("postgres", "DROP DATABASE %s WITH (FORCE)" % self.database)

    def sql(self, *statements):
        return self.server.sql(self.database, *statements)

    def watch(self, sql):
        """Asks through a session that stays open, for answers within a millisecond or so."""
        if self.watcher is None:
            self.watcher = Session(self.server, self.database)
        try:
            return self.watcher.ask(sql)
        except ServerError:
            self.forget_watcher()
            raise

    def forget_watcher(self):
        if self.watcher:
            self.watcher.close()
            self.watcher = None

    def states(self):
        """{sink: (state, reason)}"""
        rows = self.watch("SELECT name, state, translate(reason, E'\\n|', '  ') FROM penstock.sinks")
        return {name: (state, reason) for name, state, reason in (row.split("|") for row in rows)}

    def wait_for_states(self, wanted, seconds=DOWN_SECONDS):
        def reached():
            try:
                return {state for state, _ in self.states().values()} == {wanted}
            except ServerError:
                return False  # the server is starting
        try:
            wait_until(reached, seconds, "", 0.1)
        except ServerError as error:
            raise ServerError("sinks are not %s within %d s: %s" % (wanted, seconds, self.states())) from error

    def wait_for_sinks(self, seconds=DOWN_SECONDS):
        """Everything that is committed now is delivered."""
        lsn = self.sql("SELECT pg_current_wal_insert_lsn()")

        def delivered(sink):
            try:
                self.sql("SELECT penstock.wait_for_sink('%s', '%s', '5 s')" % (sink, lsn))
                return True
            except ServerError as error:
                self.last_error = str(error)
                return False
        for sink in self.sinks:
            try:
                wait_until(lambda sink=sink: delivered(sink), seconds, "", 0.1)
            except ServerError as error:
                raise ServerError("sink %s has not delivered within %d s: %s\n%s"
                                  % (sink, seconds, self.states(), self.last_error)) from error

    def check(self, redeliveries=None):
        """Runs the checker; returns (its exit status, its output, counts)."""
        result = os.path.join(self.directory, "check.json")
        if os.path.exists(result):
            os.remove(result)
        command = [os.path.join(HERE, "check.py"), "--tables", ",".join(TABLES), "--prefix", self.prefix, "--json", result,
                   "--psql", "%s -h 127.0.0.1 -p %d -U postgres -d %s"
                   % (self.server.program("psql"), self.server.port, self.database)]
        if "kafka" in self.nodes:
            command += ["--kafka", "127.0.0.1:%d" % self.nodes["kafka"].client_port]
        if "elasticsearch" in self.nodes:
            command += ["--elasticsearch", "http://127.0.0.1:%d" % self.nodes["elasticsearch"].client_port]
        if redeliveries is not None:
            command += ["--redeliveries", str(redeliveries)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False)
        counts = {}
        if os.path.exists(result):
            with open(result, encoding="utf-8") as file:
                counts = json.load(file)["counts"]
        return done.returncode, (done.stdout + done.stderr).strip(), counts


class Writers:
    """Sessions that write at a rate (changes per second), again and again when the server goes away."""

    def __init__(self, world, rate):
        self.world = world
        self.stopping = threading.Event()
        self.errors = []
        world.sql("TRUNCATE stop")
        jobs = [(n + 1, "false", 0.75 * rate / SESSIONS) for n in range(SESSIONS)] + [(LARGE_SESSION, "true", 0.25 * rate)]
        self.threads = [threading.Thread(target=self._write, args=job, daemon=True) for job in jobs]
        for thread in self.threads:
            thread.start()

    def _write(self, session, many, rate):
        server = self.world.server
        while not self.stopping.is_set():
            done = subprocess.run([server.program("psql"), "-X", "-q", "-d", self.world.database, "-v", "ON_ERROR_STOP=1",
                                   "-c", "CALL write(%d, %s, %f)" % (session, many, rate)],
                                  env=server.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  check=False)
            # A session that was cut off by the fault says so; anything else is a mistake of the load.
            if done.returncode and not re.search("terminat|connection|crash|starting up|shutting down|recovery", done.stderr):
                self.errors.append(done.stderr)
                return
            self.stopping.wait(0.05)  # the server is away: not a hot loop

    def stop(self):
        self.stopping.set()
        self.world.sql("INSERT INTO stop VALUES (0)")
        for thread in self.threads:
            thread.join(60)
        if self.errors:
            raise ServerError("load: %s" % self.errors[0].strip())


def processes_of(parent):
    """Child processes."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name, encoding="utf-8") as stat:
                    if int(stat.read().rpartition(")")[2].split()[1]) == parent:
                        found.append(int(name))
            except (OSError, IndexError):
                continue
    return found
