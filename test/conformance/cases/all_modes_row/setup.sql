CREATE EXTENSION hstore; CREATE EXTENSION ltree; CREATE EXTENSION citext; CREATE EXTENSION isn;
CREATE TYPE mood AS ENUM ('a','b'); CREATE TABLE t (id int PRIMARY KEY, a numeric(6,2), b numeric, c money, d bytea, e interval, f hstore, g timestamp(3), h time, i date, j bit(9), k mood, l point, m box, n timestamptz(2), o bytea[], p numeric[]); ALTER TABLE t REPLICA IDENTITY FULL;
