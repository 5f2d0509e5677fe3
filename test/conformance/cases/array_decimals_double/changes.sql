-- Arrays of numbers as doubles.
INSERT INTO t VALUES (1, '{1.50,-2,1e20,NULL}', '{1.5,NULL}', '{1e300,NaN,-Infinity,1e-5}', '{1.5,1e10,NaN}'), (2, '{}', '{0}', '{}', NULL);
