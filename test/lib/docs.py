#!/usr/bin/env python3
"""Writes docs/options.md and docs/types.md from the product itself, or compares them with it.

    test/lib/docs.py           writes both ("make docs")
    test/lib/docs.py --check   one line per page, then "N passed, N failed"

Options come from view penstock.options, types from events that the output plugin writes for a table
with one column of each type.
"""
import argparse
import difflib
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "test", "servers"))

from pgserver import PgServer, ServerError, fail, find_pg_bin, stop_on_signals  # noqa: E402

DATABASE = "docs"
SCOPES = [
    ("event", "What events look like", "Also options of the output plugin by itself."),
    ("source", "Slot, snapshot, worker", None),
    ("kafka", "Sink type `kafka`", "A property of the producer may also be written with `producer.override.`, "
     "or, in the properties of a Connect worker, with `producer.`."),
    ("elasticsearch", "Sink type `elasticsearch`", None),
    ("file", "Sink type `file`", None),
]

# (column type, a value as SQL, options that change it)
DECIMAL = ("decimal.handling.mode", ("precise", "double", "string"))
TIME = ("time.precision.mode", ("adaptive", "adaptive_time_microseconds", "microseconds", "nanoseconds", "connect", "isostring"))
BINARY = ("binary.handling.mode", ("bytes", "base64", "base64-url-safe", "hex"))
INTERVAL = ("interval.handling.mode", ("numeric", "string"))
NONE = (None, (None,))
TYPES = [
    ("smallint", "1", NONE), ("integer", "1", NONE), ("bigint", "1", NONE),
    ("real", "1.5", NONE), ("double precision", "1.5", NONE),
    ("numeric(5,2)", "123.45", DECIMAL), ("numeric", "123.45", DECIMAL), ("money", "'1.50'", DECIMAL),
    ("boolean", "true", NONE),
    ("text", "'text'", NONE), ("varchar(10)", "'text'", NONE), ("char(6)", "'text'", NONE), ("name", "'text'", NONE),
    ("mood", "'happy'", NONE),
    ("date", "'2024-02-29'", TIME), ("time(3)", "'12:34:56.789'", TIME), ("time", "'12:34:56.789012'", TIME),
    ("timetz", "'12:34:56.789+02'", TIME), ("timestamp(3)", "'2024-02-29 12:34:56.789'", TIME),
    ("timestamp", "'2024-02-29 12:34:56.789012'", TIME), ("timestamptz", "'2024-02-29 12:34:56.789+02'", TIME),
    ("interval", "'1 day 02:03:04'", INTERVAL),
    ("uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", NONE),
    ("json", "'{\"a\": 1}'", NONE), ("jsonb", "'{\"a\": 1}'", NONE), ("xml", "'<a/>'", NONE),
    ("bytea", "'\\xdeadbeef'", BINARY), ("bit(1)", "'1'", NONE), ("bit(4)", "'1010'", NONE),
    ("inet", "'10.0.0.1'", NONE), ("int4range", "'[1,5)'", NONE), ("point", "'(1,2)'", NONE),
    ("integer[]", "'{1,2,NULL}'", NONE), ("text[]", "'{a,b}'", NONE),
]


def cell(text):
    return (text or "").replace("|", "\\|").replace("\n", " ")


def options_page(server):
    rows = json.loads(server.sql(DATABASE, "SELECT json_agg(o ORDER BY o.name) FROM penstock.options AS o"))
    page = ["# Options of a sink\n\nWritten by `make docs` from `penstock.options`. A name that ends in `*` stands for "
            "every name that starts so.\n"]
    for scope, title, note in SCOPES:
        page.append("\n## %s\n" % title)
        if note:
            page.append("\n%s\n" % note)
        page.append("\n| option | type | default | meaning |\n|---|---|---|---|\n")
        for row in rows:
            # Each producer property has a second row under its prefix.
            if row["scope"] != scope or row["support"] != "implemented" or row["name"].startswith("producer.override."):
                continue
            kind = row["type"]
            if row["allowed"]:
                kind = ", ".join("`%s`" % value for value in row["allowed"])
            elif row["min"] is not None and row["max"] is not None and row["min"] < row["max"]:
                kind += ", %d to %d" % (row["min"], row["max"])
            default = "" if row["default"] in (None, "") else "`%s`" % row["default"]
            page.append("| `%s` | %s | %s | %s |\n" % (row["name"], cell(kind), cell(default), cell(row["description"])))
    for support, title in (("not applicable", "Accepted with a notice, because they do not apply"), ("refused", "Refused")):
        page.append("\n## %s\n\n| option | reason |\n|---|---|\n" % title)
        for row in rows:
            if row["support"].replace("_", " ") == support and not row["name"].startswith("producer.override."):
                page.append("| `%s` | %s |\n" % (row["name"], cell(row["description"])))
    return "".join(page)


def read_event(server, options, query="SELECT data FROM %s"):
    given = {"topic.prefix": "docs", "table.include.list": "public.t", **options}
    arguments = ", ".join("'%s', '%s'" % item for item in given.items())
    return server.sql(DATABASE, query % ("pg_logical_slot_peek_changes('docs', NULL, NULL, %s)" % arguments)).splitlines()


# What addresses the row as a document although its table has no key.
DOCUMENT = {"output": "record", "document.id.columns": "public.t:c1", "skipped.operations": "t,u,d"}


