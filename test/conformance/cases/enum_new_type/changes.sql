-- Types that are made while events flow: an enum, a domain and a composite type.
INSERT INTO t VALUES (1);
-- sync
CREATE TYPE e AS ENUM ('x','y'); CREATE DOMAIN d AS numeric(6,1); CREATE TYPE c AS (a int);
ALTER TABLE t ADD COLUMN e e, ADD COLUMN d d, ADD COLUMN c c, ADD COLUMN es e[];
-- sync
INSERT INTO t VALUES (2, 'y', 1.5, ROW(1), '{x,y}');
