-- Truncates, which are skipped by default, begin transactions all the same.
TRUNCATE a;
INSERT INTO a VALUES (2);
TRUNCATE a, b;
INSERT INTO a VALUES (3);
TRUNCATE p;
INSERT INTO p VALUES (4);
TRUNCATE c;
INSERT INTO a VALUES (5);
TRUNCATE a, p, c;
INSERT INTO a VALUES (6);
TRUNCATE a, b, c;
INSERT INTO a VALUES (7);
