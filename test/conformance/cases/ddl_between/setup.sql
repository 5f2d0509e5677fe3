CREATE TABLE t (a int, b int, v text, PRIMARY KEY (b,a)); INSERT INTO t VALUES (1,1,'x');
