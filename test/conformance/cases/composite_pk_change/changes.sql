-- Changes of one or several columns of a key of four, in another order than the table's.
INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00:00.123+01', 1);
UPDATE t SET b = 'y';
UPDATE t SET a = 2, c = 2.25, v = 3;
UPDATE t SET d = '2024-06-01 10:00:00+00';
UPDATE t SET v = 4;
DELETE FROM t;
