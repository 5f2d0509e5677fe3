CREATE TABLE t (a numeric(8,3), b numeric, c money, PRIMARY KEY (a, b, c));
