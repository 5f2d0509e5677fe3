#!/usr/bin/env python3
"""generate.py SEED DIRECTORY [EVENTS]: writes a random case, the same one for the same seed.

The case is in the format of test/conformance: setup.sql, changes.sql, connector.properties.
"""
import os
import random
import re
import sys

import kinds
import operations
from tables import SCHEMAS, Table, identifier

MOST_TABLES = 8
MOST_COLUMNS = 14

# Options of the connector, each left at its default as often as not.
OPTIONS = {
    "decimal.handling.mode": ["precise", "double", "string"],
    "time.precision.mode": ["adaptive", "adaptive_time_microseconds", "microseconds", "nanoseconds", "connect", "isostring"],
    "binary.handling.mode": ["bytes", "base64", "base64-url-safe", "hex"],
    "interval.handling.mode": ["numeric", "string"],
    "hstore.handling.mode": ["json", "map"],
    "include.unknown.datatypes": ["true"],
    "tombstones.on.delete": ["false"],
    "skipped.operations": ["none", "t", "d", "u,t"],
    "extended.headers.enabled": ["false"],
    "money.fraction.digits": ["0", "1", "4"],
    "unavailable.value.placeholder": ["missing", "hex:000102"],
    "topic.delimiter": ["_"],
    "publish.via.partition.root": ["true"],
    "column.exclude.list": [".*[.][a-f][a-z]*1[0-9]*"],
    "provide.transaction.metadata": ["true"],
    "skip.messages.without.change": ["true"],
    "table.exclude.list": [".*[.](t|T_9|a-b).*", "My Schema[.].*"],
    "message.prefix.exclude.list": ["[a-m].*"],
    "schema.name.adjustment.mode": ["avro", "avro_unicode"],
    "field.name.adjustment.mode": ["avro", "avro_unicode"],
    "column.truncate.to.3.chars": [".*[.][g-i].*"],
    "column.mask.with.5.chars": [".*[.][j-l].*"],
    "column.mask.hash.v2.SHA-256.with.salt.pepper": [".*[.][m-o].*"],
    "column.propagate.source.type": [".*[.][o-t].*"],
}
RECORDING = {"oracle.timeout.ms": "900000"}  # a busy machine is no difference
STATEMENTS = {"INSERT": "c", "UPDATE": "u", "DELETE": "d"}
FLAT = {
    "delete.tombstone.handling.mode": ["tombstone", "drop", "rewrite", "rewrite-with-tombstone", "delete-to-tombstone"],
    "add.fields": ["op,table", "op,source.schema:where,lsn", "source.ts_ms,db"],
    "add.headers": ["op", "table,source.connector:by", "txId"],
    "add.fields.prefix": ["", "x_"],
    "add.headers.prefix": ["h."],
}


class Block:
    """Statements that belong together: a statement, or a transaction."""

    def __init__(self, tables, script, alters=False):
        self.tables = tables    # numbers of the tables it is about
        self.script = script
        self.alters = alters    # the connector has to catch up before and after it


