-- Defaults of date and time types of every precision, with more digits than the column has: in the schema, for NULL, and in the row.
INSERT INTO t(id) VALUES (1);
INSERT INTO t(id, tz0, tz3, tz6, ts0, ts3, ts6, t0, t3, d, z, tz, ts, t, i) VALUES (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
DELETE FROM t WHERE id = 1;
