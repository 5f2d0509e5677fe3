-- A label comes, and later a column.
INSERT INTO t VALUES (1, 'a', '{a,c}');
-- sync
ALTER TYPE mood ADD VALUE 'b' BEFORE 'c';
-- sync
INSERT INTO t VALUES (2, 'b', '{b}');
-- sync
ALTER TABLE t ADD COLUMN x int;
-- sync
INSERT INTO t VALUES (3, 'b', '{b,a}', 'b', 1);
-- sync
ALTER TYPE mood RENAME TO temper;
-- sync
INSERT INTO t VALUES (4, 'c', '{}', 'b', 1);
