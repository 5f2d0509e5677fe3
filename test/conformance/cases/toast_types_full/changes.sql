-- The same under FULL.
UPDATE t SET n2 = 2;
UPDATE t SET a = 1, i = '{x}', n2 = 3;
DELETE FROM t;
