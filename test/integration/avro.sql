-- Tables of test/integration/avro, with rows that the snapshot takes.
CREATE EXTENSION hstore;
CREATE EXTENSION citext;
CREATE EXTENSION ltree;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN amount AS numeric(12, 3);

CREATE TABLE plain (id integer PRIMARY KEY, name text);
CREATE TABLE pair (a bigint, b text, v numeric(10, 2) DEFAULT 1.5, w real DEFAULT 0.1, PRIMARY KEY (b, a));
ALTER TABLE pair REPLICA IDENTITY FULL;
CREATE TABLE evolving (id integer PRIMARY KEY, a text);

CREATE TABLE kinds (
  id bigint PRIMARY KEY,
  b boolean, bd boolean NOT NULL DEFAULT true,
  i2 smallint, i2d smallint DEFAULT 7, i4 integer NOT NULL DEFAULT 0, i8 bigint, o oid,
  f4 real, f4d real DEFAULT 2.5, f8 double precision, f8d double precision NOT NULL DEFAULT 1e10,
  n numeric, n2 numeric(20, 5), nd numeric(6, 2) NOT NULL DEFAULT -12.5, neg numeric(3, -2), big numeric(40, 10),
  am amount, m money,
  t text, td text DEFAULT 'it''s "quoted"', v varchar(40), c char(5), ci citext, q "char", nm name, x xml,
  j json, jb jsonb, u uuid, e mood, l ltree, tv tsvector,
  d date, dd date DEFAULT '2020-02-02', t0 time(0), t6 time, tz timetz, ts3 timestamp(3), ts6 timestamp, tsz timestamptz,
  iv interval, by bytea, bi1 bit, bi9 bit(9), vb varbit,
  p point, p2 point, h hstore, ip inet, mac macaddr, r int4range, tr tstzrange,
  ai integer[], at text[], an numeric(8, 3)[], af real[], ad date[], au uuid[], ae mood[], aby bytea[], ats timestamp[]
);

CREATE TABLE trees (id integer PRIMARY KEY, j json NOT NULL DEFAULT '{"a": 1}', b jsonb DEFAULT '[2]', a jsonb[]);

INSERT INTO plain SELECT i, 'name ' || i FROM generate_series(1, 5) AS i;
INSERT INTO pair VALUES (1, 'x');
INSERT INTO pair VALUES (-9223372036854775808, E'tab\t"\\ \U0001F600 ä', NULL, NULL);
INSERT INTO evolving VALUES (1, 'one');
INSERT INTO kinds (id) VALUES (1);
INSERT INTO trees VALUES (1, '{"text": "x\u00e4\n", "list": [1, -2.5, true, null, {}, []], "list ": {"deep": [[[0]]]}}', '"text"', '{"1", NULL}');
