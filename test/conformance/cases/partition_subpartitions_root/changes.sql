-- Partitions of partitions published via the root, one with FULL identity.
INSERT INTO m VALUES (1, 'a', 1), (11, 'a', 2);
UPDATE m SET v = v + 1;
UPDATE m SET id = id + 1;
UPDATE m SET id = 15 WHERE id = 2;
DELETE FROM m;
