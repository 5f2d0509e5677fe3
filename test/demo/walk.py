#!/usr/bin/env python3
"""Shows penstock at work on servers that run: PostgreSQL by the usual variables (PGHOST, PGPORT, PGUSER),
a Kafka broker and a search engine by the addresses at which PostgreSQL, too, reaches them.

    walk.py --kafka HOST:PORT --search URL
    walk.py --files DIR              without Kafka: events go to files in PostgreSQL's directory DIR

Every SQL statement is printed as it runs, every event as an independent consumer (kcat) reads it with
the time from the commit to its arrival, and every search with what it finds. Makes the database "demo".
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from readers import DemoError, FileReader, Index, TopicReader, compact, wait_until  # noqa: E402

DATABASE = "demo"
SCHEMAS = ("users", "claims", "bank", "inventory")
# Index and the table it must equal.
INDEXES = {
    "users": "public.users",
    "inventory.customers": "inventory.customers",
    "inventory.products": "inventory.products",
    "inventory.orders": "inventory.orders",
}
# Searches and the ids they must find: among the rows that were there, and after the changes.
SEARCHES = (
    ("users", "Tanaka", ["3"]),
    ("users", "preferences.theme:dark", ["1"]),
    ("inventory.customers", "Sally", ["1003"]),
    ("inventory.products", "climbing", ["102"]),
    ("inventory.orders", "order_date:>=2024-02-01", ["10003"]),
)
SEARCHES_AFTER = {
    "users": (
        ("users", "Bergen", ["5"]),
        ("users", "city:Abuja AND preferences.theme:light", ["1"]),
        ("users", "Tanaka", []),
    ),
    "inventory": (
        ("inventory.customers", "Sarah", ["1003"]),
        ("inventory.orders", "purchaser:1003", ["10003", "10004"]),
        ("inventory.orders", "id:10001", []),
    ),
}
ROUNDS = 15


def title(text):
    print("\n=== %s ===\n" % text, flush=True)


def short(value, width):
    text = value if isinstance(value, str) else compact(value)
    return text if len(text) <= width else text[:width - 3] + "..."


class Printer:
    """Prints events as they arrive; keeps the times they took."""

    def __init__(self):
        self.milliseconds = []
        self.sample = None
        self.silent = False

    def event(self, arrival, topic, key, value):
        payload = json.loads(value) if value else None
        operation, took = "tombstone", ""
        if payload is not None:
            source = payload.get("source") or {}
            operation = payload.get("op") or payload.get("__op") or "?"
            commit_us = source.get("ts_us") or payload.get("__source_ts_us")
            if commit_us and operation != "r":
                milliseconds = arrival * 1000 - commit_us / 1000
                took = "%7.1f ms" % milliseconds
                self.milliseconds.append(milliseconds)
            if operation == "u" and source:
                self.sample = self.sample or (topic, key, payload)
        shown = payload
        if payload is not None and "op" in payload:
            shown = payload["after"] if payload["after"] is not None else payload["before"]
        elif payload is not None:
            shown = {n: v for n, v in payload.items() if not n.startswith("__")}
        if not self.silent:
            print("%-34s %-20s %-9s %-10s %s" % (topic, short(key, 20), operation, took, short(shown, 110)), flush=True)


class Walk:
    """One demonstration. Each address may be None: then that part is left out, or goes to files."""

    def __init__(self, kafka, search, files, psql="psql"):
        self.kafka = kafka
        self.search = search
        self.files = files
        self.psql = psql
        self.printer = Printer()
        self.reader = None
        self.index = Index(search) if search else None
        self.acknowledged = []  # milliseconds from commit to each
        self.visible = []

    # --- PostgreSQL -----------------------------------------------------------------------------

    def show(self, *arguments, database=DATABASE):
        """Runs psql so that statements are seen with their results."""
        sys.stdout.flush()
        # Read by the scripts that make sinks.
        values = {"bootstrap": self.kafka, "search": self.search, "directory": self.files}
        variables = [part for name, value in values.items() for part in ("-v", "%s=%s" % (name, value or ""))]
        done = subprocess.run([self.psql, "-X", "-e", "-v", "ON_ERROR_STOP=1", "-P", "pager=off", *variables,
                               "-d", database, *arguments], stdin=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            raise DemoError("psql failed (see above)")

    def script(self, name):
        self.show("-f", os.path.join(HERE, name))

    def sql(self, *statements):
        """Runs statements, a transaction each, silently; their output lines."""
        arguments = [part for statement in statements for part in ("-c", statement)]
        done = subprocess.run([self.psql, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", DATABASE, *arguments],
                              stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False)
        if done.returncode != 0:
            raise DemoError("psql: %s" % done.stderr.strip())
        return done.stdout.splitlines()

    def sinks(self):
        return self.sql("SELECT name FROM penstock.sinks ORDER BY name")

    def settled(self):
        """True once every sink streams; an error when one cannot."""
        states = [line.split("|", 2) for line in self.sql(
            "SELECT name, state, replace(coalesce(reason, ''), E'\\n', ' ') FROM penstock.sinks")]
        for name, state, reason in states:
            if state in ("failed", "lost"):
                raise DemoError("sink %s is %s: %s" % (name, state, reason))
        return all(state == "streaming" for _, state, _ in states)

    def delivered(self):
        for name in self.sinks():
            self.sql("SELECT penstock.wait_for_sink('%s', timeout => '60s')" % name)

    # --- the steps ------------------------------------------------------------------------------

    def make_sinks(self):
        title("Tables with data")
        self.show("-c", "CREATE DATABASE %s" % DATABASE, database="postgres")
        self.show("-c", "CREATE EXTENSION penstock", "-c", "SELECT requirement, current, ok FROM penstock.check()")
        for schema in SCHEMAS:
            self.script(schema + ".sql")
        title("Sinks, made with SQL")
        self.script("sinks_kafka.sql" if self.kafka else "sinks_file.sql")
        self.script("sinks_pivot.sql")
        if self.index:
            self.script("sinks_elasticsearch.sql")

    def read_snapshot(self):
        title("What the consumer reads first: the rows that were there (op r)")
        wait_until(self.settled, 120, "sinks streaming")
        self.delivered()
        if self.kafka:
            self.reader = TopicReader(self.kafka, self.printer.event)
        else:
            self.reader = FileReader([os.path.join(self.files, name + ".jsonl") for name in self.sinks()
                                      if os.path.exists(os.path.join(self.files, name + ".jsonl"))],
                                     self.printer.event)
        self.reader.wait()
        if self.index:
            title("The same rows as documents")
            print("GET /users/_mapping")
            for field, mapping in self.index.get("/users/_mapping")[1]["users"]["mappings"]["properties"].items():
                print("   %-12s %s" % (field, short(mapping, 150)))
            print("\nGET /users/_doc/1\n%s\n" % json.dumps(self.index.document("users", "1"), indent=2,
                                                         ensure_ascii=False))
            self.find(SEARCHES)

    def change(self):
        for schema in SCHEMAS:
            title("Live changes: %s (time is from commit to arrival at the consumer)" % schema)
            self.script(schema + "_changes.sql")
            self.delivered()
            self.reader.wait()
            if schema == "bank":
                title("The bank's questions about the history of its fields")
                self.script("bank_questions.sql")
            if self.index and schema in SEARCHES_AFTER:
                print()
                self.find(SEARCHES_AFTER[schema])

    def find(self, searches):
        """Searches until each finds what it must: a new document is found after the index's refresh."""
        for index, query, expected in searches:
            print("GET /%s/_search?q=%s" % (index, query))
            found = wait_until(lambda index=index, query=query, expected=expected: self.found(index, query, expected),
                               30, "search %s in %s finds %s" % (query, index, expected or "nothing"))
            for identity, document in found[0].items():
                print("   _id %-8s %s" % (identity, short(document, 160)))
            if not found[0]:
                print("   nothing")

    def found(self, index, query, expected):
        documents = self.index.search(index, query)
        return (documents,) if sorted(documents) == expected else None

    def compare(self):
        title("Indexes and tables")
        for index, table in INDEXES.items():
            rows = sorted(self.sql("SELECT id FROM %s" % table))
            documents = wait_until(lambda index=index, rows=rows: self.found(index, "*", rows), 30,
                                   "index %s has the rows of %s" % (index, table))[0]
            print("%-22s %d rows    index %-22s %d documents, the same ids" % (table, len(rows), index, len(documents)))

    # --- how long a change takes to the index ---------------------------------------------------

    def first_seen(self, look, value):
        """A thread that looks again and again until the value is there; its result is the time."""
        result = []

        def follow():
            index = Index(self.search)
            end = time.monotonic() + 30
            while time.monotonic() < end:
                if look(index) == value:
                    result.append(time.time())
                    break
                time.sleep(0.002)
            index.close()
        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        return thread, result

    def time_one(self, number):
        name = "round%d" % number
        looks = ((lambda index: (index.document("users", "2") or {}).get("name"), name, self.acknowledged),
                 (lambda index: list(index.search("users", "name:" + name)), ["2"], self.visible))
        followers = [(self.first_seen(look, value), kept) for look, value, kept in looks]
        committed = float(self.sql("UPDATE public.users SET name = '%s' WHERE id = 2" % name,
                                   "SELECT extract(epoch FROM clock_timestamp())")[-1])
        for (thread, result), kept in followers:
            thread.join()
            if not result:
                raise DemoError("an update did not reach the index within 30 s")
            kept.append((result[0] - committed) * 1000)

    def time_changes(self):
        title("From commit to the index: %d updates, one after the other" % ROUNDS)
        self.printer.silent = True
        for number in range(ROUNDS):
            # A round ends with a refresh: the next would always wait as long as possible for another.
            time.sleep(number * 0.37 % 1)
            self.time_one(number)
        for what, times in (("in the index (found by its id)", self.acknowledged),
                            ("found by searches (after the index's refresh, each second by default)", self.visible)):
            print("%-72s median %6.1f ms, longest %6.1f ms" % (what, statistics.median(times), max(times)))

    def summary(self):
        title("One event in full")
        topic, key, payload = self.printer.sample or ("none", None, None)
        print("topic %s, key %s\n%s" % (topic, key, json.dumps(payload, indent=2, ensure_ascii=False)))
        title("The sinks now")
        self.show("-c", "SELECT name, connector, state, position, lag_bytes FROM penstock.sinks ORDER BY name")
        times = self.printer.milliseconds
        if not times:
            raise DemoError("no event arrived")
        print("%d changes arrived; from commit to consumer: median %.1f ms, longest %.1f ms" %
              (len(times), statistics.median(times), max(times)))
        if self.index:
            print("%d updates indexed; from commit to document: median %.1f ms; to search results: median %.1f ms" %
                  (len(self.acknowledged), statistics.median(self.acknowledged), statistics.median(self.visible)))

    def run(self):
        self.make_sinks()
        self.read_snapshot()
        self.change()
        if self.index:
            self.compare()
            self.time_changes()
        self.summary()

    def close(self):
        if self.reader:
            self.reader.close()
        if self.index:
            self.index.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kafka", metavar="HOST:PORT")
    parser.add_argument("--search", metavar="URL")
    parser.add_argument("--files", metavar="DIR")
    arguments = parser.parse_args()
    if not arguments.kafka and not arguments.files:
        parser.error("--kafka or --files is needed")
    walk = Walk(arguments.kafka, arguments.search, arguments.files)
    try:
        walk.run()
    finally:
        walk.close()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (DemoError, OSError) as error:
        print("walk: %s" % error, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
