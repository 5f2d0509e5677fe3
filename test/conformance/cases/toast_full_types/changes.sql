-- Unchanged TOAST in many types under DEFAULT, then FULL, then a key change and a delete.
UPDATE t SET n=2;
ALTER TABLE t REPLICA IDENTITY FULL;
-- sync
UPDATE t SET n=3;
UPDATE t SET id=2;
DELETE FROM t;
