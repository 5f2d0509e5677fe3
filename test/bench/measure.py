"""measure.py: what the parts of the bench share: processes seen through /proc, the rows they read,
sinks at a chosen position, results."""
import contextlib
import json
import os
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "servers"))

from pgserver import ROOT, ServerError, quote, wait_until  # noqa: E402

DATABASE = "bench"
TICK = os.sysconf("SC_CLK_TCK")
LOOK_INTERVAL_S = 0.05
FIND_INTERVAL_S = 0.5  # a look at all processes takes milliseconds
FIRST_INTERVAL_S = 0.01

TABLE = """
CREATE TABLE %(table)s (id bigint PRIMARY KEY, n int, s32 text, s64 text, amount numeric(12,2), ok boolean,
                        at timestamptz, doc jsonb);
CREATE PROCEDURE load_%(table)s(total int, per_transaction int) LANGUAGE plpgsql AS $$
BEGIN
    FOR lowest IN 1 .. total BY per_transaction LOOP
        INSERT INTO %(table)s
        SELECT g, g %% 1000003, md5(g::text), md5(g::text) || md5((g + 1)::text), (g %% 10000000) / 100.0, g %% 2 = 0,
               '2026-01-01 00:00+00'::timestamptz + g * interval '1.000001 s',
               jsonb_build_object('k', g, 'name', 'name-' || g, 'tags', jsonb_build_array('a', 'b', 't' || g %% 7))
          FROM generate_series(lowest, least(lowest + per_transaction - 1, total)) g;
        COMMIT;
    END LOOP;
END
$$;
"""


# --- processes --------------------------------------------------------------------------------


def cpu_seconds(pid):
    """User and system time of a process, None when it is gone."""
    try:
        with open("/proc/%d/stat" % pid, encoding="utf-8") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / TICK


def give_way(pid, nice):
    """Sets the nice value of all threads of a process; those that they start later have it as well."""
    for thread in os.listdir("/proc/%d/task" % pid):
        with contextlib.suppress(ProcessLookupError):  # it has ended
            os.setpriority(os.PRIO_PROCESS, int(thread), int(nice))


def run_on(pid, processors):
    """Keeps all threads of a process, and those that they start later, on some processors."""
    for thread in os.listdir("/proc/%d/task" % pid):
        with contextlib.suppress(ProcessLookupError):  # it has ended
            os.sched_setaffinity(int(thread), processors)


def rss_anon_bytes(pid):
    try:
        with open("/proc/%d/status" % pid, encoding="utf-8") as status:
            for line in status:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def machine_busy_seconds():
    """CPU time of everything on the machine since its start."""
    with open("/proc/stat", encoding="utf-8") as stat:
        user, nice, system, _idle, _wait, irq, softirq = map(int, stat.readline().split()[1:8])
    return (user + nice + system + irq + softirq) / TICK


def children(parent, *titles):
    """Processes of the server whose title starts so."""
    starts = tuple(b"postgres: " + title.encode() for title in titles)
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name, encoding="utf-8") as stat:
                    if int(stat.read().rpartition(")")[2].split()[1]) != parent:
                        continue
                with open("/proc/%s/cmdline" % name, "rb") as command:
                    if command.read().startswith(starts):
                        found.append(int(name))
            except (OSError, IndexError):
                continue
    return found


class Sampler:
    """Watches the processes that find() returns: their CPU time and the peak of their anonymous
    memory. What one that has ended had used counts on. It looks seldom: it takes from the same
    processors."""

    def __init__(self, find):
        self.find = find
        self.used = {}
        self.peak = 0
        self.pids = []
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    @property
    def cpu_s(self):
        """As of now, or of the end."""
        if not self.stopping.is_set():
            self._look(find=True)
        return sum(self.used.values())

    def _look(self, find):
        with self.lock:
            if find:
                self.pids = self.find()
            for pid in self.pids:
                used = cpu_seconds(pid)
                if used is not None:
                    self.used[pid] = used
            self.peak = max(self.peak, sum(map(rss_anon_bytes, self.pids)))

    def _watch(self):
        next_find = 0.0
        while not self.stopping.is_set():
            find = not self.pids or time.monotonic() >= next_find
            if find:
                next_find = time.monotonic() + FIND_INTERVAL_S
            self._look(find)
            self.stopping.wait(LOOK_INTERVAL_S if self.pids else FIRST_INTERVAL_S)
        self._look(find=True)

    def stop(self):
        self.stopping.set()
        self.thread.join()
        if not self.used:
            raise ServerError("the process to measure was not found")


