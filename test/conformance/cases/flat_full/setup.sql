CREATE TABLE t (id int PRIMARY KEY, a text, d date, j jsonb, arr int[], m numeric(4,1) DEFAULT 2.5); ALTER TABLE t REPLICA IDENTITY FULL;
