#!/usr/bin/env python3
"""compare.py EXPECTED ACTUAL: compares two files of events, byte for byte except for volatile fields.

EXPECTED has the oracle's lines, with the exact bytes of key and value in "key_raw" and "value_raw".
ACTUAL has the lines of penstock's output=record and of the file sink, with those bytes embedded:
    {"topic":"...","key":<bytes|null>,"value":<bytes|null>,"headers":{"name":"text"|null}}

A line's null stands for no bytes (a tombstone) as well as for the JSON text null, so these two
compare equal here; test/unit/event_encoder_test.cpp tells them apart.

Field order, the digits of numbers, the escapes of strings and white space count. What does not
count is replaced by a name such as <lsn> before comparing; null is never replaced. Which fields
those are is said by the tables below; everything else must be equal.

Exit status: 0 equal, 1 different, 2 unreadable input.
"""
import json
import re
import sys
from json.decoder import scanstring

TIMES = {"ts_ms", "ts_us", "ts_ns"}
# Members of an envelope's "source" block.
SOURCE = TIMES | {"version", "lsn", "sequence", "xmin", "origin_lsn", "txId"}
# Members of a flattened record and headers made by transformations: __ts_ms, __source_lsn ...
FLAT = re.compile(r"__(?:source_|transaction_)?(ts_ms|ts_us|ts_ns|lsn|txId|xmin|sequence|version)")
FLAT_TRANSACTION_ID = re.compile(r"__transaction_id")
RUN_ID = "__debezium.context.runId"
HEARTBEAT = "__debezium-heartbeat"
TRANSACTION_TOPIC = re.compile(r"[._-](?:transaction|tx)$")
TRANSACTION_FIELDS = ["status", "id", "event_count", "data_collections", "ts_ms"]
NOTIFICATION_FIELDS = ["id", "type", "aggregate_type", "additional_data", "timestamp"]
# Debezium prints a Java object with its address for logical messages in transaction END.
JAVA_HASH = re.compile(r"(LogicalDecodingMessageId@)[0-9a-f]+")

STRING_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"', re.S)
ESCAPE = re.compile(r"\\(.)", re.S)
QUOTE = "\ue000"  # stands for an escaped quote while the json module reads the text

class BadInput(Exception):
    """A file that is not in the format above."""


class Members(list):
    """An object as the list of its (name, value) pairs, in their order."""

    def names(self):
        return [name for name, _ in self]

    def get(self, wanted):
        return next((value for name, value in self if name == wanted), None)


class Number(tuple):
    """The digits of a number, as written. (A tuple, so it never equals a string.)"""

    def __new__(cls, text):
        return super().__new__(cls, (text,))


class Mask(tuple):
    """What stands for a volatile value."""

    def __new__(cls, text):
        return super().__new__(cls, ("mask", text))


def _keep_escape(match):
    return "\\\\" + {'"': QUOTE, "\\": "\\\\"}.get(match.group(1), match.group(1))


def parse(text):
    """The tree of a JSON text in which strings keep their escapes and numbers their digits."""
    tree = json.loads(
        ESCAPE.sub(_keep_escape, text) if "\\" in text else text,
        object_pairs_hook=Members, parse_int=Number, parse_float=Number, parse_constant=Number)
    if re.search(r"\s", STRING_TOKEN.sub("", text)):
        return Members([("white space between tokens", text)])
    return tree


def show(tree):
    """JSON-like text of a tree, for messages."""
    if isinstance(tree, Number):
        return tree[0]
    if isinstance(tree, Mask):
        return "<%s>" % tree[1]
    if isinstance(tree, Members):
        return "{" + ",".join('"%s":%s' % (name, show(value)) for name, value in tree) + "}"
    if isinstance(tree, list):
        return "[" + ",".join(map(show, tree)) + "]"
    if isinstance(tree, str):
        return '"' + tree.replace(QUOTE, '"') + '"'
    return json.dumps(tree)


