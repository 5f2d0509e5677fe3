-- The replica identity changes within a transaction, and back by a rollback.
BEGIN;
INSERT INTO t VALUES (1, 'x', 1);
UPDATE t SET b = 2;
ALTER TABLE t REPLICA IDENTITY FULL;
UPDATE t SET b = 3;
SAVEPOINT s;
ALTER TABLE t REPLICA IDENTITY DEFAULT;
UPDATE t SET b = 4;
ROLLBACK TO s;
UPDATE t SET b = 5;
DELETE FROM t;
COMMIT;
