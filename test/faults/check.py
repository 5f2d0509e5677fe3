#!/usr/bin/env python3
"""Compares what a sink delivered with the tables, from the beginning, with code of its own.

    check.py --psql "psql -h … -d shop" --tables load.account,load.pair
             [--kafka 127.0.0.1:9092 --prefix shop] [--elasticsearch http://127.0.0.1:9200]
             [--redeliveries N] [--json FILE]

Reads the tables with psql, the topics PREFIX.SCHEMA.TABLE with kcat and the indices of the same
names through HTTP, while nothing is written. Every table has a column "step" that counts the row's
changes from 1 on. It fails unless

- folding a topic gives the table, values included;
- the first occurrences of each key's events are its history: insert, each step, delete, none
  missing and none out of order, LSNs growing; "before" of tables with FULL identity is what was;
- every delete has its tombstone behind it;
- what comes again is the stream from an earlier point, in order and up to its end, at most
  --redeliveries times in each partition;
- events of a snapshot that was begun again lie before everything else;
- the index holds exactly the documents of the rows, with their values, under their ids.

Events: JSON without schemas, decimal.handling.mode=string, time.precision.mode at its default.
Prints what is wrong; exit status 1 then.
"""
import argparse
import datetime
import functools
import gc
import json
import os
import shlex
import subprocess
import sys
import urllib.error
import urllib.request
from decimal import Decimal

UNAVAILABLE = "__debezium_unavailable_value"
SHOWN_PROBLEMS = 20
PAGE = 2000  # documents of one answer
CACHED_VALUES = 100_000  # most are met again: after, the next before, document


class CheckError(Exception):
    """Something that cannot be read."""


class Problems:
    """What was found wrong; the first ones are kept."""

    def __init__(self):
        self.count = 0
        self.texts = []

    def add(self, text, *values):
        self.count += 1
        if len(self.texts) < SHOWN_PROBLEMS:
            self.texts.append(text % tuple(short(v) for v in values))


def short(value):
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 160 else text[:160] + "…"


# JSON with numbers kept exact. One decoder: json.loads makes a new one each time.
loads = json.JSONDecoder(parse_float=Decimal).decode


# --- values -----------------------------------------------------------------------------------------
# One form for a value, whether it comes from the table, an event or a document.


@functools.lru_cache(CACHED_VALUES)
def microseconds(text):
    parsed = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    since = parsed - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (since.days * 86400 + since.seconds) * 1000000 + since.microseconds


def day(value):
    """Events have days since 1970, tables and documents a date."""
    if isinstance(value, int):
        return (datetime.date(1970, 1, 1) + datetime.timedelta(value)).isoformat()
    return value


def sorted_text(value):
    return json.dumps(value, sort_keys=True, default=lambda number: str(number.normalize()))


@functools.lru_cache(CACHED_VALUES)
def sorted_text_of(text):
    return sorted_text(loads(text))


def nested(value):
    """jsonb is text in an event."""
    return sorted_text_of(value) if isinstance(value, str) else sorted_text(value)


def exactly(*kinds):
    """The value itself, which has to be of one of these types."""
    def same(value):
        if type(value) not in kinds:
            raise TypeError("a %s" % type(value).__name__)
        return value
    return same


FORMS = {"int4": exactly(int), "int8": exactly(int), "numeric": Decimal, "float8": float, "bool": exactly(bool),
         "text": exactly(str), "uuid": exactly(str), "timestamptz": microseconds, "date": day, "jsonb": nested}


def form(kind, value):
    if value is None or value == UNAVAILABLE:
        return value
    try:
        return FORMS[kind](value)
    except (TypeError, ValueError, ArithmeticError) as error:
        return "not a %s: %r (%s)" % (kind, value, error)


class Table:
    """A table as it is now."""

    def __init__(self, name, columns, key, full, rows):
        self.name = name
        self.columns = columns  # {name: type}
        self.key = key          # names of the primary key's columns, in its order
        self.full = full        # replica identity
        self.rows = {self.key_of(row): row for row in map(self.row, rows)}

    def row(self, values):
        """Values in their one form; a column that is missing or unknown shows as a difference."""
        row = {name: form(kind, values[name]) for name, kind in self.columns.items() if name in values}
        row.update({name: value for name, value in values.items() if name not in self.columns})
        return row

    def key_of(self, row):
        return tuple(row.get(name) for name in self.key)


