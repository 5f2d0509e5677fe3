-- The topic comes from a field.
INSERT INTO t VALUES (1, 'one', 1);
UPDATE t SET dest = 'two';
DELETE FROM t;