# --- the server ---------------------------------------------------------------------------------


def postmaster_pid(server):
    with open(os.path.join(server.data, "postmaster.pid"), encoding="utf-8") as file:
        return int(file.readline())


def start_server(server, plugins=("penstock_output",)):
    """A new server with the bench's database; with the extension when the server preloads it."""
    if not server.has_plugin() or (server.preload and not server.has_extension()):
        raise ServerError("penstock is not installed in %s" % server.config("--pkglibdir"))
    os.makedirs(server.directory, exist_ok=True)
    server.init(plugins=plugins)
    server.start()
    server.sql("postgres", "CREATE DATABASE %s" % DATABASE)
    if server.preload:
        server.sql(DATABASE, "CREATE EXTENSION penstock")


class Sinks:
    """Sinks of a server's bench database."""

    def __init__(self, server):
        self.server = server

    def create(self, name, connector, tables, options):
        self.server.sql(DATABASE, "SELECT penstock.create_sink('%s', '%s', ARRAY[%s], %s)"
                        % (name, connector, ", ".join(map(quote, tables)), quote(json.dumps(options))))

    def create_paused(self, name, connector, tables, options):
        """A sink that streams is paused before the WAL is made, so that it starts at the WAL's begin."""
        self.create(name, connector, tables, dict(options, **{"snapshot.mode": "no_data"}))
        self.wait_for_state(name, "streaming")
        self.pause(name)

    def pause(self, name):
        self.server.sql(DATABASE, "SELECT penstock.pause_sink('%s')" % name)
        self.wait_for_state(name, "paused")

    def resume(self, name):
        self.server.sql(DATABASE, "SELECT penstock.resume_sink('%s')" % name)

    def wait_until_delivered(self, name, lsn, seconds=600):
        """wait_for_sink in short turns: a sink that fails and starts again would make it wait for nothing."""
        end = time.monotonic() + seconds
        waits = "SELECT penstock.wait_for_sink('%s', '%s', '5s')" % (name, lsn)
        while not self.server.psql(DATABASE, "-c", waits, check=False).strip():
            failure = self.server.sql(DATABASE, "SELECT last_error FROM penstock.pg_stat_penstock_sinks"
                                                " WHERE name = '%s' AND failures > 0" % name)
            if failure or time.monotonic() > end:
                raise ServerError("sink %s does not deliver: %s" % (name, failure or "too slow"))

    def wait_for_state(self, name, wanted, seconds=60):
        def reached():
            state, _, reason = self.server.sql(
                DATABASE, "SELECT state || '|' || coalesce(reason, '') FROM penstock.sinks WHERE name = '%s'"
                % name).partition("|")
            if state in ("failed", "lost"):
                raise ServerError("sink %s %s: %s" % (name, state, reason))
            return state == wanted
        wait_until(reached, seconds, "sink %s %s" % (name, wanted))

    def counted(self, name):
        """(events, bytes) it has delivered since its server's start."""
        return tuple(map(int, self.server.sql(
            DATABASE, "SELECT event_count || ' ' || event_bytes FROM penstock.pg_stat_penstock_sinks WHERE name = '%s'"
            % name).split()))

    def drop(self, name):
        self.server.sql(DATABASE, "SELECT penstock.drop_sink('%s')" % name)
        wait_until(lambda: self.server.sql(
            DATABASE, "SELECT count(*) FROM penstock.sink WHERE name = '%s'" % name) == "0", 30, "sink gone")


# --- invocation and results -------------------------------------------------------------------


def number(name, default):
    text = os.environ.get(name) or str(default)
    if not text.isdigit() or int(text) < 1:
        raise ServerError("%s=%s is not a positive number" % (name, text))
    return int(text)


def chosen(name, allowed):
    """The values that an environment variable names, separated by spaces; all when it is not set."""
    wanted = (os.environ.get(name) or "").split() or list(allowed)
    for value in wanted:
        if value not in allowed:
            raise ServerError("%s=%s is unknown; one of %s" % (name, value, ", ".join(allowed)))
    return wanted


def write_json(name, value):
    path = os.path.join(ROOT, "build", name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
        file.write("\n")
    print("written: %s" % os.path.relpath(path))


if __name__ == "__main__":
    sys.exit("measure.py is a library")
