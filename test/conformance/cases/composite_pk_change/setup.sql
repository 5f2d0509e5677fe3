CREATE TABLE t (a int, b text, c numeric(6,2), d timestamptz(3), v int, PRIMARY KEY (d, a, c, b));
