CREATE TABLE t (id int PRIMARY KEY, v interval, n interval NOT NULL DEFAULT '1 mon -1 day', a interval year to month);
