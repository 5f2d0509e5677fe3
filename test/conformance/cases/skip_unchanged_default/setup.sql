CREATE TABLE t (id int PRIMARY KEY, v text DEFAULT 'd', n float8); INSERT INTO t VALUES (1,'a',1);
CREATE TABLE f (id int PRIMARY KEY, v text DEFAULT 'd', n float8, b bytea, a int[], m numeric); ALTER TABLE f REPLICA IDENTITY FULL; INSERT INTO f VALUES (1,'d',1,'x','{1}',1.0);
