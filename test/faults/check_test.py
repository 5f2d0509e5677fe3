#!/usr/bin/env python3
"""Tests the checker: it accepts a true history and finds every way in which one can be wrong.

One line per test, then "N passed, N failed".
"""
import copy
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import check  # noqa: E402

COLUMNS = {"id": "int8", "step": "int8", "amount": "numeric", "body": "text", "doc": "jsonb", "at": "timestamptz"}
AT = "2026-01-01T00:00:00.25+00:00"
BIG = "x" * 3000


def row(key, step, amount="1.50", body=BIG):
    return {"id": key, "step": step, "amount": amount, "body": body, "doc": '{"a": [1, 2.50]}', "at": AT}


class History:
    """Writes the records of one topic as kcat prints them."""

    def __init__(self):
        self.records = []

    def add(self, operation, lsn, after=None, before=None, key=None):
        key = (after or before)["id"] if key is None else key
        event = {"before": before, "after": after, "op": operation, "source": {"lsn": lsn}}
        self.put(key, json.dumps(event))
        if operation == "d":
            self.put(key, None)

    def put(self, key, payload):
        self.records.append({"partition": key % 2, "key": json.dumps({"id": key}), "payload": payload})

    def numbered(self):
        """With the offsets that a broker gives."""
        ends = {}
        for record in self.records:
            record["offset"] = ends.get(record["partition"], 0)
            ends[record["partition"]] = record["offset"] + 1
        return self.records


def story(repeated=True):
    """Snapshot, changes of every kind, the end repeated as after a crash."""
    history = History()
    for lsn in (50, 100):  # the first snapshot was broken off; row 9 is gone at the second
        for key in (1, 2, 3, 4) + ((9,) if lsn == 50 else ()):
            history.add("r", lsn, row(key, 1))
    history.add("u", 110, row(1, 2, "2.5", check.UNAVAILABLE))
    history.add("u", 120, row(1, 3, "2.50"))
    history.add("d", 130, before={"id": 2, "step": None})
    history.add("c", 140, row(2, 1, "123456789012345678901234567890.5"))
    start = len(history.records)
    history.add("d", 150, before={"id": 3})  # row 3 gets the key 5
    history.add("c", 150, row(5, 2))
    history.add("u", 160, row(2, 2, "1e3"))
    history.add("c", 170, row(7, 1))
    history.add("d", 180, before={"id": 7})
    if repeated:
        history.records += copy.deepcopy(history.records[start:])
    history.add("u", 190, row(4, 2, body="changed"))
    return history.numbered()


def table(full=False):
    """What the story leaves behind; jsonb as psql shows it."""
    rows = [row(1, 3, check.Decimal("2.5")), row(2, 2, 1000), row(4, 2, check.Decimal("1.5"), "changed"),
            row(5, 2, check.Decimal("1.5"))]
    for each in rows:
        each["doc"] = check.loads(each["doc"])
    return check.Table("shop", COLUMNS, ["id"], full, rows)


def documents():
    return {check.document_id(key): dict(values, at=AT, doc=json.loads(values["doc"]))
            for key, values in table().rows.items()}


def topic_problems(records, full=False, redeliveries=1):
    problems = check.Problems()
    check.check_topic(table(full), records, problems, redeliveries)
    return problems


def index_problems(changed, settings=None):
    problems = check.Problems()
    check.check_index(table(), changed, settings or {}, problems)
    return problems


def last_of(records, key, operation):
    """Index of the last event of a key with an operation."""
    return max(i for i, r in enumerate(records)
               if json.loads(r["key"])["id"] == key and r["payload"] and json.loads(r["payload"])["op"] == operation)


def first_of(records, key, operation):
    return min(i for i, r in enumerate(records)
               if json.loads(r["key"])["id"] == key and r["payload"] and json.loads(r["payload"])["op"] == operation)


def changed_payload(records, index, change):
    payload = json.loads(records[index]["payload"])
    change(payload)
    records[index]["payload"] = json.dumps(payload)
    return records


