-- Truncates that skipped.operations names begin no transaction.
INSERT INTO a VALUES (2);
TRUNCATE a;
INSERT INTO a VALUES (5);
UPDATE a SET v = 'x';
UPDATE a SET id = 6;
DELETE FROM a;
INSERT INTO a VALUES (7);
