-- The same as text, with a default.
INSERT INTO t VALUES (1, '-49 days 10:30:26.8841', '14:06:33.55', '1-2'), (2, '33.549999', '-00:09:12.257539', '-1-2'), (3, NULL, DEFAULT, NULL);
DELETE FROM t WHERE id = 3;
