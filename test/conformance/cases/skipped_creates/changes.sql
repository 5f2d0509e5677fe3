-- Creates and deletes are skipped; a change of the key.
INSERT INTO t VALUES (1, 1);
UPDATE t SET v = 2;
UPDATE t SET id = 2;
DELETE FROM t;
TRUNCATE t;
