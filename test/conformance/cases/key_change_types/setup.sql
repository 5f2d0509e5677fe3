CREATE TYPE mood AS ENUM ('a','b'); CREATE TABLE t (a boolean, b float8, c real, d bytea, e mood, f inet, g char(4), h bigint, i money, j interval, PRIMARY KEY (a, b, c, d, e, f, g, h, i, j));
