-- Partitions are attached and detached while events flow.
INSERT INTO m VALUES (1, 1);
INSERT INTO m_2 VALUES (1, 11);
-- sync
ALTER TABLE m ATTACH PARTITION m_2 FOR VALUES FROM (10) TO (20);
-- sync
INSERT INTO m VALUES (12, 2);
UPDATE m SET id = 13 WHERE id = 1;
-- sync
ALTER TABLE m DETACH PARTITION m_2;
-- sync
INSERT INTO m_2 VALUES (3, 14);
DELETE FROM m_2;
