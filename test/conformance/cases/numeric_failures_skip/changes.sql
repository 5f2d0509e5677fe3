-- NaN and infinities in precise mode, silently null.
INSERT INTO t VALUES (1, 'NaN', 'NaN', 1), (2, 'Infinity', 1, 2);
UPDATE t SET a = '-Infinity';
