-- Defaults of texts and of types without a parser.
INSERT INTO t(id) VALUES (1);
INSERT INTO t(id, a, b, e, f, g, j, o, w, "über") VALUES (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
