"""tables.py: random tables, and what is known about their rows."""
import re

import kinds
from values import word

NAMES = ["t", "Order Line", "café", "a-b", "x$y", "select", "T_9", "日本", "very_long_name_of_a_table", "a\"b"]
SCHEMAS = ["public", "public", "public", "other", "My Schema"]


def identifier(name):
    return '"%s"' % name.replace('"', '""')


class Column:
    """A column, and how expressions for it are made."""

    def __init__(self, name, kind, required=False, default=None, apart=False):
        self.name = name
        self.kind = kind
        self.required = required
        self.default = default
        self.apart = apart        # some values are stored apart from the row
        self.in_key = False

    def definition(self):
        return "%s %s%s%s" % (identifier(self.name), self.kind.name,
                              " NOT NULL" if self.required else "",
                              " DEFAULT %s" % self.default if self.default else "")

    def value(self, rng):
        if not self.required and not self.in_key and rng.random() < 0.15:
            return "NULL"
        if self.apart and rng.random() < 0.3:
            return self.kind.big(rng.choice("abcxyz"))
        if self.default and rng.random() < 0.1:
            return "DEFAULT"
        # Values that cannot be said in every mode stand where null may stand too.
        return self.kind.value(rng, self.required or self.in_key)


class Table:
    """A table. Rows are found by "id", a column of unique numbers that no statement but ours sets."""

    def __init__(self, rng, number, never_required=(), placeholder=kinds.PLACEHOLDER, left_out=re.compile("(?!)")):
        self.rng = rng
        self.placeholder = placeholder  # kinds that have a value for one that an update left apart
        self.left_out = left_out  # what table.exclude.list takes
        self.number = number
        self.never_required = never_required  # kinds that must be able to be null
        self.schema = rng.choice(SCHEMAS)
        self.name = "%s%d" % (rng.choice(NAMES), number)
        self.columns = []
        self.partitions = []
        self.parent_clause = ""
        self.identity = "default"
        self.key = []             # names of the primary key's columns
        self.ids = []             # of the rows that are there
        self.last_id = 0
        self.in_transaction = False

    # --- names ----------------------------------------------------------------------------------

    def full_name(self):
        return identifier(self.schema) + "." + identifier(self.name)

    def physical(self):
        """The table, or the partitions that hold its rows."""
        return self.partitions or [self.full_name()]

    def fresh_name(self):
        taken = {c.name.lower() for c in self.columns}
        while True:
            name = self.rng.choice(["", "", "", "Col ", "é", "a-", "x$"]) + word(self.rng) + str(self.rng.randint(1, 999))
            if name.lower() not in taken:
                return name

    def may_become(self, schema, name):
        """Debezium goes on with the old name of a table that its filters leave out under the new one."""
        return not self.left_out.fullmatch("%s.%s" % (schema, name)) or bool(self.left_out.fullmatch("%s.%s" % (self.schema, self.name)))

    # --- making ---------------------------------------------------------------------------------

    def fill(self, most_columns):
        rng = self.rng
        self.columns = [Column("id", kinds.Kind("bigint", None), required=True)]
        for _ in range(rng.randint(1, most_columns)):
            self.columns.append(self.new_column())
        rng.shuffle(self.columns)
        self.choose_key()
        self.choose_partitions()
        self.choose_identity()

    def new_column(self):
        rng = self.rng
        column = Column(self.fresh_name(), kinds.choose(rng))
        column.required = rng.random() < 0.25 and self.may_require(column)
        if column.kind.default and rng.random() < 0.25:
            column.default = column.kind.value(rng, True)
        column.apart = column.kind.big is not None and rng.random() < 0.4
        column.required = column.required and (not column.apart or column.kind.name in self.placeholder)
        return column

    def may_require(self, column):
        return column.kind.name.partition("(")[0] not in self.never_required

    def choose_key(self):
        form = self.rng.random()
        if form < 0.15:
            return
        others = [c for c in self.columns if c.kind.key and not c.apart and self.may_require(c)]
        self.rng.shuffle(others)
        chosen = [self.column("id")] + (others[:self.rng.randint(1, 2)] if form > 0.6 else [])
        self.rng.shuffle(chosen)
        for column in chosen:
            column.in_key = column.required = True
        self.key = [c.name for c in chosen]

    def choose_partitions(self):
        if self.rng.random() > 0.15:
            return
        self.parent_clause = " PARTITION BY HASH (id)"
        count = self.rng.randint(2, 3)
        self.partitions = [identifier(self.schema) + "." + identifier("%s p%d" % (self.name, i)) for i in range(count)]

    def choose_identity(self):
        self.identity = self.rng.choice(self.identities()[:-1])

    def identities(self):
        """Those it may have; the last one lets rows only be added."""
        return (["default"] if self.key else []) + ["full"] + ([] if self.partitions else ["index"]) + ["nothing"]

    def create(self):
        parts = [c.definition() for c in self.columns]
        if self.key:
            parts.append("PRIMARY KEY (%s)" % ", ".join(map(identifier, self.key)))
        lines = ["CREATE TABLE %s (%s)%s;" % (self.full_name(), ", ".join(parts), self.parent_clause)]
        for remainder, name in enumerate(self.partitions):
            lines.append("CREATE TABLE %s PARTITION OF %s FOR VALUES WITH (MODULUS %d, REMAINDER %d);"
                         % (name, self.full_name(), len(self.partitions), remainder))
        lines += [self.external(c) for c in self.columns if c.apart]
        if self.identity != "default":
            lines.append(self.identity_script())
        return "\n".join(lines)

    def external(self, column):
        return "\n".join("ALTER TABLE %s ALTER COLUMN %s SET STORAGE EXTERNAL;" % (name, identifier(column.name))
                         for name in self.physical())

    def identity_script(self):
        if self.identity != "index":
            return "\n".join("ALTER TABLE %s REPLICA IDENTITY %s;" % (name, self.identity.upper()) for name in self.physical())
        index = identifier("by id %d" % self.number)
        return ("CREATE UNIQUE INDEX IF NOT EXISTS %s ON %s (id);\nALTER TABLE %s REPLICA IDENTITY USING INDEX %s;"
                % (index, self.full_name(), self.full_name(), index))

    # --- rows -----------------------------------------------------------------------------------

    def column(self, name):
        return next(c for c in self.columns if c.name == name)

    def changeable(self):
        """Whether the server lets rows of it be updated and deleted while it is published."""
        return self.identity in ("full", "index") or (self.identity == "default" and bool(self.key))

    def new_id(self):
        self.last_id += 1
        return self.last_id

    def row(self):
        """A new row: its id, names and expressions."""
        number = self.new_id()
        chosen = [c for c in self.columns if c.name == "id" or c.in_key or c.required or self.rng.random() < 0.9]
        return number, chosen, [str(number) if c.name == "id" else c.value(self.rng) for c in chosen]

