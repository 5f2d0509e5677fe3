-- A key of many types that changes: the text of the headers.
INSERT INTO t VALUES (true, 1e10, 1.5, '\x0102', 'a', '10.0.0.1', 'ab', 5, 12.34, '1 day 2.5 secs');
UPDATE t SET h = 6;
UPDATE t SET a = false, b = -0.001, c = 1e-7, d = '\xff', e = 'b', f = '10.0.0.0/8', g = 'x"y', i = -1, j = '-1 mon';
DELETE FROM t;
