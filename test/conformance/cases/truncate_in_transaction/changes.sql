-- Truncating between changes in one transaction, with CASCADE and a rollback.
BEGIN;
INSERT INTO t VALUES (1, 1);
TRUNCATE t CASCADE;
INSERT INTO t VALUES (1, 2);
SAVEPOINT s;
TRUNCATE t, u;
ROLLBACK TO s;
INSERT INTO u VALUES (1, 1);
COMMIT;
