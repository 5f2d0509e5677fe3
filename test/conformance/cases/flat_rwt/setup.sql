CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL DEFAULT 'd', n numeric(5,2), __x int); INSERT INTO t VALUES (1,'x',1.5,1);