class Masker:
    """Masks the events of one file. Transaction ids are numbered by their first appearance."""

    def __init__(self):
        self.transactions = {}

    def transaction(self, text):
        return self.transactions.setdefault(text, len(self.transactions) + 1)

    def value(self, name, value):
        if value is None or isinstance(value, Members):
            return value
        if name == "txId":
            return Mask("transaction %d" % self.transaction(value[0] if isinstance(value, Number) else value))
        if name == "id":  # "transaction:lsn"
            number, colon, _ = value.partition(":") if isinstance(value, str) else ("", "", "")
            return Mask("transaction %d:lsn" % self.transaction(number)) if colon else value
        return Mask(name)

    def members(self, tree, names):
        return Members((n, self.value(n, v) if n in names else v) for n, v in tree)

    def envelope(self, tree):
        out = Members()
        for name, value in tree:
            if name == "source" and isinstance(value, Members):
                value = self.members(value, SOURCE)
            elif name == "transaction" and isinstance(value, Members):
                value = self.members(value, {"id"})
            elif name in TIMES:
                value = self.value(name, value)
            out.append((name, value))
        return out

    def flat(self, tree):
        out = Members()
        for name, value in tree:
            found = FLAT.fullmatch(name)
            if found:
                value = self.value(found.group(1), value)
            elif FLAT_TRANSACTION_ID.fullmatch(name):
                value = self.value("id", value)
            out.append((name, value))
        return out

    def payload(self, topic, tree, of_notification):
        if not isinstance(tree, Members):
            return tree
        names = tree.names()
        if topic.startswith(HEARTBEAT):
            return self.members(tree, {"ts_ms"})
        if names == TRANSACTION_FIELDS:
            return unordered(self.members(tree, {"id", "ts_ms"}), "data_collections")
        if names == ["id"] and TRANSACTION_TOPIC.search(topic):
            return self.members(tree, {"id"})
        if names == NOTIFICATION_FIELDS:
            masked = Members((n, Mask("uuid") if n == "id" else v) for n, v in tree)
            return unordered(self.members(masked, {"timestamp"}), "additional_data")
        if names == ["id"] and of_notification:
            return Members([("id", Mask("uuid"))])
        if "op" in names and "source" in names:
            return self.envelope(tree)
        return self.flat(tree)

    def side(self, topic, raw, of_notification):
        """The masked tree of the bytes of a key or value."""
        if raw is None:
            return None
        raw = JAVA_HASH.sub(r"\1<hash>", raw)
        try:
            tree = parse(raw)
        except ValueError:
            return Members([("not JSON", raw)])
        if isinstance(tree, Members) and tree.names() == ["schema", "payload"]:
            return Members([tree[0], ("payload", self.payload(topic, tree[1][1], of_notification))])
        return self.payload(topic, tree, of_notification)

    def header(self, name, value):
        if name == RUN_ID:
            return Mask("run id")
        found = FLAT.fullmatch(name)
        return Mask(found.group(1)) if found and value is not None else value


def unordered(tree, name):
    """Sorts a member that Debezium prints from a hash map, whose order changes from run to run."""
    return Members(
        (n, type(v)(sorted(v, key=repr)) if n == name and isinstance(v, list) else v) for n, v in tree)


# --- reading the two kinds of lines -----------------------------------------------------------


def read_expected(line):
    record = json.loads(line)
    for side in ("key", "value"):
        if record.get(side) is not None and record.get(side + "_raw") is None:
            raise BadInput("%s without %s_raw" % (side, side))
    return {"topic": record.get("topic"), "key": record.get("key_raw"), "value": record.get("value_raw"),
            "headers": list((record.get("headers") or {}).items()), "partition": record.get("partition"),
            "error": [n for n in ("key_error", "value_error", "engine_error") if n in record]}