def read_fields(server, options):
    """The mapping of the row's fields."""
    record = json.loads(read_event(server, {**DOCUMENT, **options})[-1])
    return record["mapping"]["properties"]


def field_type(fields, column):
    """The type of a column's field in words: "date, format epoch_millis"."""
    mapping = fields.get(column)
    if mapping is None:
        return "dynamic"
    if "properties" in mapping:
        return "object of %s" % ", ".join("`%s` %s" % (name, inner["type"]) for name, inner in mapping["properties"].items())
    text = "`%s`" % mapping["type"]
    if "format" in mapping:
        text += ", format `%s`" % mapping["format"]
    for name, inner in mapping.get("fields", {}).items():
        text += ", with `.%s` as `%s`" % (name, inner["type"])
    return text


def documents_section(server):
    section = ["\n## Documents\n\nWith `format=document`, the default of sinks of type `elasticsearch`, every column has one "
               "form, and none is left out. *Field* is the type in the mapping that the index gets; *dynamic*: "
               "`json.mapping` decides. Types that are not listed are their text, `keyword` in the index.\n\n"
               "| PostgreSQL | value in SQL | value | field |\n|---|---|---|---|\n"]
    options = {**DOCUMENT, "format": "document"}
    fields = read_fields(server, options)
    # As text: a parser would not keep all digits.
    values = read_event(server, options, "SELECT v.value FROM %s AS e, json_each(e.data::json -> 'value') AS v")
    for number, ((kind, value, _), result) in enumerate(zip(TYPES, values)):
        section.append("| `%s` | `%s` | `%s` | %s |\n" % (
            shown_type(kind), cell(value), cell(result), field_type(fields, "c%d" % number)))
    section.append("\nArrays of several dimensions are arrays of arrays. `NaN` and the infinities are strings, which the "
                   "index keeps without indexing them. NULL is `null`.\n")
    return "".join(section)


def shown_type(kind):
    return "enum" if kind == "mood" else kind


def types_page(server):
    page = ["# Type mapping\n\nWritten by `make docs` from events of the output plugin, with "
            "`include.unknown.datatypes=true`. *Schema* is the type and, where there is one, the name in the Connect "
            "schema; *value* is what stands in the event for the value in the second column; *field* is the type in an "
            "Elasticsearch index when the sink has `format=flat`.\n\n"
            "| PostgreSQL | value in SQL | option | schema | value | field |\n|---|---|---|---|---|---|\n"]
    columns = ", ".join("c%d %s" % (number, kind) for number, (kind, _, _) in enumerate(TYPES))
    values = ", ".join("%s::%s" % (value, kind) for kind, value, _ in TYPES)
    server.sql(DATABASE, "CREATE TYPE mood AS ENUM ('sad', 'happy')", "CREATE TABLE t (%s)" % columns)
    server.sql(DATABASE, "SELECT pg_create_logical_replication_slot('docs', 'penstock_output')")
    server.sql(DATABASE, "INSERT INTO t VALUES (%s)" % values)
    events, mappings = {}, {}
    for option, modes in {item[2] for item in TYPES}:
        for mode in modes:
            chosen = {"include.unknown.datatypes": "true", **({option: mode} if option else {})}
            events[option, mode] = json.loads(read_event(server, chosen)[-1])
            mappings[option, mode] = read_fields(server, {"document.addressing": "true", "format": "flat", **chosen})
    for number, (kind, value, (option, modes)) in enumerate(TYPES):
        rows, previous = [], None
        for mode in modes:
            event = events[option, mode]
            after = next(field for field in event["schema"]["fields"] if field["field"] == "after")
            found = [field for field in after["fields"] if field["field"] == "c%d" % number]
            if not found:
                shown = ("", "left out", "")
            else:
                name = found[0].get("name")
                shown = ("`%s`%s" % (found[0]["type"], " `%s`" % name if name else ""),
                         "`%s`" % json.dumps(event["payload"]["after"]["c%d" % number], separators=(",", ":")),
                         field_type(mappings[option, mode], "c%d" % number))
            if shown == previous:
                rows[-1][0].append(mode)
            else:
                rows.append(([mode], shown))
            previous = shown
        for grouped, (schema, result, field) in rows:
            condition = "" if option is None or len(rows) == 1 else "`%s` = %s" % (option, ", ".join(grouped))
            page.append("| `%s` | `%s` | %s | %s | %s | %s |\n" % (
                shown_type(kind), cell(value), condition, schema, cell(result), field))
    return "".join(page) + documents_section(server)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    with PgServer(find_pg_bin(), preload=True) as server:
        server.sql("postgres", "CREATE DATABASE " + DATABASE)
        server.sql(DATABASE, "CREATE EXTENSION penstock")
        pages = {"docs/options.md": options_page(server), "docs/types.md": types_page(server)}
    failed = 0
    for name, text in pages.items():
        path = os.path.join(ROOT, name)
        if not arguments.check:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            continue
        old = ""
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                old = file.read()
        if old == text:
            print("ok   " + name)
        else:
            failed += 1
            print("FAIL %s is not current; run make docs\n%s" % (
                name, "".join(list(difflib.unified_diff(old.splitlines(True), text.splitlines(True), n=0))[:60])))
    if arguments.check:
        print("%d passed, %d failed" % (len(pages) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    stop_on_signals()
    try:
        sys.exit(main())
    except (ServerError, OSError, subprocess.SubprocessError) as error:
        sys.exit(fail("docs", error))
    except KeyboardInterrupt:
        sys.exit(130)
