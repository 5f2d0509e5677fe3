-- Of expressions, and of literals with line ends, Debezium takes what its patterns find.
INSERT INTO t(id,m,o,y,z) VALUES (1,'u','2020-02-02','a','x,y');
INSERT INTO t(id,m,o,y,z,a,b,e,i,k) VALUES (2,'u',NULL,'a','x,y',NULL,NULL,NULL,NULL,NULL);
DELETE FROM t;
