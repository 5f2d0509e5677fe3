-- A key of date and time types that changes: the text of the headers.
INSERT INTO t VALUES ('2024-02-29', '13:14:15.678', '2024-02-29 13:14:15.678901', '2024-02-29 13:14:15.678', '2024-02-29 13:14:15.678901+02', 1);
UPDATE t SET i = 2;
UPDATE t SET d = '1969-12-31', t = '00:00', ts = '1969-12-31 23:59:59.999999', ts3 = '1970-01-01';
DELETE FROM t;
