"""debezium.py: BENCH=debezium, Debezium in Kafka Connect beside a kafka sink: the same WAL, the same
broker, the same producer settings. README.md says how and what the figures are."""
import json
import os
import statistics
import subprocess
import sys
import tempfile

import jvm
from measure import (DATABASE, TABLE, Sampler, ServerError, Sinks, children, chosen, number, postmaster_pid,
                     start_server, write_json)
from pgserver import PgServer, wait_until

PARTS = ("throughput", "latency", "snapshot")
WALS = {"batched": 1000, "single": 1}  # rows per transaction
# A role of its own, so that its processes can be told from others.
ROLE = "debezium"

# Producer settings, used by both sides under the same names. "default" is what Connect's producer
# has by itself; "tuned" is a choice for throughput.
PRODUCERS = {
    "default": {"batch.size": "16384", "linger.ms": "5", "compression.type": "none"},
    "tuned": {"batch.size": "524288", "linger.ms": "20", "compression.type": "lz4", "buffer.memory": "134217728"},
}
# What tuning the connector itself adds.
CONNECTORS = {"default": {}, "tuned": {"max.batch.size": "16384", "max.queue.size": "65536"}}
RATES = (200, 2000)  # transactions per second
WARM_UP_S = 10
INSERT = "INSERT INTO lat (created, pad) VALUES (clock_timestamp(), '%s');"
PAD = "some padding text of forty characters...."


