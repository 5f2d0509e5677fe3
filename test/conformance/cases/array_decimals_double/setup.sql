CREATE TABLE t (id int PRIMARY KEY, a numeric[], b numeric(6,2)[], c float8[], d real[]);
