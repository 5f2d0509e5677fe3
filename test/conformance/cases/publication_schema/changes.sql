-- Tables of a schema, and partitions of its tables elsewhere.
INSERT INTO s.a VALUES (1,1); INSERT INTO b VALUES (1); INSERT INTO s.p VALUES (1,1),(11,11);
