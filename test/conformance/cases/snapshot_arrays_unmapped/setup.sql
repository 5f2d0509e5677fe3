CREATE TYPE mood AS ENUM ('sad','happy');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN posint AS int CHECK (VALUE > 0);
CREATE DOMAIN word AS text;
CREATE DOMAIN ints AS int[];
CREATE TYPE "_odd" AS (x int);
CREATE TABLE a (id int PRIMARY KEY, m money[], n name[], iv interval[], vb varbit[], bt bit(3)[], x xml[], p point[], cur refcursor, cura refcursor[], d posint[], w word[], ii ints, pr pair[], mr int4multirange, mra int4multirange[], lsn pg_lsn, lsna pg_lsn[], tq tsquery, tqa tsquery[], tv tsvector[], rc regclass, rca regclass[], xi xid, xa xid8, o "_odd", pl pair, ov oidvector, iv2 int2vector, jp jsonpath, jpa jsonpath[], b box, ba box[], ms macaddr8[], tid tid, acl aclitem[], snap pg_snapshot, cid cid);
INSERT INTO a VALUES (1, '{1.50}', '{nm}', '{1 day}', '{101}', '{101,111}', '{<a/>}', '{"(1,2)"}', NULL, NULL, '{1,2}', '{one,NULL}', '{3,4}', '{"(1,x)"}', '{[1,3),[5,7)}', '{"{[1,3)}"}', '0/16B3748', '{0/16B3748}', 'fat & rat', '{"fat & rat"}', '{"a b"}', 'pg_class', '{pg_class}', '7', '8', '(5)', '(1,"a b")', '1 2 3', '4 5', '$.a', '{$.a}', '(1,1),(0,0)', '{(1,1),(0,0)}', '{08:00:2b:01:02:03:04:05}', '(0,1)', '{postgres=r/postgres}', '10:20:10,14,15', '9');
INSERT INTO a (id) VALUES (2);
