-- Flat with FULL identity and a router behind.
INSERT INTO t VALUES (1,'x','2020-01-01','{"a":1}','{1,NULL}',1); UPDATE t SET a=NULL, m=NULL; DELETE FROM t; SELECT pg_logical_emit_message(true,'p','c');
