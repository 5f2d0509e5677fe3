-- One column through many types.
INSERT INTO t VALUES (1, 5);
-- sync
ALTER TABLE t ALTER v TYPE bigint USING v;
-- sync
INSERT INTO t VALUES (2, 6);
-- sync
ALTER TABLE t ALTER v TYPE numeric(6,2) USING v;
-- sync
INSERT INTO t VALUES (3, 7.5);
-- sync
ALTER TABLE t ALTER v TYPE numeric(8,3) USING v;
-- sync
INSERT INTO t VALUES (4, 7.125);
-- sync
ALTER TABLE t ALTER v TYPE numeric USING v;
-- sync
INSERT INTO t VALUES (5, 8.25);
-- sync
ALTER TABLE t ALTER v TYPE text USING v;
-- sync
INSERT INTO t VALUES (6, 'x');
-- sync
ALTER TABLE t ALTER v TYPE varchar(9) USING v;
-- sync
INSERT INTO t VALUES (7, 'y');
-- sync
ALTER TABLE t ALTER v TYPE jsonb USING to_jsonb(v);
-- sync
INSERT INTO t VALUES (8, '{}');
-- sync
ALTER TABLE t ALTER v TYPE timestamptz(2) USING NULL;
-- sync
INSERT INTO t VALUES (9, '2020-01-01 00:00+00');
-- sync
ALTER TABLE t ALTER v TYPE timestamptz(4) USING v;
-- sync
INSERT INTO t VALUES (10, '2020-01-01 00:00+00');
-- sync
ALTER TABLE t ALTER v TYPE bit(3) USING NULL;
-- sync
INSERT INTO t VALUES (11, B'101');
-- sync
ALTER TABLE t ALTER v TYPE int[] USING NULL;
-- sync
INSERT INTO t VALUES (12, '{1}');
