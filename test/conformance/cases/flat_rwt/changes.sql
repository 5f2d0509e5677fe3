-- Flat, rewrite with tombstone, DEFAULT identity, ts fields and prefixes.
INSERT INTO t VALUES (2,'y',NULL,NULL); UPDATE t SET a='z' WHERE id=1; DELETE FROM t WHERE id=1; UPDATE t SET id=3 WHERE id=2; TRUNCATE t;
