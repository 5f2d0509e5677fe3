CREATE TYPE mood AS ENUM ('sad','happy');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN posint AS int CHECK (VALUE > 0);
CREATE DOMAIN word AS text;
CREATE DOMAIN ints AS int[];
CREATE TYPE "_odd" AS (x int);
CREATE TABLE a (id int PRIMARY KEY, m money[], n name[], iv interval[], vb varbit[], bt bit(3)[], x xml[], p point[], cur refcursor, cura refcursor[], d posint[], w word[], ii ints, pr pair[], mr int4multirange, mra int4multirange[], lsn pg_lsn, lsna pg_lsn[], tq tsquery, tqa tsquery[], tv tsvector[], rc regclass, rca regclass[], xi xid, xa xid8, o "_odd", pl pair, ov oidvector, iv2 int2vector, jp jsonpath, jpa jsonpath[], b box, ba box[], ms macaddr8[], tid tid, acl aclitem[], snap pg_snapshot, cid cid);
