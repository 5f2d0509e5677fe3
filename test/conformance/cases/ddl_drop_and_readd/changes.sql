-- A column goes and comes again with another type; a table likewise.
INSERT INTO t VALUES (1, 'x', 1, 'c');
-- sync
ALTER TABLE t DROP COLUMN a;
ALTER TABLE t ADD COLUMN a numeric(4,1) DEFAULT 2;
-- sync
INSERT INTO t VALUES (2, 2, 'd', 3);
-- sync
DROP TABLE t;
CREATE TABLE t (b int, id bigint PRIMARY KEY);
-- sync
INSERT INTO t VALUES (1, 9);
DELETE FROM t;
