-- Snapshot of many types, TOAST, tables without key and generated columns, then streaming.
UPDATE t SET aa='n'; UPDATE big SET id=2; INSERT INTO nopk VALUES (3,'y'); UPDATE gen SET id=5;
