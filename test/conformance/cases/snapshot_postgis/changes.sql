-- The snapshot of what case postgis streams.
INSERT INTO g VALUES (91, 'POINT(1 2)', 'SRID=4326;POINT(3 4)', 'SRID=4326;MULTILINESTRING((169.1 -44.2,167.8 -44.4))', 'POINT(5 6)', ARRAY['POINT(1 2)'::geometry, 'SRID=3187;POINT(174.9 -36.7)'::geometry, NULL], ARRAY['POINT(7 8)'::geography], 'POINT EMPTY', 'POINT(0 0)');
