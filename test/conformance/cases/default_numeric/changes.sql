-- Defaults of numbers, some with exponents, more digits than the column, or a cast.
INSERT INTO t(id) VALUES (1);
INSERT INTO t VALUES (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
