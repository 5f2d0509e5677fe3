CREATE EXTENSION hstore; CREATE EXTENSION ltree; CREATE EXTENSION citext; CREATE EXTENSION isn;
CREATE TYPE mood AS ENUM ('sad','happy');
CREATE DOMAIN short AS varchar(5);
CREATE DOMAIN shorter AS short;
CREATE DOMAIN num AS numeric(6,2);
CREATE DOMAIN whole AS int;
CREATE TABLE m (id int PRIMARY KEY, t text, v varchar(30), v1 varchar, c char(5), ch "char", nm name, cx citext, e mood, j json, jb jsonb, u uuid, x xml, i int, b bigint, s smallint, n numeric(6,2), nv numeric, f real, d double precision, bo boolean, mo money, by bytea, da date, ti time, ti3 time(3), tz timetz, ts timestamp, ts1 timestamp(1), ts0 timestamp(0), tt timestamptz, tt0 timestamptz(0), iv interval, iv3 interval(3), bt bit(1), bt5 bit(5), vb varbit(7), vbu varbit, ip inet, ci cidr, ma macaddr, ir int4range, nr numrange, tr tstzrange, ts_v tsvector, l ltree, h hstore, o oid, p point, ib isbn, ta text[], va varchar(9)[], ia int[], na numeric(7,3)[], tsa timestamp(2)[], ea mood[], ds short, dss shorter, dn num, dw whole);
CREATE TABLE sr (id bigserial PRIMARY KEY, s smallserial, n serial, i int GENERATED ALWAYS AS IDENTITY, v varchar(7) NOT NULL DEFAULT 'x');
CREATE TABLE dt (id int PRIMARY KEY, v varchar(7), t text, n numeric(5,1), ds short);
