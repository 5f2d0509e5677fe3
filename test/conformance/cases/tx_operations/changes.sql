-- Counts of deletes, key changes, truncates; a transaction of a table that is left out, of DDL alone, of nothing, and rolled back parts.
BEGIN; UPDATE a SET id=3 WHERE id=1; DELETE FROM a WHERE id=2; INSERT INTO b VALUES (2); COMMIT;
TRUNCATE a, b;
INSERT INTO hidden VALUES (1);
BEGIN; INSERT INTO hidden VALUES (2); INSERT INTO a VALUES (5,'z'); COMMIT;
CREATE TABLE later (id int PRIMARY KEY);
BEGIN; SELECT txid_current(); COMMIT;
BEGIN; INSERT INTO b VALUES (10); SAVEPOINT s; INSERT INTO b VALUES (11); ROLLBACK TO s; INSERT INTO b VALUES (12); COMMIT;
BEGIN; INSERT INTO b VALUES (20); ROLLBACK;
INSERT INTO c VALUES (1);
