CREATE TABLE t (id int PRIMARY KEY, v interval, w interval(3), x interval day to second);
