#!/usr/bin/env python3
"""Tests of compare.py: what is masked, and that everything else is seen."""
import json
import unittest

import compare

ENVELOPE = ('{"before":null,"after":{"id":1,"v":"a\\u00e9\\"b"},"source":{"version":"3.6.1.Final","ts_ms":5,'
            '"txId":%s,"lsn":%s,"xmin":null},"transaction":null,"op":"c","ts_ms":%s}')


def expected(value, topic="t", key='{"id":1}', **more):
    return json.dumps(dict({"topic": topic, "key_raw": key, "value_raw": value, "headers": {}}, **more))


def actual(value, topic="t", key='{"id":1}', headers="{}"):
    return '{"topic":"%s","key":%s,"value":%s,"headers":%s}' % (topic, key, value or "null", headers)


def found(want, have):
    return compare.compare_lines(want if isinstance(want, list) else [want], have if isinstance(have, list) else [have])


class CompareTest(unittest.TestCase):
    def same(self, want, have):
        self.assertEqual(found(want, have), [])

    def differs(self, want, have, part):
        lines = found(want, have)
        self.assertTrue(lines and part in lines[0], lines)

    def test_times_and_positions_do_not_count(self):
        self.same(expected(ENVELOPE % (7, 8, 9)), actual(ENVELOPE % (1, 2, 3)))

    def test_null_is_never_masked(self):
        self.differs(expected(ENVELOPE % (7, 8, 9)), actual(ENVELOPE % (7, "null", 9)), "source.lsn")

    def test_transactions_keep_their_identity(self):
        want = [expected(ENVELOPE % (tx, 1, 1)) for tx in (7, 7, 8)]
        self.same(want, [actual(ENVELOPE % (tx, 1, 1)) for tx in (100, 100, 101)])
        self.differs(want, [actual(ENVELOPE % (tx, 1, 1)) for tx in (100, 101, 101)], "source.txId")

    def test_spelling_counts(self):
        self.differs(expected('{"a":1.0E7}'), actual('{"a":1e7}'), "expected 1.0E7, got 1e7")
        self.differs(expected('{"a":1.0}'), actual('{"a":1.00}'), "1.00")
        self.differs(expected('{"a":"\\u00e9"}'), actual('{"a":"é"}'), "\\u00e9")
        self.differs(expected('{"a":"/"}'), actual('{"a":"\\/"}'), "\\/")
        self.differs(expected('{"a":"\\\\n"}'), actual('{"a":"\\n"}'), ".a")
        self.differs(expected('{"a":1}'), actual('{"a": 1}'), "white space")
        self.differs(expected('{"a":1}'), actual('{"a":"1"}'), ".a")
        self.differs(expected('{"a":0}'), actual('{"a":false}'), ".a")

    def test_order_and_names_of_fields_count(self):
        self.differs(expected('{"a":1,"b":2}'), actual('{"b":2,"a":1}'), "order of fields")
        self.differs(expected('{"a":1,"b":2}'), actual('{"a":1}'), "missing b")
        self.differs(expected('{"a":1}'), actual('{"a":1,"a":1}'), ".value")

    def test_schema_and_payload(self):
        text = '{"schema":{"type":"struct"},"payload":%s}'
        self.same(expected(text % (ENVELOPE % (7, 8, 9))), actual(text % (ENVELOPE % (1, 2, 3))))
        self.differs(expected(text % 1), actual((text % 1).replace("struct", "string")), "schema.type")

    def test_flat_fields_and_headers(self):
        self.same(expected('{"id":1,"__source_ts_ms":5,"__lsn":6}'), actual('{"id":1,"__source_ts_ms":7,"__lsn":8}'))
        self.differs(expected('{"id":1,"ts_ms":5}'), actual('{"id":1,"ts_ms":7}'), ".ts_ms")
        headers = {"__debezium.context.runId": "x", "a": "b"}
        self.same(expected("1", headers=headers), actual("1", headers='{"__debezium.context.runId":"y","a":"b"}'))
        self.differs(expected("1", headers=headers), actual("1", headers='{"__debezium.context.runId":"y","a":"c"}'),
                     "headers.a")

    def test_missing_and_further_events(self):
        self.differs([expected("1"), expected("2")], [actual("1")], "event 2: missing")
        self.differs([expected("1")], [actual("1"), actual(None)], "event 2: unexpected")

    def test_topics_left_out(self):
        self.assertEqual(compare.compare_lines([expected("1")], [actual("1"), actual("2", "x.signal")], r".*[.]signal"), [])

    def test_unreadable_lines(self):
        for line in ("BEGIN 7", '{"topic":"t","key":1', '{"key":1,"value":2}', '{"topic":"t","other":1}'):
            with self.assertRaises(compare.BadInput):
                found([expected("1")], [line])


if __name__ == "__main__":
    unittest.main()