class Case:
    """What a seed stands for."""

    def __init__(self, seed, events):
        self.rng = random.Random(seed)
        self.seed = seed
        self.options = self.choose_options()
        self.tables = []
        self.setup = []
        self.blocks = []
        for number in range(self.rng.randint(3, MOST_TABLES)):
            self.setup.append(Block({number}, self.new_table(number)))
        self.add_changes(events)

    # --- options --------------------------------------------------------------------------------

    def choose_options(self):
        rng, chosen = self.rng, {}
        for name, values in OPTIONS.items():
            if rng.random() < (0.35 if len(values) > 1 else 0.2):
                chosen[name] = rng.choice(values)
        if rng.random() < 0.3:
            chosen.update({"transforms": "flat", "transforms.flat.type": "io.debezium.transforms.ExtractNewRecordState"})
            for name, values in FLAT.items():
                if rng.random() < 0.5:
                    chosen["transforms.flat." + name] = rng.choice(values)
        return chosen

    def left_out(self):
        return re.compile(self.options.get("table.exclude.list", "(?!)"))

    # --- statements -----------------------------------------------------------------------------

    def new_table(self, number):
        # Debezium has no value for the old row of a delete then, and stops.
        nanoseconds = self.options.get("time.precision.mode") == "nanoseconds"
        base64 = self.options.get("binary.handling.mode", "").startswith("base64")
        table = Table(self.rng, number, ("timestamp", "at_second") if nanoseconds else (),
                      kinds.PLACEHOLDER - {"bytea"} if base64 else kinds.PLACEHOLDER, self.left_out())
        table.fill(MOST_COLUMNS)
        self.tables.append(table)
        return table.create()

    def add_changes(self, events):
        """Blocks until there should be so many events."""
        skipped = self.options.get("skipped.operations", "t")
        if "skip.messages.without.change" in self.options:
            skipped += ",u"
        words = "|".join(word for word in STATEMENTS if STATEMENTS[word] not in skipped)
        counted = re.compile(r'^(?:%s)(?: INTO| FROM)? "((?:[^"]|"")*)"[.]"((?:[^"]|"")*)" ' % words, re.M)
        left_out = self.left_out()
        made = 0
        while made < events:
            block = self.block()
            if block.script.strip():
                self.blocks.append(block)
                made += sum(not left_out.fullmatch("%s.%s" % names) for names in counted.findall(block.script))

    def block(self):
        rng = self.rng
        number = rng.randrange(len(self.tables))
        form = rng.random()
        if form < 0.02:
            return Block({number}, operations.alter(rng, self.tables[number]), alters=True)
        if form < 0.03 and len(self.tables) < 2 * MOST_TABLES:
            return Block({len(self.tables)}, self.new_table(len(self.tables)), alters=True)
        if form < 0.035:
            return Block(set(), operations.message(rng))
        if form < 0.037:
            return Block(set(), operations.add_label(rng), alters=True)
        if form < 0.039:
            return self.truncation()
        if form < 0.2:
            return self.transaction()
        return Block({number}, operations.change(rng, self.tables[number]))

    def truncation(self):
        """Of several tables by one statement."""
        numbers = self.rng.sample(range(len(self.tables)), min(3, len(self.tables)))
        return Block(set(numbers), operations.truncate_all([self.tables[n] for n in numbers]))

    def transaction(self):
        rng, numbers, parts, alters = self.rng, set(), [], False
        for _ in range(rng.randint(2, 8)):
            number = rng.randrange(len(self.tables))
            table, form = self.tables[number], rng.random()
            numbers.add(number)
            if form < 0.06:
                parts.append(operations.alter_within(rng, table))
                alters = True
            elif form < 0.1:
                parts.append(operations.rolled_back(rng, table))
            elif form < 0.12:
                parts.append(operations.message(rng))
            else:
                parts.append(operations.change(rng, table))
        return Block(numbers, "BEGIN;\n%s\nCOMMIT;" % "\n".join(parts), alters)

    # --- files ----------------------------------------------------------------------------------

    def write(self, directory, blocks=None, setup=None):
        os.makedirs(directory, exist_ok=True)
        schemas = "\n".join("CREATE SCHEMA %s;" % identifier(s) for s in sorted(set(SCHEMAS)) if s != "public")
        parts = [kinds.SETUP, schemas] + [b.script for b in (self.setup if setup is None else setup)]
        files = {"setup.sql": "\n".join(parts) + "\n", "changes.sql": self.changes(self.blocks if blocks is None else blocks),
                 "connector.properties": "".join("%s=%s\n" % pair for pair in dict(self.options, **RECORDING).items())}
        for name, text in files.items():
            with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
                file.write(text)

    def changes(self, blocks):
        # A statement that the server refuses changes nothing, on both sides.
        lines = ["-- seed %d" % self.seed, "\\set ON_ERROR_STOP off"]
        for block in blocks:
            again = "-- sync\n\\set ON_ERROR_STOP off"
            lines += [again, block.script.replace("-- sync", again), again] if block.alters else [block.script]
        return "\n".join(lines) + "\n"


def main(arguments):
    if len(arguments) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 2
    Case(int(arguments[0]), int(arguments[2]) if len(arguments) == 3 else 2000).write(arguments[1])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
