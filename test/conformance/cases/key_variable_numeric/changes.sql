-- A key of numeric without scale: a struct in the key and in the headers.
INSERT INTO t VALUES (1.50, 1);
UPDATE t SET a = 100;
DELETE FROM t;
