CREATE TABLE t (id int PRIMARY KEY, i interval, j interval NOT NULL DEFAULT '3.72 secs', k interval DEFAULT '1 year -6.94 secs');
