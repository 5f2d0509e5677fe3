-- No key, FULL identity, equal rows and nulls.
INSERT INTO t VALUES (1, 'x', '{"a":1}', 1.50, 1e7, '{a,NULL}'), (1, 'x', '{"a":1}', 1.50, 1e7, '{a,NULL}'), (NULL, NULL, NULL, NULL, NULL, NULL);
UPDATE t SET b = 'y' WHERE a = 1;
DELETE FROM t;
