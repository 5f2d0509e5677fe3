"""operations.py: random statements on random tables. Each function returns a script."""
from tables import identifier
from values import quote, text, word


def insert(rng, table):
    number, columns, expressions = table.row()
    table.ids.append(number)
    names = ", ".join(identifier(c.name) for c in columns)
    if rng.random() < 0.1 and table.key:
        return "INSERT INTO %s (%s) VALUES (%s) ON CONFLICT DO NOTHING;" % (table.full_name(), names, ", ".join(expressions))
    return "INSERT INTO %s (%s) VALUES (%s);" % (table.full_name(), names, ", ".join(expressions))


def insert_many(rng, table):
    """Several rows by one statement."""
    columns, rows = table.columns, []
    for _ in range(rng.randint(2, 6)):
        number = table.new_id()
        table.ids.append(number)
        rows.append("(%s)" % ", ".join(str(number) if c.name == "id" else c.value(rng) for c in columns))
    return "INSERT INTO %s (%s) VALUES\n%s;" % (table.full_name(), ", ".join(identifier(c.name) for c in columns), ",\n".join(rows))


def update(rng, table):
    if not table.ids or not table.changeable():
        return insert(rng, table)
    columns = [c for c in table.columns if c.name != "id" and (not c.in_key or rng.random() < 0.2)]
    rng.shuffle(columns)
    columns = columns[:rng.randint(0, 3)]
    sets = ", ".join("%s = %s" % (identifier(c.name), c.value(rng)) for c in columns) or "id = id"
    which = rng.sample(table.ids, min(len(table.ids), rng.choice([1, 1, 1, 3])))
    # One by one: a statement takes rows in the order of the heap, which differs from run to run.
    return "\n".join("UPDATE %s SET %s WHERE id = %d;" % (table.full_name(), sets, number) for number in which)


def change_id(rng, table):
    """Of a key: delete, tombstone and create."""
    if not table.ids or not table.changeable():
        return insert(rng, table)
    place = rng.randrange(len(table.ids))
    old, table.ids[place] = table.ids[place], table.new_id()
    return "UPDATE %s SET id = %d WHERE id = %d;" % (table.full_name(), table.ids[place], old)


def delete(rng, table):
    if not table.ids or not table.changeable():
        return insert(rng, table)
    number = table.ids.pop(rng.randrange(len(table.ids)))
    return "DELETE FROM %s WHERE id = %d;" % (table.full_name(), number)


def truncate(rng, table):
    if rng.random() < 0.8:
        return update(rng, table)
    table.ids.clear()
    return "TRUNCATE %s;" % table.full_name()


def truncate_all(tables):
    for table in tables:
        table.ids.clear()
    return "TRUNCATE %s;" % ", ".join(table.full_name() for table in tables)


def add_label(rng):
    """To the enum that all tables share."""
    return "ALTER TYPE mood ADD VALUE IF NOT EXISTS %s%s;" % (quote(word(rng)), rng.choice(["", " BEFORE 'ok'", " AFTER 'sad'"]))


def rolled_back(rng, table):
    """A savepoint whose changes nobody sees, in a transaction that others see."""
    ids, last = list(table.ids), table.last_id
    lost = update(rng, table) + "\n" + insert(rng, table)
    table.ids, table.last_id = ids, last + 1
    return "SAVEPOINT s;\n%s\nROLLBACK TO s;\n%s" % (lost, insert(rng, table))


def message(rng):
    return "SELECT pg_logical_emit_message(%s, %s, %s);" % (rng.choice(["true", "false"]), quote(word(rng)), quote(text(rng)))


CHANGES = [(insert, 4), (insert_many, 2), (update, 6), (change_id, 1), (delete, 2), (truncate, 0.3)]


def change(rng, table):
    function = rng.choices([f for f, _ in CHANGES], [w for _, w in CHANGES])[0]
    return function(rng, table)


# --- changes of the table itself ----------------------------------------------------------------


def altered(table, clause):
    return "ALTER TABLE %s %s;" % (table.full_name(), clause)


def add_column(rng, table):
    column = table.new_column()
    if table.in_transaction:
        column.default = None
    column.required = column.required and column.default is not None
    table.columns.append(column)
    script = altered(table, "ADD COLUMN " + column.definition())
    return script + ("\n" + table.external(column) if column.apart else "")


def drop_column(rng, table):
    column = pick(rng, table, lambda c: True)
    if column is None:
        return add_column(rng, table)
    table.columns.remove(column)
    return altered(table, "DROP COLUMN %s CASCADE" % identifier(column.name))


