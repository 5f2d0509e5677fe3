"""kinds.py: the types a random column may have."""
import values as v

SETUP = """CREATE EXTENSION hstore; CREATE EXTENSION ltree; CREATE EXTENSION citext; CREATE EXTENSION isn;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'very happy', 'x,y', 'ü');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN short_text AS varchar(12); CREATE DOMAIN price AS numeric(9,3); CREATE DOMAIN plain_number AS numeric;
CREATE DOMAIN at_second AS timestamp(0); CREATE DOMAIN flags AS bit(5); CREATE DOMAIN nested AS short_text;
CREATE DOMAIN int_list AS int[]; CREATE DOMAIN document AS jsonb;
"""


class Kind:
    """A type: its name in SQL, how values are made, and what a column of it may be."""

    def __init__(self, name, value, big=None, key=False, default=True, array=None):
        self.name = name
        self.value = value      # function(rng, required) -> expression
        self.big = big          # function(letter) -> expression of a value that is stored apart
        self.key = key          # may be a column of a key
        self.default = default  # may have a literal default
        self.array = array      # None: no arrays of it; else whether they may hold NULL (values.array_of)


def repeated(form):
    return lambda letter: form % (letter, v.BIG)


def many(form, count):
    return lambda letter: "(SELECT array_agg(%s) FROM generate_series(1, %d) g)" % (form % ord(letter), count)


TEXT = repeated("repeat('%s', %d)")
MOODS = ("'sad'", "'ok'", "'very happy'", "'x,y'", "'ü'")


def simple(rng):
    """The kinds without modifiers, and some with random ones."""
    n, precision = rng.randint(1, 12), rng.randint(1, 20)
    scale, fraction = rng.randint(0, precision), rng.randint(0, 6)
    decimal = "numeric(%d,%d)" % (precision, scale)
    return [
        Kind("smallint", v.integer(16), key=True, array=True),
        Kind("integer", v.integer(32), key=True, array=True),
        Kind("bigint", v.integer(64), key=True, array=True),
        Kind("oid", v.integer(32, unsigned=True), key=True, array=True),
        Kind("boolean", v.one_of("true", "false"), array=True),
        Kind("real", v.floating("real", 30, 6), key=True, array=True),
        Kind("double precision", v.floating("float8", 300, 15), key=True, array=True),
        Kind(decimal, v.fixed(precision, scale), key=True, array=True),
        Kind("numeric(%d,%d)" % (n, n + 3), v.fixed(n, n + 3)),
        Kind("numeric", v.variable, big=repeated("(ascii('%s') || repeat('7', 2 * %d))::numeric"), key=True, array=True),
        Kind("money", v.money),
        Kind("text", v.characters(40), big=TEXT, key=True, array=True),
        Kind("varchar", v.characters(40), big=TEXT, key=True, array=True),
        Kind("varchar(%d)" % n, v.characters(n), key=True, array=True),
        Kind("char(%d)" % n, v.padded(n), key=True, array=True),
        Kind("bpchar", v.padded(9), big=TEXT),
        Kind('"char"', v.one_of("'a'", "'Z'", "'1'"), array=True),
        Kind("citext", v.characters(20), big=TEXT, array=True),
        Kind("name", v.characters(10)),
        Kind("isbn", v.one_of("'978-0-393-04002-9'", "'0-306-40615-2'"), default=False),
        Kind("bytea", v.byte_string, big=repeated("repeat('%s', %d)::bytea"), key=True, array=True),
        Kind("bit", v.bits(1)),
        Kind("bit(%d)" % (n + 1), v.bits(n + 1)),
        Kind("varbit(%d)" % (n + 1), v.bits(n + 1, varying=True)),
        Kind("varbit", v.bits(40, varying=True), big=repeated("repeat(ascii('%s')::bit(8)::text, %d)::varbit")),
        Kind("date", v.date, big=None, key=True, array=True),
        Kind("time", v.time, array=True),
        Kind("time(%d)" % fraction, v.time, array=True),
        Kind("timetz", v.timetz, array=True),
        Kind("timetz(%d)" % fraction, v.timetz),
        Kind("timestamp", v.moment(False), key=True, array=True),
        Kind("timestamp(%d)" % fraction, v.moment(False), key=True, array=True),
        Kind("timestamptz", v.moment(True), key=True, array=True),
        Kind("timestamptz(%d)" % fraction, v.moment(True), array=True),
        Kind("interval", v.interval),
        Kind("interval(%d)" % fraction, v.interval),
        Kind("uuid", v.uuid, key=True, array=True),
        Kind("json", v.json_text, big=repeated("to_json(repeat('%s', %d))"), array=True),
        Kind("jsonb", v.json_text, big=repeated("to_jsonb(repeat('%s', %d))"), array=True),
        Kind("xml", v.xml, big=repeated("('<a>' || repeat('%s', %d) || '</a>')::xml")),
        Kind("inet", v.inet, key=True, array=True),
        Kind("cidr", v.cidr, array=True),
        Kind("macaddr", v.mac(6), array=True),
        Kind("macaddr8", v.mac(8), array=True),
        Kind("int4range", v.span(v.numbers), array=True),
        Kind("int8range", v.span(v.numbers), array=True),
        Kind("numrange", v.span(v.decimals), array=True),
        Kind("tsrange", v.span(v.stamps), array=True),
        Kind("tstzrange", v.span(v.stamps), array=True),
        Kind("daterange", v.span(v.days), array=True),
        Kind("hstore", v.hstore, big=repeated("hstore('k', repeat('%s', %d))"), default=False, array=True),
        Kind("ltree", v.ltree, default=False, array=v.LOSING),
        Kind("tsvector", v.tsvector, default=False),
        Kind("point", v.points(1, "%s"), default=False),
        Kind("mood", v.one_of(*MOODS), key=True, array=v.LOSING),
    ]


