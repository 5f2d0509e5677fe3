CREATE TABLE t (id int PRIMARY KEY, d date[], ts timestamp[], ts3 timestamp(3)[], z timestamptz[], z0 timestamptz(0)[], z3 timestamptz(3)[], d1 date, ts1 timestamp, z1 timestamptz(2));
