-- What stands in the old row of a delete for required columns with defaults.
INSERT INTO t VALUES (1, DEFAULT, DEFAULT, DEFAULT, DEFAULT, DEFAULT, DEFAULT, '11111111-2222-3333-4444-555555555555');
DELETE FROM t;