def read_table(psql, name):
    """psql: command line of a client of the right database."""
    def ask(sql):
        done = subprocess.run([*psql, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql], check=False,
                              stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8")
        if done.returncode != 0:
            raise CheckError("psql: %s" % done.stderr.strip())
        return done.stdout.splitlines()
    relation = "'%s'::regclass" % name
    columns = dict(line.split("|") for line in ask(
        "SELECT attname, typname FROM pg_attribute JOIN pg_type t ON t.oid = atttypid"
        " WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped" % relation))
    key = ask("SELECT attname FROM pg_index, unnest(indkey) WITH ORDINALITY AS k(number, place), pg_attribute"
              " WHERE indisprimary AND indrelid = %s AND attrelid = indrelid AND attnum = number ORDER BY place" % relation)
    full = ask("SELECT relreplident FROM pg_class WHERE oid = %s" % relation) == ["f"]
    rows = ask("SET timezone = 'UTC'; SELECT to_jsonb(t) FROM %s t" % name)
    return Table(name, columns, key, full, map(loads, rows))


# --- topics -----------------------------------------------------------------------------------------


def read_topic(bootstrap, topic):
    """kcat's JSON records of a topic, each partition in its order."""
    done = subprocess.run(["kcat", "-q", "-J", "-C", "-e", "-b", bootstrap, "-t", topic, "-o", "beginning",
                           "-X", "check.crcs=true"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode != 0:
        raise CheckError("kcat: %s" % done.stderr.decode("utf-8", "replace").strip())
    return [json.loads(line) for line in done.stdout.splitlines()]


class Event:
    """One record with its values in their one form; a tombstone has no operation."""

    __slots__ = ("partition", "key", "operation", "lsn", "before", "after", "place")

    def __init__(self, table, record):
        self.partition = record["partition"]
        self.place = "%d:%d" % (record["partition"], record["offset"])
        self.key = table.key_of(table.row(loads(record["key"])))
        self.operation = None
        if record["payload"] is None:
            return
        value = loads(record["payload"])
        self.operation = value["op"]
        self.lsn = value["source"]["lsn"]
        self.before = value["before"] and table.row(value["before"])
        self.after = value["after"] and table.row(value["after"])


class Partition:
    """The events of one partition in their order."""

    def __init__(self, table, snapshot_lsn, problems):
        self.table = table
        self.snapshot_lsn = snapshot_lsn  # of the last snapshot
        self.problems = problems
        self.rows = {}     # by every event, as a reader applies them
        self.last = {}     # key: (operation, step, row, lsn) of its last first occurrence
        self.places = {}   # (key, operation, lsn): number of the first occurrence
        self.previous = -1  # number of the last event
        self.redeliveries = 0
        self.streaming = False
        self.deleted = None  # key whose tombstone comes next
        self.counts = {"r": 0, "c": 0, "u": 0, "d": 0, "tombstone": 0, "repeated": 0, "void": 0}

    def problem(self, event, text, *values):
        self.problems.add("topic of %s, %s, key %s: " + text, self.table.name, event.place, event.key, *values)

    def add(self, event):
        if event.operation is None:
            self.tombstone(event)
            return
        if event.operation == "r" and event.lsn < self.snapshot_lsn:
            self.counts["void"] += 1
            if self.streaming:
                self.problem(event, "a row of an earlier snapshot after other events")
            return
        self.streaming = True
        self.counts[event.operation] = self.counts.get(event.operation, 0) + 1
        went_back = self.sequence(event)
        if self.deleted is not None and not went_back:
            self.problem(event, "no tombstone behind the delete of %s", self.deleted)
        self.deleted = event.key if event.operation == "d" else None
        self.apply(event)

    def tombstone(self, event):
        self.counts["tombstone"] += 1
        # A snapshot that was begun again may leave half a pair, of rows that count for nothing.
        if self.deleted != event.key:
            self.problem(event, "a tombstone without its delete")
        self.deleted = None
        self.rows.pop(event.key, None)

    def sequence(self, event):
        """New events come one after the other; a repetition starts anywhere and goes to the end.
        Returns whether the stream went back here."""
        identity = (event.key, event.operation, event.lsn)
        number = self.places.get(identity)
        went_back = False
        if number is None:
            number = self.places[identity] = len(self.places)
            if self.previous != number - 1:
                self.problem(event, "new, but the repetition before it did not reach the end")
            self.history(event)
        else:
            self.counts["repeated"] += 1
            went_back = number <= self.previous
            self.redeliveries += went_back
            if number > self.previous + 1:
                self.problem(event, "a repetition leaves out %s events", number - self.previous - 1)
        self.previous = number
        return went_back

    def history(self, event):
        """A first occurrence continues what is known of its key."""
        operation, step, row, lsn = self.last.get(event.key, ("d", None, None, 0))
        exists = operation != "d"
        if event.operation not in "rcud":
            self.problem(event, "operation %s", event.operation)
            return
        # A row of the snapshot has the LSN where the snapshot is. A transaction that commits behind it may
        # have written before: PostgreSQL decodes those that began since its search for the point did.
        if event.lsn < lsn and operation != "r":
            self.problem(event, "%s at LSN %s after %s", event.operation, event.lsn, lsn)
        if exists != (event.operation in "ud"):
            self.problem(event, "%s, although the key %s", event.operation, "exists" if exists else "does not exist")
        if self.table.full and event.operation in "ud" and exists and event.before != row:
            self.problem(event, "before is %s, was %s", event.before, row)
        after = event.after
        if event.operation == "d":
            if after is not None:
                self.problem(event, "a delete with after")
        elif not after or self.table.key_of(after) != event.key:
            self.problem(event, "after is of another key: %s", after)
        else:
            if event.operation == "u" and exists and after.get("step") != (step + 1 if isinstance(step, int) else None):
                self.problem(event, "step %s after %s", after.get("step"), step)
            step = after.get("step")
            after = self.filled(after, row)
        self.last[event.key] = (event.operation, step, after, event.lsn)

    @staticmethod
    def filled(after, before):
        """An unchanged large value that is not in the WAL stays as it was."""
        if UNAVAILABLE not in after.values():
            return after
        return {name: (before or {}).get(name) if value == UNAVAILABLE else value for name, value in after.items()}

    def apply(self, event):
        if event.operation == "d" or not event.after:
            self.rows.pop(event.key, None)
        else:
            self.rows[event.key] = self.filled(event.after, self.rows.get(event.key))


def check_topic(table, records, problems, redeliveries=None):
    """Returns counts of what was met."""
    events = [Event(table, record) for record in records]
    snapshot_lsn = max((event.lsn for event in events if event.operation == "r"), default=0)
    partitions = {}
    for event in events:
        if event.partition not in partitions:
            partitions[event.partition] = Partition(table, snapshot_lsn, problems)
        partitions[event.partition].add(event)
    counts = {"events": len(events), "redeliveries": 0}
    rows = {}
    for number, partition in partitions.items():
        if partition.deleted is not None:
            problems.add("topic of %s: no tombstone behind the last delete, of %s", table.name, partition.deleted)
        for name, count in partition.counts.items():
            counts[name] = counts.get(name, 0) + count
        counts["redeliveries"] = max(counts["redeliveries"], partition.redeliveries)
        if redeliveries is not None and partition.redeliveries > redeliveries:
            problems.add("topic of %s: partition %s went back %s times, %s are accounted for", table.name, number,
                         partition.redeliveries, redeliveries)
        both = rows.keys() & partition.rows.keys()
        if both:
            problems.add("topic of %s: key %s is in two partitions", table.name, min(both, key=repr))
        rows.update(partition.rows)
    compare("topic", table.name, table.rows, rows, problems)
    return counts


def compare(what, name, expected, found, problems):
    for key in expected.keys() - found.keys():
        problems.add("%s of %s: key %s is missing", what, name, key)
    for key in found.keys() - expected.keys():
        problems.add("%s of %s: key %s is not in the table", what, name, key)
    for key in expected.keys() & found.keys():
        if expected[key] != found[key]:
            columns = {c for c in {*expected[key], *found[key]} if expected[key].get(c) != found[key].get(c)}
            problems.add("%s of %s: key %s: %s, in the table %s", what, name, key,
                         {c: found[key].get(c, "absent") for c in columns},
                         {c: expected[key].get(c, "absent") for c in columns})


# --- indices ----------------------------------------------------------------------------------------


def http(url, method="GET", body=None):
    request = urllib.request.Request(url, method=method, data=None if body is None else json.dumps(body).encode(),
                                     headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return loads(answer.read().decode("utf-8"))
    except (urllib.error.URLError, OSError) as error:
        detail = error.read().decode("utf-8", "replace")[:500] if isinstance(error, urllib.error.HTTPError) else ""
        raise CheckError("%s %s: %s %s" % (method, url, error, detail)) from error


def read_index(url, index):
    """{_id: document} of an index."""
    http("%s/%s/_refresh" % (url, index), "POST")
    documents = {}
    answer = http("%s/%s/_search?scroll=2m" % (url, index), "POST", {"size": PAGE, "sort": ["_doc"]})
    while answer["hits"]["hits"]:
        for hit in answer["hits"]["hits"]:
            documents[hit["_id"]] = hit["_source"]
        answer = http("%s/_search/scroll" % url, "POST", {"scroll": "2m", "scroll_id": answer["_scroll_id"]})
    http("%s/_search/scroll" % url, "DELETE", {"scroll_id": answer["_scroll_id"]})
    return documents


def read_settings(url, index):
    """Settings of an index, flat: {name: text}."""
    return next(iter(http("%s/%s/_settings?flat_settings=true" % (url, index)).values()))["settings"]


def document_id(key):
    """One key column: its text; several: parts joined by "_"."""
    parts = [str(value).replace("~", "~0") for value in key]
    return parts[0] if len(parts) == 1 else "_".join(part.replace("_", "~1") for part in parts)


def check_index(table, documents, settings, problems):
    expected = {document_id(key): row for key, row in table.rows.items()}
    compare("index", table.name, expected, {i: table.row(d) for i, d in documents.items()}, problems)
    if settings.get("index.refresh_interval") == "-1":
        problems.add("index of %s: refresh is still off", table.name)
    return {"documents": len(documents)}


# --- the program ------------------------------------------------------------------------------------


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--psql", required=True, help="command line that reaches the database")
    parser.add_argument("--tables", required=True, help="schema.table, separated by commas")
    parser.add_argument("--kafka", metavar="HOST:PORT")
    parser.add_argument("--prefix", default="", help="topic.prefix; also of the indices")
    parser.add_argument("--elasticsearch", metavar="URL")
    parser.add_argument("--redeliveries", type=int, help="how often the stream may have been begun again")
    parser.add_argument("--json", metavar="FILE", help="write counts and problems")
    arguments = parser.parse_args()
    if not (arguments.kafka or arguments.elasticsearch):
        parser.error("nothing to compare with: --kafka, --elasticsearch or both")
    gc.disable()  # of a million events that all live, the collector finds nothing, again and again
    problems, counts = Problems(), {}
    for name in arguments.tables.split(","):
        table = read_table(shlex.split(arguments.psql), name)
        target = ".".join(filter(None, (arguments.prefix, name)))
        counts[name] = {"rows": len(table.rows)}
        if arguments.kafka:
            counts[name].update(check_topic(table, read_topic(arguments.kafka, target), problems, arguments.redeliveries))
        if arguments.elasticsearch:
            url, index = arguments.elasticsearch.rstrip("/"), target.lower()
            counts[name].update(check_index(table, read_index(url, index), read_settings(url, index), problems))
        print("%-24s %s" % (name, ", ".join("%s %d" % item for item in counts[name].items())), flush=True)
    for text in problems.texts:
        print("problem: %s" % text)
    if problems.count > len(problems.texts):
        print("and %d more" % (problems.count - len(problems.texts)))
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump({"counts": counts, "problem_count": problems.count, "problems": problems.texts}, file)
    print("%d problems" % problems.count)
    return 1 if problems.count else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CheckError as trouble:
        print("check: %s" % trouble, file=sys.stderr)
        sys.exit(2)
