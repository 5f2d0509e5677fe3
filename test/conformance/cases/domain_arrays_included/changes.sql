-- Arrays of domains, with unknown types included.
INSERT INTO t VALUES (1, '{1.5,NULL}', '{a,"b c"}', 1), (2, '{}', NULL, 2);
