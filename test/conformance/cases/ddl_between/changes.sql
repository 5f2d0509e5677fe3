-- Composite key changes and DDL between two changes of one transaction.
UPDATE t SET a=2; UPDATE t SET b=3, a=4;
BEGIN; INSERT INTO t VALUES (5,5,'y'); ALTER TABLE t ADD COLUMN w int DEFAULT 9; INSERT INTO t VALUES (6,6,'z',NULL); ALTER TABLE t DROP COLUMN v; INSERT INTO t VALUES (7,7,1); COMMIT;
DELETE FROM t WHERE a=5;
