-- PostGIS geometry and geography: values, arrays, null, the NOT NULL fallback, and large ones that an update left alone.
INSERT INTO g VALUES (1, 'POINT(1 2)', 'SRID=4326;POINT(3 4)', 'SRID=4326;MULTILINESTRING((169.1 -44.2,167.8 -44.4))', 'POINT(5 6)', ARRAY['POINT(1 2)'::geometry, 'SRID=3187;POINT(174.9 -36.7)'::geometry, NULL], ARRAY['POINT(7 8)'::geography], 'POINT EMPTY', 'POINT(0 0)');
INSERT INTO g (id, nn, ng) VALUES (2, 'SRID=3187;POLYGON((0 0,0 1,1 1,0 0))', 'LINESTRING(0 0,1 1)');
INSERT INTO g (id, ga, nn, ng) VALUES (3, '{}', 'POINT Z(1 2 3)', 'POINT ZM(1 2 3 4)');
UPDATE g SET a = (SELECT ST_MakeLine(array_agg(ST_MakePoint(i, i*i))) FROM generate_series(1, 150) i), ga = array_fill('POINT(1 1)'::geometry, ARRAY[70]), c = (SELECT ST_MakeLine(array_agg(ST_MakePoint(i/100.0, i/50.0)))::geography FROM generate_series(1, 150) i) WHERE id = 2;
UPDATE g SET b = 'SRID=4326;POINT(0 0)' WHERE id = 2;
DELETE FROM g WHERE id = 2;
