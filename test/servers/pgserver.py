"""pgserver.py: throwaway PostgreSQL servers for the conformance, demo, integration and bench tools.

Needs nothing but the PostgreSQL programs and the standard library. PostgreSQL refuses to run as
root, so under root everything of the server runs as an unprivileged user.
"""
import glob
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class ServerError(Exception):
    """A PostgreSQL server or program that does not do what the tools need."""


def find_pg_bin(given=None):
    """The bin directory to use: --pg-bin, PG_CONFIG, the private copy of the build, the PATH."""
    if given:
        candidates = [os.path.join(given, "pg_config")]
    elif os.environ.get("PG_CONFIG"):
        candidates = [os.environ["PG_CONFIG"]]
    else:
        candidates = sorted(glob.glob(os.path.join(ROOT, "build/pg/**/bin/pg_config"), recursive=True),
                            reverse=True)
        candidates += sorted(glob.glob("/usr/lib/postgresql/15/bin/pg_config"))
        candidates += ["pg_config"]
    for candidate in candidates:
        path = shutil.which(candidate)
        if path:
            directory = subprocess.run([path, "--bindir"], check=True, capture_output=True,
                                       text=True).stdout.strip()
            if os.access(os.path.join(directory, "initdb"), os.X_OK):
                return directory
    raise ServerError("no PostgreSQL server found (looked for %s); run make check once, or set PG_CONFIG"
                      % ", ".join(candidates))


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port():
    """A port that nobody has, nor the one after it: Kafka takes two. By chance, so that two that start
    together differ, and below those that the kernel gives to outgoing connections: one of these could
    take it before the server does."""
    chance = random.SystemRandom()
    for _ in range(1000):
        port = chance.randrange(10240, 32000, 2)
        if is_free(port) and is_free(port + 1):
            return port
    raise ServerError("no free port between 10240 and 32000")


