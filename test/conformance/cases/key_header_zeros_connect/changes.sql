-- A key outside the identity: the headers of a change of it show zeros.
INSERT INTO t VALUES (1.5, 1, 2, 3, '2020-01-01', '12:00', '2020-01-01 12:00');
UPDATE t SET id = 2;
DELETE FROM t;
