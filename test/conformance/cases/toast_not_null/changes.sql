-- Required columns whose values lie apart from the row; a change of the key.
UPDATE t SET n = 2;
UPDATE t SET id = 2;
DELETE FROM t;
