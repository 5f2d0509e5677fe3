-- Domains over domains and over arrays, required ones and ones with defaults.
INSERT INTO t VALUES (1, 1.5, 2.25, 3, '{1,NULL}', '{2024-01-01 10:00:00.12}', B'101', 'ab', '2024-01-01 10:00:00.1+01', 1.25, '1 mon', DEFAULT, 1, 2);
INSERT INTO t(id, z, nb) VALUES (2, 4, 5);
DELETE FROM t;
