CREATE TABLE t (d date, t time(3), ts timestamp, ts3 timestamp(3), tz timestamptz, i int, PRIMARY KEY (d, t, ts, ts3, tz, i));
