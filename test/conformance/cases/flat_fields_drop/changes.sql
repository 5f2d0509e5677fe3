-- Flat events with fields and headers: drop.
INSERT INTO t VALUES (1, 'a', 2);
UPDATE t SET v = NULL;
UPDATE t SET k = 'b';
TRUNCATE t;
INSERT INTO t VALUES (2, 'c', NULL);
DELETE FROM t;
INSERT INTO u VALUES (1);
DELETE FROM u;
SELECT pg_logical_emit_message(true, 'p', 'x');
