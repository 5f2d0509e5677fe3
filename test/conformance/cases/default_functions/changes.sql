-- Defaults that are expressions: what the schema says; the values are given.
INSERT INTO t VALUES (1, '2020-01-01 00:00+00', '2020-01-01', '2020-01-01', '11111111-2222-3333-4444-555555555555', 'u', 3, 1, false, 'X', 2, '00:00', '2 days', '{}', 1, '2020-01-01 00:00+00', '2020-01-01', B'101', 'r', 's');
INSERT INTO t VALUES (2, NULL, NULL, NULL, NULL, NULL, NULL, 2, NULL, NULL, NULL, NULL, NULL, NULL, 2, NULL, NULL, NULL, NULL, NULL);
DELETE FROM t WHERE id = 2;
