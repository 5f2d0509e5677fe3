-- Orders of hash maps of several sizes.
INSERT INTO t SELECT 11, hstore(array_agg('key ' || g * 7), array_agg(g::text)) FROM generate_series(1, 11) g;
INSERT INTO t SELECT 12, hstore(array_agg('key ' || g * 7), array_agg(g::text)) FROM generate_series(1, 12) g;
INSERT INTO t SELECT 13, hstore(array_agg('key ' || g * 7), array_agg(g::text)) FROM generate_series(1, 13) g;
INSERT INTO t SELECT 24, hstore(array_agg('key ' || g * 7), array_agg(g::text)) FROM generate_series(1, 24) g;
INSERT INTO t SELECT 25, hstore(array_agg('key ' || g * 7), array_agg(g::text)) FROM generate_series(1, 25) g;
INSERT INTO t SELECT 48, hstore(array_agg('key ' || g * 7), array_agg(g::text)) FROM generate_series(1, 48) g;
INSERT INTO t SELECT 49, hstore(array_agg('key ' || g * 7), array_agg(g::text)) FROM generate_series(1, 49) g;
INSERT INTO t SELECT 100, hstore(array_agg('key ' || g * 7), array_agg(g::text)) FROM generate_series(1, 100) g;