DOMAINS = [
    Kind("short_text", v.characters(12)),
    Kind("nested", v.characters(12)),
    Kind("price", v.fixed(9, 3)),
    Kind("plain_number", v.variable),
    Kind("at_second", v.moment(False)),
    Kind("flags", v.bits(5)),
    Kind("document", v.json_text),
    Kind("int_list", v.array_of("int", v.integer(32)), default=False),
]

# Of the others, Debezium has no value for one that an update left apart from the row, and stops where it must
# have one.
PLACEHOLDER = {"text", "varchar", "bpchar", "bytea", "json", "jsonb", "xml"}

# Left out of events, unless include.unknown.datatypes.
UNKNOWN = [
    Kind("pg_lsn", v.one_of("'16/B374D848'", "'0/1'")),
    Kind("tsquery", v.one_of("'fat & rat'", "'a | !b'"), default=False),
    Kind("jsonpath", v.one_of("'$.a'", "'$[*] ? (@ > 1)'")),
    Kind("xid", v.one_of("'5'", "'4000000000'")),
    Kind("int4multirange", v.one_of("'{[1,3),[5,7)}'", "'{}'"), default=False),
    Kind("pair", v.one_of("ROW(1, 'x')", "ROW(NULL, 'a b')"), default=False),
    Kind("box", v.points(2, "%s"), default=False),
    Kind("lseg", v.points(2, "[%s]"), default=False),
    Kind("path", v.points(3, "[%s]"), default=False),
    Kind("polygon", v.points(3, "(%s)"), default=False),
    Kind("circle", v.one_of("'<(0,0),1>'", "'<(1.5,-2),0.25>'"), default=False),
    Kind("line", v.one_of("'{1,2,3}'", "'{1,-1,0.5}'"), default=False),
    Kind("interval[]", v.one_of("'{1 day}'", "'{}'"), default=False),
    Kind("money[]", v.one_of("'{1.00,2.50}'", "'{}'"), default=False),
]

BIG_ARRAYS = {
    "text": many("repeat(chr(%d), 20)", 150), "varchar": many("repeat(chr(%d), 20)", 150),
    "integer": many("g + %d", 800), "bigint": many("g::bigint + %d", 400), "date": many("'2020-01-01'::date + g + %d", 800),
    "uuid": many("('09e0c0f0-1111-4222-8333-a0b0c0d0e0%d')::uuid", 200), "bytea": many("repeat(chr(%d), 20)::bytea", 150),
    "json": many("to_json(g + %d)", 300), "jsonb": many("to_jsonb(g + %d)", 300), "numeric": many("g::numeric + %d", 300),
    "timestamp": many("'2020-01-01'::timestamp + g * interval '1 day' + %d * interval '1 hour'", 400),
    "boolean": many("g > %d", 2700), "double precision": many("g::float8 + %d", 400), "smallint": many("(g + %d)::smallint", 1400),
}


def choose(rng):
    """A random kind."""
    kind, form = rng.choice(simple(rng)), rng.random()
    if form < 0.06:
        return rng.choice(DOMAINS)
    if form < 0.1:
        return rng.choice(UNKNOWN)
    if form < 0.3 and kind.array is not None:
        return Kind(kind.name + "[]", v.array_of(kind.name, kind.value, kind.array), BIG_ARRAYS.get(kind.name), default=False)
    return kind
