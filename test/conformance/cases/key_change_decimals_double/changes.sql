-- A key of decimals as doubles that changes.
INSERT INTO t VALUES (1.5, 2.500, 3);
UPDATE t SET a = -7;
UPDATE t SET b = 1e20;
UPDATE t SET c = -1.25;
