-- The longest names.
INSERT INTO ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt VALUES (1, 2);
DELETE FROM ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt;
