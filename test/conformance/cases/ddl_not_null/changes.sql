-- Columns become required and optional, defaults come and go.
INSERT INTO t VALUES (1, 'x', 1);
-- sync
ALTER TABLE t ALTER a SET NOT NULL, ALTER b SET NOT NULL;
-- sync
INSERT INTO t VALUES (2, 'y', 2);
DELETE FROM t WHERE id = 2;
-- sync
ALTER TABLE t ALTER a DROP DEFAULT, ALTER b SET DEFAULT 7;
-- sync
INSERT INTO t VALUES (3, 'z', 3);
DELETE FROM t WHERE id = 3;
-- sync
ALTER TABLE t ALTER a DROP NOT NULL, ALTER b DROP NOT NULL, ALTER b SET DEFAULT -1;
-- sync
INSERT INTO t VALUES (4, NULL, NULL);
DELETE FROM t WHERE id = 4;
