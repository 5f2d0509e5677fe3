-- A condition for one of two tables, one key of two columns, and a signal that asks for nothing captured.
INSERT INTO debezium_signal VALUES ('s1','execute-snapshot','{"data-collections":["public.t","public.u"],"type":"incremental","additional-conditions":[{"data-collection":"public.t","filter":"id > 2 AND v <> ''v5''"}]}');
SELECT pg_sleep(4);
INSERT INTO debezium_signal VALUES ('s2','execute-snapshot','{"data-collections":["public.missing"]}');
INSERT INTO debezium_signal VALUES ('s3','no-such-signal','{}');
INSERT INTO debezium_signal VALUES ('s4','execute-snapshot','not json');
SELECT pg_sleep(2);
INSERT INTO t VALUES (8,'after');
