-- The primary key goes, another comes, a unique index takes its place.
INSERT INTO t VALUES (1, 1);
-- sync
ALTER TABLE t DROP CONSTRAINT pk;
ALTER TABLE t REPLICA IDENTITY USING INDEX u;
-- sync
INSERT INTO t VALUES (2, 2);
UPDATE t SET id = 3 WHERE a = 2;
-- sync
ALTER TABLE t ADD PRIMARY KEY (a, id);
-- sync
INSERT INTO t VALUES (4, 4);
-- sync
ALTER TABLE t REPLICA IDENTITY DEFAULT;
-- sync
UPDATE t SET id = 5 WHERE a = 4;