class Probe:
    """probe.cpp, compiled for this run."""

    def __init__(self, directory):
        self.program = os.path.join(directory, "probe")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "probe.cpp")
        done = subprocess.run(["g++", "-O2", "-std=c++17", "-o", self.program, source, "-lrdkafka"],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ServerError("cannot compile the probe: %s" % done.stderr)

    def start(self, *arguments):
        return subprocess.Popen([self.program, *map(str, arguments)], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    @staticmethod
    def line(process):
        text = process.stdout.readline()
        if not text:
            raise ServerError(process.stderr.read().strip())
        return text.strip()


class Side:
    """One of the two that are compared: what runs, and what is measured of it."""

    def __init__(self, world, topic):
        self.world = world
        self.topic = topic

    def sampler(self):
        return Sampler(self.pids)


class Penstock(Side):
    name = "penstock"

    def __init__(self, world, sink, table):
        super().__init__(world, "%s.public.%s" % (sink, table))
        self.sink = sink

    @staticmethod
    def options(world, sink, producer, more=None):
        return {"topic.prefix": sink, "schemas.enable": "false", "bootstrap.servers": world.broker.bootstrap,
                **PRODUCERS[producer], **(more or {})}

    def start(self):
        self.world.sinks.resume(self.sink)

    def pids(self):
        return children(self.world.postmaster, "penstock sink")

    def stop(self):
        self.world.sinks.drop(self.sink)

    def log_tail(self):
        return self.world.server.log_tail()


class Debezium(Side):
    name = "debezium"

    def __init__(self, world, prefix, table, producer, connector):
        super().__init__(world, "%s.public.%s" % (prefix, table))
        self.prefix = prefix
        self.table = table
        self.producer = producer
        self.connector = connector
        self.connect = None

    def start(self):
        world = self.world
        self.connect = world.connect = jvm.Connect(
            world.directory,
            {"bootstrap.servers": world.broker.bootstrap,
             **{"producer." + name: value for name, value in PRODUCERS[self.producer].items()}},
            {"name": self.prefix, "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
             "tasks.max": "1", "database.hostname": "127.0.0.1", "database.port": world.server.port,
             "database.user": ROLE, "database.password": "unused", "database.dbname": DATABASE,
             "plugin.name": "pgoutput", "slot.name": self.prefix, "publication.name": "bench",
             "publication.autocreate.mode": "disabled", "topic.prefix": self.prefix,
             "table.include.list": "public." + self.table, "snapshot.mode": "no_data", **self.connector})

    def pids(self):
        """Connect, and what works for it in the server."""
        return [self.connect.pid, *children(self.world.postmaster, "walsender %s " % ROLE, ROLE + " ")]

    def stop(self):
        self.connect.close()
        self.world.drop_slot(self.prefix)

    def log_tail(self):
        return self.connect.log_tail()


class Marks:
    """CPU time of a side and of the broker at the marks that the probe reports."""

    def __init__(self, broker, sampler):
        self.broker = broker
        self.sampler = sampler
        self.seconds = {}
        self.records = {}
        self.side_cpu = {}
        self.broker_cpu = {}

    def note(self, line):
        mark, records, seconds = line.split()
        self.records[mark] = int(records)
        self.seconds[mark] = float(seconds)
        self.side_cpu[mark] = self.sampler.cpu_s
        self.broker_cpu[mark] = self.broker.cpu_s()

    def rate(self, start):
        seconds = self.seconds["all"] - self.seconds[start]
        records = self.records["all"] - self.records[start]
        return records / seconds if seconds > 0 else 0.0


class World:
    """PostgreSQL, broker and probe of one run."""

    def __init__(self, pg_bin, directory):
        self.directory = directory
        self.rows = number("ROWS", 1000000)
        self.single_rows = number("SINGLE_ROWS", max(1, self.rows // 5))
        self.runs = number("RUNS", 3)
        self.seconds = number("SECONDS", 60)
        self.settings = chosen("SETTING", PRODUCERS)
        self.broker = jvm.Broker(os.path.join(directory, "servers"))
        self.server = PgServer(pg_bin, os.path.join(directory, "postgresql"), preload=True, settings={
            "shared_buffers": "512MB", "max_wal_size": "16GB", "checkpoint_timeout": "1h", "autovacuum": "off",
            "max_replication_slots": "100", "penstock.max_sinks": "64", "log_min_messages": "warning"})
        self.sinks = Sinks(self.server)
        self.postmaster = None
        self.probe = None
        self.connect = None  # the one that runs, so that an interrupted run leaves none behind

    def start(self):
        self.probe = Probe(self.directory)
        self.broker.up()
        start_server(self.server)
        self.postmaster = postmaster_pid(self.server)
        self.sql("CREATE ROLE %s SUPERUSER LOGIN" % ROLE, "CREATE PUBLICATION bench",
                 "CREATE TABLE lat (id bigserial PRIMARY KEY, created timestamptz NOT NULL, pad text)",
                 "ALTER PUBLICATION bench ADD TABLE lat")

    def close(self):
        if self.connect:
            self.connect.close()
        self.server.remove()
        if self.broker.pid:
            self.broker.down()

    def sql(self, *statements):
        return self.server.sql(DATABASE, *statements)

    def drop_slot(self, slot):
        wait_until(lambda: self.sql("SELECT count(*) FROM pg_replication_slots WHERE slot_name = '%s' AND active"
                                    % slot) == "0", 60, "slot released")
        self.sql("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '%s'" % slot)

    # --- throughput, snapshot ----------------------------------------------------------------------

    def follow(self, side, records, start=None):
        """Starts a side (start: how, if not as it does by itself) and watches its topic until all
        records are there."""
        process = self.probe.start("watch", self.broker.bootstrap, side.topic, records)
        (start or side.start)()
        sampler = side.sampler()
        marks = Marks(self.broker, sampler)
        try:
            while "all" not in marks.seconds:
                marks.note(self.probe.line(process))
        except ServerError as error:
            raise ServerError("%s: %s\n%s" % (side.topic, error, side.log_tail())) from error
        finally:
            sampler.stop()
            process.kill()
            process.communicate()
        found = marks.records["all"]
        if found != records:
            raise ServerError("%s holds %d records, not %d" % (side.topic, found, records))
        return {"side": side.name, "rows": records, "rows_per_s": marks.rate("first"),
                "second_half_rows_per_s": marks.rate("half"),
                "cpu_s_drain": marks.side_cpu["all"] - marks.side_cpu["first"], "cpu_s_total": sampler.cpu_s,
                "broker_cpu_s": marks.broker_cpu["all"] - marks.broker_cpu["first"],
                "peak_rss_anon_bytes": sampler.peak, "topic_bytes": self.broker.topic_bytes(side.topic)}

    def prepare(self, table, rows, per_transaction):
        """Base slot and paused sinks, then the WAL."""
        self.server.psql(DATABASE, stdin=TABLE % {"table": table})
        self.sql("ALTER PUBLICATION bench ADD TABLE %s" % table,
                 "SELECT pg_create_logical_replication_slot('base', 'pgoutput')")
        for setting in self.settings:
            for run in range(self.runs):
                sink = "%s_%s_%d" % (table, setting, run)
                self.sinks.create_paused(sink, "kafka", ["public." + table], Penstock.options(self, sink, setting))
        print("%s: %d rows in transactions of %d" % (table, rows, per_transaction), flush=True)
        self.sql("SET synchronous_commit = off", "CALL load_%s(%d, %d)" % (table, rows, per_transaction),
                 "CHECKPOINT")

    def throughput(self, wal):
        rows = self.rows if WALS[wal] > 1 else self.single_rows
        table = "t_" + wal
        self.prepare(table, rows, WALS[wal])
        results = []
        for run in range(self.runs):
            for setting in self.settings:
                slot = "dbz_%s_%s_%d" % (table, setting, run)
                self.sql("SELECT pg_copy_logical_replication_slot('base', '%s', false)" % slot)
                for side in (Debezium(self, slot, table, setting, CONNECTORS[setting]),
                             Penstock(self, "%s_%s_%d" % (table, setting, run), table)):
                    result = self.follow(side, rows)
                    side.stop()
                    results.append({"part": "throughput", "wal": wal, "setting": setting, **result})
                    say(results[-1])
        self.sql("SELECT pg_drop_replication_slot('base')")
        return results

    def snapshot(self):
        """The rows of t_batched, which throughput has left or which are made here."""
        table = "t_batched"
        if self.sql("SELECT to_regclass('%s') IS NULL" % table) == "t":
            self.server.psql(DATABASE, stdin=TABLE % {"table": table})
            self.sql("ALTER PUBLICATION bench ADD TABLE %s" % table, "CALL load_%s(%d, 1000)" % (table, self.rows))
        self.sql("VACUUM ANALYZE %s" % table)
        results = []
        for run in range(self.runs):
            sink = "snap_%d" % run
            ours = Penstock(self, sink, table)
            theirs = Debezium(self, "dbz_" + sink, table, "default", {"snapshot.mode": "initial_only"})
            options = Penstock.options(self, sink, "default", {"snapshot.mode": "initial_only"})
            for side, start in ((theirs, None), (ours, lambda: self.sinks.create(
                    sink, "kafka", ["public." + table], options))):
                result = self.follow(side, self.rows, start)
                side.stop()
                results.append({"part": "snapshot", "wal": "snapshot", "setting": "default", **result})
                say(results[-1])
        return results

    # --- latency ---------------------------------------------------------------------------------

    def insert(self, pad):
        self.sql(INSERT % pad)

    def write(self, rate):
        """Single-row transactions at a rate; how many there were."""
        script = os.path.join(self.directory, "insert.sql")
        with open(script, "w", encoding="utf-8") as file:
            file.write(INSERT % PAD + "\n")
        done = subprocess.run(
            [self.server.program("pgbench"), "-n", "-M", "prepared", "-f", script, "-c", "8", "-j", "1",
             "-R", str(rate), "-T", str(WARM_UP_S + self.seconds), DATABASE],
            env=self.server.environment(), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ServerError("pgbench: %s" % done.stderr.strip())
        return int(done.stdout.partition("actually processed: ")[2].split()[0])

    def measure_latency(self, side, rate):
        process = self.probe.start("latency", self.broker.bootstrap, side.topic, WARM_UP_S)
        sampler = side.sampler()
        try:
            self.insert("ready")
            if self.probe.line(process) != "ready":
                raise ServerError("%s is not fresh" % side.topic)
            before = sampler.cpu_s
            written = self.write(rate)
            self.insert("end")
            result = json.loads(self.probe.line(process))
            used = sampler.cpu_s - before
        except ServerError as error:
            raise ServerError("%s: %s\n%s" % (side.topic, error, side.log_tail())) from error
        finally:
            sampler.stop()
            process.kill()
            process.communicate()
        if result["seen"] != written:
            raise ServerError("%s holds %d records, not %d" % (side.topic, result["seen"], written))
        return {"side": side.name, "rate": rate, "written_per_s": written / (WARM_UP_S + self.seconds),
                "cpu_s_load": used, "peak_rss_anon_bytes": sampler.peak, **result}

    def latency(self):
        results = []
        for rate in RATES:
            for setting, connector in (("default", {}), ("poll.interval.ms=5", {"poll.interval.ms": "5"})):
                slot = "dbz_lat_%d_%d" % (rate, len(results))
                self.sql("SELECT pg_create_logical_replication_slot('%s', 'pgoutput')" % slot)
                side = Debezium(self, slot, "lat", "default", connector)
                side.start()
                results.append({"part": "latency", "setting": setting, **self.measure_latency(side, rate)})
                say(results[-1])
                side.stop()
            sink = "lat_%d" % rate
            self.sinks.create(sink, "kafka", ["public.lat"],
                              Penstock.options(self, sink, "default", {"snapshot.mode": "no_data"}))
            self.sinks.wait_for_state(sink, "streaming")
            side = Penstock(self, sink, "lat")
            results.append({"part": "latency", "setting": "default", **self.measure_latency(side, rate)})
            say(results[-1])
            side.stop()
        return results


# --- results --------------------------------------------------------------------------------------


def say(result):
    if result["part"] == "latency":
        print("  %-9s %-18s %5d tx/s: p50 %.1f, p99 %.1f ms" % (result["side"], result["setting"], result["rate"],
                                                                result["p50_ms"], result["p99_ms"]), flush=True)
    else:
        print("  %-9s %-8s %8.0f rows/s (2nd half %8.0f), CPU %6.2f s, broker %5.2f s" % (
            result["side"], result["setting"], result["rows_per_s"], result["second_half_rows_per_s"],
            result["cpu_s_total"], result["broker_cpu_s"]), flush=True)


def medians(results):
    """One result for all runs of the same thing."""
    groups = {}
    for result in results:
        key = tuple(result.get(name) for name in ("part", "wal", "setting", "side", "rate"))
        groups.setdefault(key, []).append(result)
    return [{name: statistics.median(r[name] for r in group) if isinstance(value, (int, float)) else value
             for name, value in group[0].items()} for group in groups.values()]


def print_results(results):
    moved = [r for r in results if r["part"] != "latency"]
    if moved:
        print("\n%-9s %-8s %-9s %9s %9s %13s %13s %11s %9s %9s" % (
            "rows", "settings", "side", "rows/s", "2nd half", "CPU s/M drain", "CPU s/M total", "broker s/M",
            "peak MB", "topic MB"))
    for r in moved:
        million = r["rows"] / 1e6
        print("%-9s %-8s %-9s %9.0f %9.0f %13.2f %13.2f %11.2f %9.0f %9.0f" % (
            r["wal"], r["setting"], r["side"], r["rows_per_s"], r["second_half_rows_per_s"],
            r["cpu_s_drain"] / million, r["cpu_s_total"] / million, r["broker_cpu_s"] / million,
            r["peak_rss_anon_bytes"] / 1e6, r["topic_bytes"] / 1e6))
    compare(moved)
    waited = [r for r in results if r["part"] == "latency"]
    if waited:
        print("\n%6s %-9s %-18s %8s %8s %8s %8s %9s" % ("tx/s", "side", "setting", "p50 ms", "p90", "p99", "max",
                                                       "CPU s"))
    for r in waited:
        print("%6d %-9s %-18s %8.1f %8.1f %8.1f %8.1f %9.2f" % (
            r["rate"], r["side"], r["setting"], r["p50_ms"], r["p90_ms"], r["p99_ms"], r["max_ms"], r["cpu_s_load"]))


def compare(results):
    """Our whole life against Connect's time between its first and its last record: the start of the
    JVM is not held against it."""
    sides = {(r["wal"], r["setting"], r["side"]): r for r in results}
    print()
    for (wal, setting, side), ours in sides.items():
        theirs = sides.get((wal, setting, "debezium"))
        if side == "penstock" and theirs:
            print("%-9s %-8s rows/s x %.1f (of Connect's second half x %.1f), CPU 1/%.1f, topic x %.2f" % (
                wal, setting, ours["rows_per_s"] / theirs["rows_per_s"],
                ours["rows_per_s"] / theirs["second_half_rows_per_s"],
                theirs["cpu_s_drain"] / max(ours["cpu_s_total"], 0.01), ours["topic_bytes"] / theirs["topic_bytes"]))


def run(pg_bin):
    parts = chosen("PART", PARTS)
    directory = tempfile.mkdtemp(prefix="penstock-bench-")
    os.chmod(directory, 0o755)  # the server's user must reach its part
    world = World(pg_bin, directory)
    try:
        world.start()
        results = []
        if "throughput" in parts:
            for wal in chosen("WAL", WALS):
                results += world.throughput(wal)
        if "snapshot" in parts:
            results += world.snapshot()
        if "latency" in parts:
            results += world.latency()
        print_results(medians(results))
        write_json("bench_debezium.json", {"medians": medians(results), "runs": results})
    except ServerError:
        print(world.server.log_tail(), file=sys.stderr)
        raise
    finally:
        world.close()
        subprocess.run(["rm", "-rf", directory], check=False)


if __name__ == "__main__":
    sys.exit("debezium.py is a library")
