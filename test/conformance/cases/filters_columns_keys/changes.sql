-- Columns left out, one of them of the key.
INSERT INTO t VALUES (1, 'x', 2, 'c');
UPDATE t SET c = 'd';
UPDATE t SET b = 3;
DELETE FROM t;
INSERT INTO u VALUES (1, 'x');
