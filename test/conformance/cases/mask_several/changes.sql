-- columns that a mask names beside truncation, a source type, or another mask.
INSERT INTO c VALUES (1, 'truncated', 'in clear', 'secret');
UPDATE c SET b = NULL, d = NULL;
DELETE FROM c;
