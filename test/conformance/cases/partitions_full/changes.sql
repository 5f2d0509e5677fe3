-- Sub-partitions, FULL on one leaf only; a move; a truncate is skipped.
UPDATE m SET v='z'; UPDATE m SET r='b' WHERE id=1; INSERT INTO m VALUES (3,'a'); DELETE FROM m WHERE id=3; TRUNCATE m;