def rename_column(rng, table):
    column = pick(rng, table, lambda c: True)
    if column is None:
        return add_column(rng, table)
    old, column.name = column.name, table.fresh_name()
    return altered(table, "RENAME COLUMN %s TO %s" % (identifier(old), identifier(column.name)))


def retype_column(rng, table):
    """To a random type: the values there are go."""
    column = pick(rng, table, lambda c: not c.required and c.default is None)
    if column is None:
        return add_column(rng, table)
    fresh = table.new_column()
    column.kind, column.apart = fresh.kind, fresh.apart
    script = altered(table, "ALTER COLUMN %s TYPE %s USING NULL" % (identifier(column.name), column.kind.name))
    return script + ("\n" + table.external(column) if column.apart else "")


def default_column(rng, table):
    column = pick(rng, table, lambda c: c.kind.default)
    if column is None:
        return add_column(rng, table)
    column.default = None if column.default else column.kind.value(rng, True)
    return altered(table, "ALTER COLUMN %s %s" % (identifier(column.name), "SET DEFAULT " + column.default if column.default else "DROP DEFAULT"))


def require_column(rng, table):
    column = pick(rng, table, lambda c: not c.apart and table.may_require(c))
    if column is None:
        return add_column(rng, table)
    name = identifier(column.name)
    column.required = not column.required
    if not column.required:
        return altered(table, "ALTER COLUMN %s DROP NOT NULL" % name)
    if not table.changeable():
        column.required = False
        return ""
    # Where null stood, or what a required column cannot have, a new value stands.
    return ("DO $rows$ DECLARE r record; BEGIN FOR r IN SELECT id FROM %s ORDER BY id LOOP UPDATE %s SET %s = %s WHERE id = r.id; END LOOP; END $rows$;"
            "\n-- sync\n%s" % (table.full_name(), table.full_name(), name, column.kind.value(rng, True), altered(table, "ALTER COLUMN %s SET NOT NULL" % name)))


def switch_identity(rng, table):
    table.identity = rng.choice([i for i in table.identities() if i != table.identity])
    return table.identity_script()


def rename_table(rng, table):
    if table.partitions:  # the server itself keeps publishing partitions under the root's old name
        return add_column(rng, table)
    old, name = table.full_name(), "%s%d" % (word(rng), rng.randint(1000, 9999))
    if not table.may_become(table.schema, name):
        return add_column(rng, table)
    table.name = name
    return "ALTER TABLE %s RENAME TO %s;" % (old, identifier(table.name))


def move_table(rng, table):
    if table.partitions:
        return add_column(rng, table)
    old = table.full_name()
    schemas = [s for s in ("public", "other", "My Schema") if s != table.schema and table.may_become(s, table.name)]
    table.schema = rng.choice(schemas or [table.schema])
    return "ALTER TABLE %s SET SCHEMA %s;" % (old, identifier(table.schema))


def drop_key(rng, table):
    """The primary key goes; without another identity rows can only be added then."""
    del rng
    if not table.key or table.partitions:
        return ""
    table.key = []
    for column in table.columns:
        column.in_key = False
    script = ("DO $$ BEGIN EXECUTE (SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname) FROM pg_constraint "
              "WHERE conrelid = %s::regclass AND contype = 'p'); END $$;" % quote(table.full_name()))
    table.identity = "full"
    return script + "\n" + table.identity_script()


def add_key(rng, table):
    del rng
    if table.key or table.partitions:
        return ""
    table.key = ["id"]
    table.column("id").in_key = True
    return altered(table, "ADD PRIMARY KEY (id)")


def pick(rng, table, suits):
    """A column that is not of a key and suits, or None."""
    found = [c for c in table.columns if c.name != "id" and not c.in_key and suits(c)
             and not (table.in_transaction and (c.required or c.default))]
    return rng.choice(found) if found else None


ALTERATIONS = [add_column, drop_column, rename_column, retype_column, default_column, require_column,
               switch_identity, rename_table, move_table, drop_key, add_key]
# Debezium asks the catalogue for defaults, keys and NOT NULL when it gets to a change, after the
# transaction, or a moment before others see it: what these alter it does not ask for.
WITHIN = [add_column, drop_column, rename_column, retype_column]


def alter(rng, table):
    return rng.choice(ALTERATIONS)(rng, table)


def alter_within(rng, table):
    """Inside of a transaction, between changes."""
    table.in_transaction = True
    try:
        return rng.choice(WITHIN)(rng, table)
    finally:
        table.in_transaction = False
