CREATE TABLE t (id int PRIMARY KEY, a text, b numeric(4,1)); CREATE TABLE s (id int, a text);