def read_actual(line):
    """Splits a line without touching the bytes of key and value."""
    decoder = json.JSONDecoder(object_pairs_hook=Members)
    record = {"topic": None, "key": None, "value": None, "headers": [], "partition": None,
              "timestamp": None, "error": []}
    position = 0
    try:
        while line[position] in "{,":
            if line.startswith("{}", position):
                break
            name, position = scanstring(line, position + 2)
            if line[position] != ":" or name not in record:
                raise BadInput("unexpected member %r of the line" % name)
            start = position + 1
            value, position = decoder.raw_decode(line, start)
            if name in ("key", "value"):
                value = None if value is None else line[start:position]
            record[name] = value
    except (IndexError, ValueError) as error:
        raise BadInput("not a line of events (%s at %d): %.200s" % (error, position, line)) from None
    if line[position:].strip() != "}" or record["topic"] is None:
        raise BadInput("not a line of events: %.200s" % line)
    return record


def load(lines, read, name, drop_topics=None):
    """The masked events: (topic, partition, tree) each."""
    masker, events, heartbeat_seen = Masker(), [], False
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = read(line.rstrip("\n"))
        except (BadInput, ValueError) as error:
            raise BadInput("%s line %d: %s" % (name, number, error)) from None
        topic = record["topic"] or ""
        if drop_topics and re.fullmatch(drop_topics, topic):
            continue
        if topic.startswith(HEARTBEAT):  # time driven: how many there are says nothing
            if heartbeat_seen:
                continue
            heartbeat_seen = True
        notification = '"aggregate_type":"' in (record["value"] or "")
        events.append((topic, record["partition"], Members([
            ("topic", topic),
            ("key", masker.side(topic, record["key"], notification)),
            ("value", masker.side(topic, record["value"], notification)),
            ("headers", Members((n, masker.header(n, v)) for n, v in record["headers"])),
            ("error", record["error"]),
        ])))
    return events


# --- differences ------------------------------------------------------------------------------


def shorten(text):
    return text if len(text) <= 300 else text[:300] + "..."


def differences(expected, actual, path):
    """Yields one line for each place where two trees differ."""
    if expected == actual and type(expected) is type(actual):
        return
    if isinstance(expected, Members) and isinstance(actual, Members):
        want, have = expected.names(), actual.names()
        missing = [n for n in want if n not in have]
        extra = [n for n in have if n not in want]
        if missing or extra:
            yield "%s: missing %s, unexpected %s" % (path, ", ".join(missing) or "nothing", ", ".join(extra) or "nothing")
        elif want != have:
            yield "%s: order of fields: expected %s, got %s" % (path, ", ".join(want), ", ".join(have))
        for name, value in expected:
            if name in have:
                yield from differences(value, actual.get(name), path + "." + name)
    elif type(expected) is list and type(actual) is list and len(expected) == len(actual):
        for index, (one, other) in enumerate(zip(expected, actual)):
            yield from differences(one, other, "%s[%d]" % (path, index))
    else:
        yield "%s: expected %s, got %s" % (path, shorten(show(expected)), shorten(show(actual)))


def compare_events(expected, actual):
    """A list of difference lines, empty when the files agree."""
    out = []
    for index in range(max(len(expected), len(actual))):
        where = "event %d" % (index + 1)
        if index >= len(actual):
            out.append("%s: missing: %s" % (where, shorten(show(expected[index][2]))))
        elif index >= len(expected):
            out.append("%s: unexpected: %s" % (where, shorten(show(actual[index][2]))))
        else:
            (topic, partition, want), (_, got_partition, have) = expected[index], actual[index]
            where += " (%s)" % topic
            out.extend(differences(want, have, where))
            # The partition counts only where the connector chose it itself.
            if partition is not None and partition != got_partition:
                out.append("%s.partition: expected %s, got %s" % (where, partition, got_partition))
    return out


def compare_lines(expected_lines, actual_lines, drop_topics=None):
    return compare_events(load(expected_lines, read_expected, "expected"),
                          load(actual_lines, read_actual, "actual", drop_topics))


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        with open(arguments[0], encoding="utf-8") as expected, open(arguments[1], encoding="utf-8") as actual:
            found = compare_lines(expected, actual)
    except (OSError, BadInput) as error:
        print("compare.py: %s" % error, file=sys.stderr)
        return 2
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
