"""values.py: random values of random types, as SQL expressions.

A type is a name for CREATE TABLE and a function from a source of randomness to an expression. What
Debezium refuses to read at all is left out: NaN in required columns, NULL in arrays of enums, domains
over enums, arrays of arrays of text (README.md).
"""
import json
import string

LOSING = "losing"  # of arrays: Debezium has null for one with a NULL element
BIG = 2600  # bytes that surely leave the row, in a column that is stored EXTERNAL


def quote(text):
    """A SQL literal; control characters are escaped, so that a script stays readable."""
    if not any(c == "\\" or ord(c) < 32 for c in text):
        return "'" + text.replace("'", "''") + "'"
    return "E'" + "".join("\\\\" if c == "\\" else "''" if c == "'" else "\\x%02x" % ord(c) if ord(c) < 32 else c
                          for c in text) + "'"


LETTERS = string.ascii_letters + string.digits + " _-.,;:/"
ODD = "'\"\\\t\n\r\b\f\x01\x1f\x7f{}[]()<>&$%äöüßéçñ€œ中文日本\u00a0\u2028\ufeff\ufffd😀𝄞"


def text(rng, longest=20):
    odd = rng.random() < 0.3
    return "".join(rng.choice(ODD if odd and rng.random() < 0.3 else LETTERS) for _ in range(rng.randint(0, longest)))


def word(rng, longest=8):
    return "".join(rng.choice(string.ascii_lowercase) for _ in range(rng.randint(1, longest)))


def integer(bits, unsigned=False):
    low, high = (0, 2 ** bits - 1) if unsigned else (-2 ** (bits - 1), 2 ** (bits - 1) - 1)

    def value(rng, required):
        del required
        near = rng.choice([low, high, 0, 1, 100, rng.randint(low, high), rng.randint(0, 1000)])
        return "'%d'" % near if near < 0 else "%d" % near
    return value


def digits(rng, count):
    return "".join(rng.choice(string.digits) for _ in range(count)) or "0"


def fixed(precision, scale):
    """numeric(p,s), s from negative to more than p."""
    def value(rng, required):
        if not required and rng.random() < 0.05:
            return "'NaN'"
        unscaled = int(digits(rng, rng.randint(1, precision)))
        sign = rng.choice(["", "-"])
        return "'%s%de%d'" % (sign, unscaled, -scale)
    return value


def variable(rng, required):
    if not required and rng.random() < 0.1:
        return rng.choice(["'NaN'", "'Infinity'", "'-Infinity'"])
    form = rng.random()
    if form < 0.2:
        return "'%s%se%d'" % (rng.choice(["", "-"]), rng.randint(1, 99), rng.randint(-40, 40))
    return "'%s%s%s'" % (rng.choice(["", "-"]), digits(rng, rng.randint(1, 25)),
                         "." + digits(rng, rng.randint(1, 20)) if form < 0.8 else "")


def floating(name, exponent, places):
    def value(rng, required):
        del required
        special = rng.random()
        if special < 0.15:
            return "'%s'::%s" % (rng.choice(["NaN", "Infinity", "-Infinity", "-0", "0", "1e7", "0.001", "9999999"]), name)
        return "'%s%s.%se%d'::%s" % (rng.choice(["", "-"]), rng.randint(1, 9), digits(rng, rng.randint(1, places)),
                                     rng.randint(-exponent, exponent) if special < 0.5 else rng.randint(-5, 9), name)
    return value


def money(rng, required):
    del required
    return "'%s%d.%02d'" % (rng.choice(["", "-"]), rng.choice([0, 5, 999, rng.randint(0, 9 * 10 ** 14)]), rng.randint(0, 99))


def characters(longest):
    def value(rng, required):
        del required
        return quote(text(rng, min(longest, 20)))
    return value


def padded(width):
    def value(rng, required):
        del required
        return quote(text(rng, min(width, 10)).rstrip())
    return value


def byte_string(rng, required):
    del required
    return "'\\x%s'" % "".join("%02x" % rng.choice([0, 255, rng.randint(0, 255)]) for _ in range(rng.randint(0, 20)))


def bits(width, varying=False):
    def value(rng, required):
        del required
        count = rng.randint(0, width) if varying else width
        return "B'%s'" % "".join(rng.choice("01") for _ in range(count))
    return value


# --- time ---------------------------------------------------------------------------------------


def clock(rng):
    return "%02d:%02d:%02d%s" % (rng.randint(0, 23), rng.randint(0, 59), rng.randint(0, 59),
                                 "." + digits(rng, rng.randint(1, 6)) if rng.random() < 0.6 else "")


def day(rng, required):
    """A date as text. Outside of what nanoseconds can say only where null may stand instead."""
    if not required and rng.random() < 0.2:
        return rng.choice(["infinity", "-infinity", "0044-03-15 BC", "4713-01-01 BC", "12021-05-05", "0001-01-01",
                           "1582-10-04", "1582-10-15"])
    return "%04d-%02d-%02d" % (rng.choice([1970, 1969, 2024, rng.randint(1700, 2200)]), rng.randint(1, 12), rng.randint(1, 28))


def zone(rng):
    return "%s%02d%s" % (rng.choice("+-"), rng.randint(0, 14), rng.choice(["", ":00", ":30"]))


def date(rng, required):
    return "'%s'" % day(rng, required)


def time(rng, required):
    del required
    return "'%s'" % ("24:00:00" if rng.random() < 0.05 else clock(rng))


