-- An identity index of two columns beside a primary key.
INSERT INTO t VALUES (1, 1, 'x', 1);
UPDATE t SET v = 2;
UPDATE t SET a = 2;
UPDATE t SET id = 5;
DELETE FROM t;
