CREATE TABLE t (a numeric PRIMARY KEY, v int);
