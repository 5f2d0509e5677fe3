CREATE EXTENSION postgis;
CREATE TABLE g (id int PRIMARY KEY, a geometry, b geometry(Point,4326), c geography, d geography(Point,4326), ga geometry[], gb geography[], nn geometry NOT NULL, ng geography NOT NULL);
ALTER TABLE g ALTER a SET STORAGE EXTERNAL, ALTER c SET STORAGE EXTERNAL, ALTER ga SET STORAGE EXTERNAL;
