-- The snapshot does not ask the publication.
INSERT INTO a VALUES (3,3,3),(4,-4,4); INSERT INTO b VALUES (2);
