-- COPY, INSERT … SELECT, MERGE and a data-changing WITH.
COPY t FROM stdin;
1	one	1.5
2	\N	\N
3	t\tab\\	-7
\.
INSERT INTO s VALUES (2, 'two'), (4, 'four');
MERGE INTO t USING s ON s.id = t.id WHEN MATCHED THEN UPDATE SET a = s.a WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.a, 0);
WITH gone AS (DELETE FROM t WHERE id < 3 RETURNING id, a) INSERT INTO s SELECT * FROM gone;