def timetz(rng, required):
    del required
    return "'%s%s'" % (clock(rng), zone(rng))


def moment(zoned):
    def value(rng, required):
        on = day(rng, required)
        if "infinity" in on:
            return "'%s'" % on
        return "'%s %s%s%s'" % (on.replace(" BC", ""), clock(rng), zone(rng) if zoned else "",
                                " BC" if on.endswith(" BC") else "")
    return value


def interval(rng, required):
    del required
    parts = ["%d %s" % (rng.randint(-50, 50), unit) for unit in ("years", "mons", "days", "hours", "mins")
             if rng.random() < 0.4]
    parts.append("%s%d.%s secs" % (rng.choice(["", "-"]), rng.randint(0, 59), digits(rng, rng.randint(1, 6))))
    return "'%s'" % " ".join(parts)


# --- documents, addresses, ranges ---------------------------------------------------------------


def document(rng, depth=0):
    kind = rng.random()
    if depth < 3 and kind < 0.3:
        return {text(rng, 6): document(rng, depth + 1) for _ in range(rng.randint(0, 4))}
    if depth < 3 and kind < 0.5:
        return [document(rng, depth + 1) for _ in range(rng.randint(0, 4))]
    return rng.choice([None, True, False, rng.randint(-10 ** 12, 10 ** 12), text(rng), rng.randint(0, 9) / 4])


def json_text(rng, required):
    del required
    return quote(json.dumps(document(rng), ensure_ascii=rng.random() < 0.5, separators=rng.choice([(",", ":"), (", ", ": ")])))


def xml(rng, required):
    del required
    return "'<%s a=\"%d\">%s</%s>'" % ((name := word(rng)), rng.randint(0, 9), word(rng), name)


def uuid(rng, required):
    del required
    h = "%032x" % rng.getrandbits(128)
    return "'%s-%s-%s-%s-%s'" % (h[:8], h[8:12], h[12:16], h[16:20], h[20:])


def octets(rng, count=4):
    return ".".join(str(rng.randint(0, 255)) for _ in range(count))


def inet(rng, required):
    del required
    address = octets(rng) if rng.random() < 0.7 else "2001:db8::%x" % rng.randint(0, 65535)
    return "'%s%s'" % (address, "/%d" % rng.randint(8, 31) if rng.random() < 0.5 else "")


def cidr(rng, required):
    del required
    return "'%s.0/24'" % octets(rng, 3)


def mac(count):
    def value(rng, required):
        del required
        return "'%s'" % ":".join("%02x" % rng.randint(0, 255) for _ in range(count))
    return value


def span(ends):
    """A range between two values of a function that makes ordered pairs."""
    def value(rng, required):
        del required
        if rng.random() < 0.1:
            return "'empty'"
        low, high = ends(rng)
        return "'%s%s,%s%s'" % (rng.choice("[("), low if rng.random() < 0.85 else "",
                                high if rng.random() < 0.85 else "", rng.choice("])"))
    return value


def pair_of(make):
    return lambda rng: sorted((make(rng), make(rng)))


def numbers(rng):
    low = rng.randint(-1000, 1000)
    return low, low + rng.randint(1, 1000)


def decimals(rng):
    low, high = numbers(rng)
    return "%d.%s" % (low, digits(rng, 2)), "%d.%s" % (high + 1, digits(rng, 3))


def stamps(rng):
    return ['"%s"' % s for s in sorted("%04d-%02d-%02d %s" % (rng.randint(1971, 2190), rng.randint(1, 12),
                                                             rng.randint(1, 28), clock(rng)) for _ in range(2))]


def days(rng):
    return sorted("%04d-%02d-%02d" % (rng.randint(1971, 2190), rng.randint(1, 12), rng.randint(1, 28)) for _ in range(2))


def hstore(rng, required):
    del required
    count = rng.choice([0, 1, 3, 20])
    keys = sorted({text(rng, 6) for _ in range(count)})
    values = ["NULL" if rng.random() < 0.2 else quote(text(rng, 8)) for _ in keys]
    return "hstore(ARRAY[%s]::text[], ARRAY[%s]::text[])" % (", ".join(map(quote, keys)), ", ".join(values))


def ltree(rng, required):
    del required
    return "'%s'" % ".".join(word(rng) for _ in range(rng.randint(1, 5)))


def tsvector(rng, required):
    del required
    return "'%s'" % " ".join("%s:%d%s" % (word(rng), rng.randint(1, 99), rng.choice(["", "A", "B"])) for _ in range(rng.randint(1, 5)))


def coordinate(rng):
    return rng.choice([0, 1, -1.5, rng.randint(-1000, 1000) / 8, 1e10, 1e-7])


def points(count, shape):
    def value(rng, required):
        del required
        return "'%s'" % (shape % ",".join("(%r,%r)" % (coordinate(rng), coordinate(rng)) for _ in range(count)))
    return value


def one_of(*literals):
    return lambda rng, required: rng.choice(literals)


def array_of(name, element, nulls=True, longest=4):
    """nulls: whether there are NULL elements; LOSING: not where the column must have a value."""
    def value(rng, required):
        possible = not required if nulls is LOSING else nulls
        items = ["NULL" if possible and rng.random() < 0.2 else element(rng, required) for _ in range(rng.randint(0, longest))]
        return "ARRAY[%s]::%s[]" % (", ".join(items), name)
    return value
