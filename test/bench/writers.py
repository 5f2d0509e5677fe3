"""writers.py: BENCH=writers, what an active sink costs those who write. README.md says how."""
import math
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

import jvm
from measure import (DATABASE, ServerError, Sinks, children, chosen, cpu_seconds, give_way, machine_busy_seconds,
                     number, postmaster_pid, run_on, start_server, write_json)
from pgserver import PgServer

CLIENTS = 8
SCALE = 10
SINK = "cost"
WARM_UP_S = 6
SETTLE_S = 0.3  # until the broker has done what it does after an active slice
ACTIVE_TURNS = (1, 2, 4, 7)  # of eight: idle, active, active, idle, then mirrored
TABLES = ["public.pgbench_accounts", "public.pgbench_history", "public.inserted"]
TABLE = "CREATE TABLE inserted (id bigserial PRIMARY KEY, created timestamptz NOT NULL, n int, pad text)"
SCRIPTS = {
    "simple-update": ["-b", "simple-update"],
    "insert": None,  # INSERT, written to a file
}
INSERT = ("\\set n random(1, 1000000)\n"
          "INSERT INTO inserted (created, n, pad) VALUES (now(), :n, 'some padding text of forty characters....');\n")
# name: (fsync, as fast as it goes or at a part of what an idle slot allows)
MODES = {"durable": ("on", None), "rate": ("on", 0.5), "saturated": ("off", None)}
SINKS = {"kafka": "kafka", "null": "null"}
# One-sided 95 % points of Student's t, by degrees of freedom.
T95 = {1: 6.314, 2: 2.920, 3: 2.353, 4: 2.132, 5: 2.015, 6: 1.943, 7: 1.895, 8: 1.860, 9: 1.833, 10: 1.812,
       14: 1.761, 19: 1.729, 29: 1.699}


def t95(degrees):
    return T95[max(known for known in T95 if known <= degrees)]


