CREATE EXTENSION postgis;
CREATE TABLE g (id int PRIMARY KEY, a geometry, b geometry(Point,4326), c geography, d geography(Point,4326), ga geometry[], gb geography[], nn geometry NOT NULL, ng geography NOT NULL);
ALTER TABLE g ALTER a SET STORAGE EXTERNAL, ALTER c SET STORAGE EXTERNAL, ALTER ga SET STORAGE EXTERNAL;
INSERT INTO g VALUES (1, 'POINT(1 2)', 'SRID=4326;POINT(3 4)', 'SRID=4326;MULTILINESTRING((169.1 -44.2,167.8 -44.4))', 'POINT(5 6)', ARRAY['POINT(1 2)'::geometry, 'SRID=3187;POINT(174.9 -36.7)'::geometry, NULL], ARRAY['POINT(7 8)'::geography], 'POINT EMPTY', 'POINT(0 0)');
INSERT INTO g (id, nn, ng) VALUES (2, 'SRID=3187;POLYGON((0 0,0 1,1 1,0 0))', 'LINESTRING(0 0,1 1)');
INSERT INTO g (id, ga, nn, ng) VALUES (3, '{}', 'POINT Z(1 2 3)', 'POINT ZM(1 2 3 4)');