def wait_until(condition, seconds, what, interval=0.02):
    """Polls condition until it is true; its value is returned."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise ServerError("%s: not within %g s" % (what, seconds))
        time.sleep(interval)


class PgServer:
    """One server in a directory of its own. Use as a context manager, or call start and stop."""

    def __init__(self, pg_bin, directory=None, port=None, settings=None, preload=False):
        self.pg_bin = pg_bin
        self.own_directory = directory is None
        self.directory = directory or tempfile.mkdtemp(prefix="penstock-pg-")
        self.port = port or free_port()
        self.data = os.path.join(self.directory, "data")
        self.log = os.path.join(self.directory, "server.log")
        self.settings = dict(settings or {})
        self.preload = preload
        self.prefix, self.user = self._unprivileged()

    @staticmethod
    def _unprivileged():
        if os.geteuid() != 0:
            return [], pwd.getpwuid(os.geteuid())
        for name in ("postgres", "nobody"):
            try:
                user = pwd.getpwnam(name)
            except KeyError:
                continue
            if not shutil.which("setpriv"):
                raise ServerError("setpriv is missing; install util-linux, or do not run as root")
            return ["setpriv", "--reuid=%d" % user.pw_uid, "--regid=%d" % user.pw_gid, "--clear-groups"], user
        raise ServerError("no unprivileged user to run PostgreSQL as")

    def program(self, name):
        return os.path.join(self.pg_bin, name)

    def config(self, option):
        return subprocess.run([self.program("pg_config"), option], check=True, capture_output=True,
                              text=True).stdout.strip()

    def has_plugin(self):
        return os.path.exists(os.path.join(self.config("--pkglibdir"), "penstock_output.so"))

    def has_extension(self):
        control = os.path.join(self.config("--sharedir"), "extension", "penstock.control")
        return os.path.exists(control) and os.path.exists(os.path.join(self.config("--pkglibdir"), "penstock.so"))

    def has_library(self, name):
        return os.path.exists(os.path.join(self.config("--pkglibdir"), name + ".so"))

    def run_as_server(self, command, **options):
        options.setdefault("cwd", self.directory)
        return subprocess.run(self.prefix + command, capture_output=True, text=True, check=False, **options)

    def init(self, plugins=("penstock_output",)):
        os.chmod(self.directory, 0o755)
        os.makedirs(self.data, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(self.directory, self.user.pw_uid, self.user.pw_gid)
            os.chown(self.data, self.user.pw_uid, self.user.pw_gid)
        done = self.run_as_server([self.program("initdb"), "-D", self.data, "-U", "postgres", "-A", "trust",
                                   "-E", "UTF8", "--locale=C", "--no-sync"])
        if done.returncode != 0:
            raise ServerError("initdb: %s" % (done.stderr or done.stdout).strip())
        values = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.directory,
            "wal_level": "logical", "max_replication_slots": 60, "max_wal_senders": 20,
            "max_worker_processes": 40, "max_prepared_transactions": 10,
            "fsync": "off", "timezone": "UTC", "log_timezone": "UTC",
            "logging_collector": "off", "log_min_messages": "info",
        }
        if self.preload:
            values["shared_preload_libraries"] = "penstock"
        # The allow-list of output plugins exists since 15.19, 16.15, 17.11 and 18.6.
        described = self.run_as_server([self.program("postgres"), "--describe-config"]).stdout
        if "output_plugin_libraries" in described:
            values["output_plugin_libraries"] = ",".join(("pgoutput", "test_decoding") + tuple(plugins))
        values.update(self.settings)
        with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="utf-8") as conf:
            for name, value in values.items():
                conf.write("%s = '%s'\n" % (name, str(value).replace("'", "''")))

    def start(self):
        done = self.run_as_server([self.program("pg_ctl"), "-D", self.data, "-l", self.log, "-w", "-t", "60", "start"])
        if done.returncode != 0:
            raise ServerError("the server does not start: %s\n%s" % (done.stderr.strip(), self.log_tail()))

    def stop(self, mode="fast"):
        if os.path.exists(os.path.join(self.data, "postmaster.pid")):
            self.run_as_server([self.program("pg_ctl"), "-D", self.data, "-w", "-t", "60", "-m", mode, "stop"])

    def log_tail(self, lines=20):
        try:
            with open(self.log, encoding="utf-8", errors="replace") as log:
                return "".join(log.readlines()[-lines:])
        except OSError:
            return ""

    def remove(self):
        """Stops the server and removes its files."""
        self.stop("immediate")
        if self.own_directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        try:
            self.init()
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_):
        self.remove()

    # --- clients --------------------------------------------------------------------------------

    def environment(self):
        env = {k: v for k, v in os.environ.items() if not k.startswith("PG") or k == "PG_CONFIG"}
        env.update(PGHOST="127.0.0.1", PGPORT=str(self.port), PGUSER="postgres", PGTZ="UTC",
                   PGCLIENTENCODING="UTF8", PGOPTIONS="-c client_min_messages=warning")
        return env

    def psql(self, database, *arguments, stdin=None, check=True):
        """Runs psql; its standard output is returned."""
        done = subprocess.run(
            [self.program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database, *arguments],
            env=self.environment(), input=stdin, stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True, encoding="utf-8", check=False)
        if check and done.returncode != 0:
            raise ServerError("psql: %s" % done.stderr.strip())
        return done.stdout

    def sql(self, database, *statements):
        """Runs statements, one transaction each, in one session; the output without its last newline."""
        arguments = []
        for statement in statements:
            arguments += ["-c", statement]
        return self.psql(database, *arguments).rstrip("\n")

    def sinks_gone(self, database, names, seconds=30):
        """Drops sinks and waits until their slots are gone too."""
        for name in names:
            self.sql(database, "SELECT penstock.drop_sink(%s, if_exists => true)" % quote(name))
        wait_until(lambda: self.sql(database, "SELECT count(*) FROM penstock.sink") == "0", seconds,
                   "sinks dropped")


def quote(text):
    """A SQL literal."""
    if "\\" not in text:
        return "'" + text.replace("'", "''") + "'"
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def stop_on_signals():
    """SIGTERM and SIGHUP end the tool as Ctrl-C does, so that everything it started is cleaned up."""
    def leave(_number, _frame):
        raise KeyboardInterrupt
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)


def fail(tool, error):
    print("%s: %s" % (tool, error), file=sys.stderr)
    return 2
