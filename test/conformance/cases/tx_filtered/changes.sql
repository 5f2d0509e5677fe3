-- The publication has the captured tables alone: transactions of other tables are not seen.
INSERT INTO b VALUES (1);
BEGIN; INSERT INTO b VALUES (2); INSERT INTO a VALUES (1); COMMIT;
