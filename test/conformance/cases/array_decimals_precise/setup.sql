CREATE TABLE t (id int PRIMARY KEY, a numeric[], b numeric(6,2)[], c numeric(4,4)[]); ALTER TABLE t REPLICA IDENTITY FULL;
