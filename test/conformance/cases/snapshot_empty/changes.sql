-- The last table of the snapshot is empty.
INSERT INTO u VALUES (1);
