-- A router sees tombstones and logical messages too; another delimiter.
INSERT INTO t VALUES (1);
DELETE FROM t;
SELECT pg_logical_emit_message(true, 'p', 'x');
SELECT pg_logical_emit_message(false, 'q', 'y');
INSERT INTO t VALUES (2);
