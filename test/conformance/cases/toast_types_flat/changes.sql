-- The same as flat events.
UPDATE t SET n2 = 2;
DELETE FROM t;
