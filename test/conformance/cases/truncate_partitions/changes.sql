-- Truncating a partitioned table, one partition, several tables.
INSERT INTO m VALUES (1, 'a'), (2, 'b');
TRUNCATE m;
INSERT INTO m VALUES (1, 'a');
TRUNCATE m_a, o RESTART IDENTITY;
