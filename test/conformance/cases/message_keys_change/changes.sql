-- message.key.columns of several columns, changed under FULL and under DEFAULT identity.
INSERT INTO t VALUES (1, 'x', 1, 1);
UPDATE t SET a = 'y';
UPDATE t SET b = NULL, v = 2;
UPDATE t SET v = 3;
DELETE FROM t;
INSERT INTO u VALUES (1, 'x', 1);
UPDATE u SET a = 'y';
UPDATE u SET id = 2;
DELETE FROM u;
