-- Two tables swap names in one transaction.
INSERT INTO a VALUES (1, 'x');
INSERT INTO b VALUES (1, 1, 'y');
-- sync
BEGIN; ALTER TABLE a RENAME TO c; ALTER TABLE b RENAME TO a; ALTER TABLE c RENAME TO b; COMMIT;
-- sync
INSERT INTO a VALUES (2, 2, 'z');
INSERT INTO b VALUES (2, 'w');
