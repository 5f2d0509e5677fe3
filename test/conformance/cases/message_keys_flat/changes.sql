-- message.key.columns with flat events and a router.
INSERT INTO t VALUES (1, 'x', 1);
UPDATE t SET a = 'y';
DELETE FROM t;
