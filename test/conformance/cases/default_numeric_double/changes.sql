-- Defaults of numbers as double.
INSERT INTO t(id) VALUES (1);
INSERT INTO t VALUES (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1);
DELETE FROM t WHERE id = 1;
