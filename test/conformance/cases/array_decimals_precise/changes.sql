-- Arrays of numbers, with FULL identity.
INSERT INTO t VALUES (1, '{1.50,-2,1e20,NULL,0.000}', '{1.5,NULL,-9999.99}', '{0.1234}'), (2, '{}', '{0}', '{}');
UPDATE t SET a = a || 7;
DELETE FROM t;
