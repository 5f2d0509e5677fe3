-- Operations of the publication: an update that leaves the filter is a delete all the same.
INSERT INTO a VALUES (3,3),(4,-4); UPDATE a SET v=-v; DELETE FROM a WHERE id=1; INSERT INTO b VALUES (1); TRUNCATE a;
