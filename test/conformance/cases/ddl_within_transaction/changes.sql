-- Each kind of change of a table between two changes of its rows in one transaction.
BEGIN;
INSERT INTO t VALUES (1, 'x', 1);
ALTER TABLE t ADD COLUMN c numeric(5,1);
UPDATE t SET c = 1.5;
ALTER TABLE t DROP COLUMN b;
UPDATE t SET c = 2.5;
ALTER TABLE t ALTER COLUMN c TYPE text;
UPDATE t SET c = c || 'x';
ALTER TABLE t RENAME COLUMN a TO z;
INSERT INTO t(id, z, c) VALUES (2, 'y', 'n');
TRUNCATE t;
INSERT INTO t VALUES (3, 'z', 'o');
COMMIT;
DELETE FROM t;
