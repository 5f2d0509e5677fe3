-- Flat events with the transaction's fields: what the transform drops was counted before.
BEGIN; INSERT INTO a VALUES (1,'x'); DELETE FROM a; INSERT INTO b VALUES (1); TRUNCATE b; INSERT INTO a VALUES (2,'y'); UPDATE a SET id=3; COMMIT;
