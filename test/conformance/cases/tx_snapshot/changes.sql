-- Rows of the snapshot have no transaction block.
INSERT INTO a VALUES (3);
