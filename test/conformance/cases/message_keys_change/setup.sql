CREATE TABLE t (id int PRIMARY KEY, a text, b int, v int); ALTER TABLE t REPLICA IDENTITY FULL; CREATE TABLE u (id int PRIMARY KEY, a text NOT NULL, v int);
