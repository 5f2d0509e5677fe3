CREATE TYPE pair AS (a int, b text); CREATE DOMAIN dp AS pair; CREATE DOMAIN da AS int[];
CREATE TABLE t (id int PRIMARY KEY, p pair, q pg_lsn NOT NULL DEFAULT '0/1', r int4multirange, s dp, u da, v lseg, w path, x line, y interval[], z text);
