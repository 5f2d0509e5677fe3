CREATE TABLE t (id int PRIMARY KEY, v money, n money NOT NULL DEFAULT 1.25);
