CREATE TABLE t (id int PRIMARY KEY, tz timestamptz, tz0 timestamptz(0), ts timestamp, ts3 timestamp(3), ttz timetz, d date, tm time, a timestamptz[]); ALTER TABLE t REPLICA IDENTITY FULL;
