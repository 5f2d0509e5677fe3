"""search.py: BENCH=elasticsearch, rows per second into an index. README.md says how."""
import os
import statistics
import subprocess
import sys
import tempfile
import time

import elasticsearch
import jvm
from measure import (DATABASE, TABLE, Sampler, ServerError, Sinks, children, chosen, number, postmaster_pid,
                     start_server, write_json)
from pgserver import PgServer

WALS = {"batched": 1000, "single": 1}  # rows per transaction
LOADS = [*WALS, "snapshot"]
# Our processes: the sink worker, and the reader of unchanged large values.
OURS = ("penstock sink", "penstock reader")


class World:
    """PostgreSQL and one node of Elasticsearch."""

    def __init__(self, pg_bin, directory):
        self.rows = number("ROWS", 1000000)
        self.runs = number("RUNS", 3)
        self.node = jvm.Search(os.path.join(directory, "servers"))
        self.server = PgServer(pg_bin, os.path.join(directory, "postgresql"), preload=True, settings={
            "shared_buffers": "512MB", "max_wal_size": "16GB", "checkpoint_timeout": "1h", "autovacuum": "off",
            "max_replication_slots": "100", "penstock.max_sinks": "64", "log_min_messages": "warning"})
        self.sinks = Sinks(self.server)
        self.postmaster = None
        self.reader = None

    def start(self):
        self.node.up()
        self.reader = elasticsearch.Node(self.node.directory, self.node.port)
        start_server(self.server)
        self.postmaster = postmaster_pid(self.server)

    def close(self):
        self.server.remove()
        if self.node.pid:
            self.node.down()

    def sql(self, *statements):
        return self.server.sql(DATABASE, *statements)

    def options(self, sink, table):
        return {"connection.url": self.reader.url, "index.map": '{"public.%s": "%s"}' % (table, sink)}

    def follow(self, sink, start, end_lsn):
        """Starts a sink and waits until everything up to end_lsn is in its index."""
        node_before = self.node.cpu_s()
        started = time.monotonic()
        start()
        sampler = Sampler(lambda: children(self.postmaster, *OURS))
        self.sinks.wait_until_delivered(sink, end_lsn, 1800)
        seconds = time.monotonic() - started
        sampler.stop()
        node_cpu = self.node.cpu_s() - node_before
        found = self.reader.count(sink)
        if found != self.rows:
            raise ServerError("index %s holds %d documents, not %d" % (sink, found, self.rows))
        self.sinks.drop(sink)
        self.reader.request("DELETE", self.reader.path(sink))
        return {"rows": self.rows, "seconds": seconds, "rows_per_s": self.rows / seconds, "cpu_s": sampler.cpu_s,
                "node_cpu_s": node_cpu, "peak_rss_anon_bytes": sampler.peak}

    def prepare(self, load):
        """The table's name and the WAL's end; paused sinks before the WAL when changes are to be read."""
        table = "t_" + load
        self.server.psql(DATABASE, stdin=TABLE % {"table": table})
        for run in range(self.runs if load in WALS else 0):
            sink = "%s_%d" % (load, run)
            self.sinks.create_paused(sink, "elasticsearch", ["public." + table], self.options(sink, table))
        self.sql("SET synchronous_commit = off", "CALL load_%s(%d, %d)" % (table, self.rows, WALS.get(load, 1000)),
                 "CHECKPOINT")
        print("%s: %d rows" % (load, self.rows), flush=True)
        return table, self.sql("SELECT pg_current_wal_flush_lsn()")

    def measure(self, load):
        table, end_lsn = self.prepare(load)
        results = []
        for run in range(self.runs):
            sink = "%s_%d" % (load, run)
            if load in WALS:
                result = self.follow(sink, lambda name=sink: self.sinks.resume(name), end_lsn)
            else:
                result = self.follow(sink, lambda name=sink: self.sinks.create(
                    name, "elasticsearch", ["public." + table], self.options(name, table)), end_lsn)
            results.append({"load": load, **result})
            print("  run %d %7.0f rows/s, CPU %6.2f s, node %6.2f s" % (
                run + 1, result["rows_per_s"], result["cpu_s"], result["node_cpu_s"]), flush=True)
        self.sql("DROP TABLE %s" % table)
        return results


def print_results(results):
    print("\n%-9s %9s %13s %14s %12s" % ("load", "rows/s", "CPU s per 1M", "node s per 1M", "peak RSS MB"))
    for load in LOADS:
        runs = [r for r in results if r["load"] == load]
        if runs:
            middle = {name: statistics.median(r[name] for r in runs) for name in runs[0] if name != "load"}
            million = middle["rows"] / 1e6
            print("%-9s %9.0f %13.2f %14.2f %12.1f" % (
                load, middle["rows_per_s"], middle["cpu_s"] / million, middle["node_cpu_s"] / million,
                middle["peak_rss_anon_bytes"] / 1e6))


def run(pg_bin):
    loads = chosen("WAL", LOADS)
    directory = tempfile.mkdtemp(prefix="penstock-bench-")
    os.chmod(directory, 0o755)  # the servers' users must reach their parts
    world = World(pg_bin, directory)
    try:
        world.start()
        results = [result for load in loads for result in world.measure(load)]
        print_results(results)
        write_json("bench_elasticsearch.json", results)
    except ServerError:
        print(world.server.log_tail(), file=sys.stderr)
        raise
    finally:
        world.close()
        subprocess.run(["rm", "-rf", directory], check=False)


if __name__ == "__main__":
    sys.exit("search.py is a library")