class Test:
    def __init__(self):
        self.passed = self.failed = 0

    def expect(self, what, condition, detail=""):
        self.passed += bool(condition)
        self.failed += not condition
        print("%s %s%s" % ("ok  " if condition else "FAIL", what, "" if condition else ": %s" % detail), flush=True)

    def finds(self, what, problems):
        self.expect("finds " + what, problems.count > 0, "no problem found")

    def accepts(self, what, problems):
        self.expect("accepts " + what, problems.count == 0, problems.texts)

    def single_faults(self):
        """Any one record left out, and any two of one key in each other's place."""
        whole = story(repeated=False)
        void = {i for i, r in enumerate(whole) if r["payload"] and json.loads(r["payload"])["source"]["lsn"] == 50}
        missed = [i for i in range(len(whole)) if i not in void and not topic_problems(whole[:i] + whole[i + 1:]).count]
        self.expect("finds each single record that is missing", not missed, "not number %s" % missed)
        missed = []
        for i in range(len(whole)):
            later = [j for j in range(i + 1, len(whole)) if whole[j]["key"] == whole[i]["key"]]
            if later and i not in void:
                swapped = list(whole)
                swapped[i], swapped[later[0]] = whole[later[0]], whole[i]
                if not topic_problems(swapped).count:
                    missed.append(i)
        self.expect("finds each two events of a key that are swapped", not missed, "not number %s" % missed)

    def topics(self):
        self.accepts("a true history", topic_problems(story(repeated=False), redeliveries=0))
        self.accepts("one the end of which came twice", topic_problems(story()))
        self.single_faults()
        self.finds("a repetition that no crash explains", topic_problems(story(), redeliveries=0))
        records = story()
        self.finds("a repeated event by itself", topic_problems(records + [records[last_of(records, 2, "u")]]))
        records = story()
        index = last_of(records, 5, "c")
        self.finds("a wrong value", topic_problems(changed_payload(records, index, lambda p: p["after"].update(amount="1.51"))))
        records = story()
        index = last_of(records, 5, "c")
        self.finds("a column that is missing", topic_problems(changed_payload(records, index, lambda p: p["after"].pop("body"))))
        records = story()
        index = last_of(records, 5, "c")
        self.finds("a number as text", topic_problems(changed_payload(records, index, lambda p: p["after"].update(step="2"))))
        records = story()
        index = first_of(records, 1, "u")
        self.finds("a change that was lost, although the row is right in the end",
                   topic_problems(records[:index] + records[index + 1:]))
        records = story()
        records[last_of(records, 4, "u")]["partition"] = 1
        self.finds("a key in two partitions", topic_problems(records))
        records = story()
        early = records.pop(first_of(records, 9, "r"))
        self.finds("a row of the abandoned snapshot after the stream began", topic_problems(records + [early]))
        self.finds("an empty topic", topic_problems([]))
        self.finds("a missing before where identity is FULL", topic_problems(story(), full=True))

    def indices(self):
        self.accepts("the documents of the rows", index_problems(documents()))
        stale = documents()
        stale["4"]["body"] = BIG
        self.finds("a stale document", index_problems(stale))
        missing = documents()
        del missing["5"]
        self.finds("a missing document", index_problems(missing))
        left = documents()
        left["3"] = dict(left["5"], id=3)
        self.finds("a document of a deleted row", index_problems(left))
        other = documents()
        other["6"] = other.pop("5")
        self.finds("a document under another id", index_problems(other))
        placeholder = documents()
        placeholder["1"]["body"] = check.UNAVAILABLE
        self.finds("a placeholder in a document", index_problems(placeholder))
        self.finds("refresh left off", index_problems(documents(), {"index.refresh_interval": "-1"}))

    def values(self):
        same = check.document_id
        self.expect("ids of several columns do not collide",
                    len({same((1, "a_b")), same(("1_a", "b")), same((1, "a", "b")), same((1, "a~1b"))}) == 4)
        self.expect("times of one instant are equal",
                    check.form("timestamptz", "2026-01-01T00:00:00.250000Z") == check.form("timestamptz", AT))
        self.expect("days are dates", check.form("date", 0) == check.form("date", "1970-01-01"))
        self.expect("numbers are compared by value and in full",
                    check.form("numeric", "1.50") == check.form("numeric", check.Decimal("1.5"))
                    and check.form("numeric", "1" * 30) != check.form("numeric", "1" * 29 + "2"))


def main():
    test = Test()
    test.topics()
    test.indices()
    test.values()
    print("%d passed, %d failed" % (test.passed, test.failed))
    return 1 if test.failed else 0


if __name__ == "__main__":
    sys.exit(main())