class World:
    """PostgreSQL with one sink that is either active or paused: paused, its slot stays and nobody reads it."""

    def __init__(self, pg_bin, directory):
        self.directory = directory
        self.pairs = number("RUNS", 7)
        self.slices = number("SLICES", 4)
        self.seconds = -(-number("SECONDS", 12) // self.slices)  # of a slice
        processors = sorted(os.sched_getaffinity(0))
        self.apart = os.environ.get("APART", "") not in ("", "0")
        if self.apart and len(processors) < 2:
            raise ServerError("APART needs two processors")
        half = len(processors) // 2
        self.for_writers = processors[:half] if self.apart else processors
        self.for_delivery = processors[half:] if self.apart else processors
        self.broker = jvm.Broker(os.path.join(directory, "servers"))
        self.server = PgServer(pg_bin, os.path.join(directory, "postgresql"), preload=True, settings={
            "shared_buffers": "512MB", "max_wal_size": "32GB", "min_wal_size": "4GB", "checkpoint_timeout": "1h",
            "autovacuum": "off", "fsync": "on", "log_min_messages": "warning",
            "penstock.worker_nice": os.environ.get("NICE", "0")})
        self.sinks = Sinks(self.server)
        self.postmaster = None
        self.broker_warm = False

    def sql(self, *statements):
        return self.server.sql(DATABASE, *statements)

    def start(self):
        start_server(self.server)
        self.postmaster = postmaster_pid(self.server)
        for process in [self.postmaster, *children(self.postmaster, "")]:
            run_on(process, self.for_writers)
        if "kafka" in chosen("SINK", SINKS):
            self.broker.up()
            run_on(self.broker.pid, self.for_delivery)
        os.sched_setaffinity(0, self.for_writers)  # pgbench is started from here
        self.pgbench("-i", "-q", "-s", str(SCALE))
        # It has no key. It is only inserted into, which costs the same with any identity.
        self.sql(TABLE, "ALTER TABLE pgbench_history REPLICA IDENTITY FULL")
        with open(os.path.join(self.directory, "insert.sql"), "w", encoding="utf-8") as file:
            file.write(INSERT)

    def close(self):
        self.server.remove()
        if self.broker.pid:
            self.broker.down()

    def pgbench(self, *arguments):
        done = subprocess.run([self.server.program("pgbench"), *arguments, DATABASE], env=self.server.environment(),
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ServerError("pgbench: %s" % done.stderr.strip())
        return done.stdout

    def write(self, script, rate, seconds):
        """One run of pgbench: transactions per second, and what a transaction took, in milliseconds;
        at a rate without the wait for a client that is free."""
        work = SCRIPTS[script] or ["-f", os.path.join(self.directory, "insert.sql")]
        limit = ["-R", "%.0f" % rate] if rate else []
        said = self.pgbench("-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T", str(seconds), *work, *limit)

        def found(pattern):
            return float(re.search(pattern, said).group(1))
        lag_ms = found(r"schedule lag: avg ([0-9.]+)") if rate else 0.0
        return {"tps": found(r"tps = ([0-9.]+)"), "latency_ms": found(r"latency average = ([0-9.]+)") - lag_ms,
                "transactions": int(found(r"actually processed: ([0-9]+)"))}

    # --- one sink, idle and active by turns -------------------------------------------------------

    def create(self, connector):
        options = {"topic.prefix": SINK, "schemas.enable": "false"}
        if connector == "kafka":
            options["bootstrap.servers"] = self.broker.bootstrap
        self.sinks.create_paused(SINK, connector, TABLES, options)

    def resume(self):
        """The worker, which has delivered everything."""
        self.sinks.resume(SINK)
        self.catch_up()
        worker = children(self.postmaster, "penstock sink")[0]
        run_on(worker, self.for_delivery)
        return worker

    def warm_up(self, script):
        """In its first minute the broker compiles itself, which takes more than all its work."""
        if self.broker_warm:
            return
        self.resume()
        self.write(script, None, 60)
        self.catch_up()
        self.sinks.pause(SINK)
        give_way(self.broker.pid, os.environ.get("BROKER_NICE", "0"))
        self.broker_warm = True

    def catch_up(self):
        """Seconds until everything written so far is delivered."""
        started = time.monotonic()
        self.sinks.wait_until_delivered(SINK, self.sql("SELECT pg_current_wal_flush_lsn()"))
        return time.monotonic() - started

    def clean_up(self, script, rate):
        """Before a pair of runs: what is left is delivered, the tables are as at the start, and their
        pages were written since the checkpoint."""
        self.resume()
        self.sql("VACUUM pgbench_accounts", "VACUUM pgbench_branches", "VACUUM pgbench_tellers",
                 "TRUNCATE pgbench_history", "TRUNCATE inserted", "CHECKPOINT")
        self.write(script, rate, WARM_UP_S)
        self.catch_up()
        self.sinks.pause(SINK)

    def slice(self, script, rate, active):
        time.sleep(SETTLE_S)
        # What was written while nobody read is delivered before an active slice begins. CPU times are
        # looked at before and after only: watching takes as much of the processors as the worker.
        worker = self.resume() if active else None
        cpu_before_s = cpu_seconds(worker) if active else 0.0
        busy_before = machine_busy_seconds()
        result = self.write(script, rate, self.seconds)
        result.update(busy_s=machine_busy_seconds() - busy_before, worker_cpu_s=0.0, catch_up_s=0.0)
        if active:
            result["catch_up_s"] = self.catch_up()
            result["worker_cpu_s"] = cpu_seconds(worker) - cpu_before_s
            self.sinks.pause(SINK)
        return result

    def measure_pair(self, script, rate, active_first):
        """An idle and an active run, in slices that alternate: a drift of the machine, and full-page
        writes that become fewer, hit both."""
        self.clean_up(script, rate)
        slices = {False: [], True: []}
        for turn in range(2 * self.slices):
            active = active_first != (turn % 8 in ACTIVE_TURNS)
            slices[active].append(self.slice(script, rate, active))
        return {active: run_of(found) for active, found in slices.items()}

    def compare(self, script, mode, connector):
        fsync, part = MODES[mode]
        self.sql("ALTER SYSTEM SET fsync = %s" % fsync, "SELECT pg_reload_conf()")
        self.create(connector)
        if connector == "kafka":
            self.warm_up(script)
        capacity = self.write(script, None, 5)["tps"]  # warms up, too
        rate = capacity * part if part else None
        pairs = []
        for pair in range(self.pairs):
            runs = self.measure_pair(script, rate, active_first=pair % 2 == 1)
            pairs.append(runs)
            print("  %-13s %-9s %-5s pair %d: idle %7.0f tps %.3f ms, active %7.0f tps %.3f ms, caught up in %.2f s" % (
                script, mode, connector, pair + 1, runs[False]["tps"], runs[False]["latency_ms"], runs[True]["tps"],
                runs[True]["latency_ms"], runs[True]["catch_up_s"]), flush=True)
        self.sinks.drop(SINK)
        return {"script": script, "mode": mode, "sink": connector, "apart": self.apart,
                "seconds": self.seconds * self.slices, "slices": self.slices, "rate": rate,
                "pairs": [{"idle": runs[False], "active": runs[True]} for runs in pairs], **summary(pairs, part)}


def run_of(slices):
    """One run of its slices."""
    transactions = sum(found["transactions"] for found in slices)
    seconds = sum(found["transactions"] / found["tps"] for found in slices)
    return {"tps": transactions / seconds, "transactions": transactions,
            "latency_ms": sum(found["latency_ms"] * found["transactions"] for found in slices) / transactions,
            "machine_busy": min(1.0, sum(found["busy_s"] for found in slices) / seconds / os.cpu_count()),
            "worker_cpu_s": sum(found["worker_cpu_s"] for found in slices),
            "catch_up_s": max(found["catch_up_s"] for found in slices)}


def bootstrap_bound(slowdowns, draws=10000):
    """The 95th percentile of the medians of samples drawn with replacement; the same at every call."""
    source = random.Random(1)
    medians = sorted(statistics.median(source.choices(slowdowns, k=len(slowdowns))) for _ in range(draws))
    return medians[int(draws * 0.95)]


def summary(pairs, part):
    """How much longer a transaction takes with the sink active: by throughput when the writers go as
    fast as they can, by latency at a given rate."""
    def ratio(runs):
        if part:
            return runs[True]["latency_ms"] / runs[False]["latency_ms"]
        return runs[False]["tps"] / runs[True]["tps"]
    logs = [math.log(ratio(runs)) for runs in pairs]
    slowdowns = [math.expm1(value) for value in logs]
    bound = float("nan")
    if len(logs) > 1:
        bound = math.expm1(statistics.mean(logs) + t95(len(logs) - 1) * statistics.stdev(logs) / math.sqrt(len(logs)))
    active = [runs[True] for runs in pairs]
    return {"slowdown_median": statistics.median(slowdowns), "slowdown_bound_t": bound,
            "slowdown_bound_bootstrap": bootstrap_bound(slowdowns),
            "idle_tps": statistics.median(runs[False]["tps"] for runs in pairs),
            "active_tps": statistics.median(run["tps"] for run in active),
            "idle_ms": statistics.median(runs[False]["latency_ms"] for runs in pairs),
            "active_ms": statistics.median(run["latency_ms"] for run in active),
            "idle_busy": statistics.median(runs[False]["machine_busy"] for runs in pairs),
            "active_busy": statistics.median(run["machine_busy"] for run in active),
            "worker_us_per_transaction": statistics.median(run["worker_cpu_s"] / run["transactions"] * 1e6
                                                           for run in active)}


def print_results(results):
    print("\n%-13s %-9s %-5s %17s %17s %13s %10s %9s %9s %9s" % (
        "script", "mode", "sink", "tps idle/active", "ms idle/active", "busy i/a", "worker us", "slowdown", "95% (t)",
        "95% (bs)"))
    for r in results:
        print("%-13s %-9s %-5s %8.0f/%8.0f %8.3f/%8.3f %5.0f%%/%5.0f%% %10.1f %8.1f%% %8.1f%% %8.1f%%" % (
            r["script"], r["mode"], r["sink"], r["idle_tps"], r["active_tps"], r["idle_ms"], r["active_ms"],
            r["idle_busy"] * 100, r["active_busy"] * 100, r["worker_us_per_transaction"], r["slowdown_median"] * 100,
            r["slowdown_bound_t"] * 100, r["slowdown_bound_bootstrap"] * 100))


def run(pg_bin):
    scripts, modes, connectors = chosen("SCRIPT", SCRIPTS), chosen("MODE", MODES), chosen("SINK", SINKS)
    directory = tempfile.mkdtemp(prefix="penstock-bench-")
    os.chmod(directory, 0o755)  # the server's user must reach its part
    world = World(pg_bin, directory)
    try:
        world.start()
        results = [world.compare(script, mode, connector)
                   for connector in connectors for mode in modes for script in scripts]
        print_results(results)
        write_json("bench_writers.json", results)
    except ServerError:
        print(world.server.log_tail(), file=sys.stderr)
        raise
    finally:
        world.close()
        subprocess.run(["rm", "-rf", directory], check=False)


if __name__ == "__main__":
    sys.exit("writers.py is a library")
