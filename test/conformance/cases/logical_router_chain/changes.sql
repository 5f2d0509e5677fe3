-- ByLogicalTableRouter with a key field of its own, before ExtractNewRecordState; a table without key, an unmatched one, a logical message.
INSERT INTO cust_1 VALUES (1,'a'); INSERT INTO cust_2 VALUES (1,'b'); INSERT INTO other VALUES (1);
SELECT pg_logical_emit_message(true,'p','x');
UPDATE cust_1 SET v='c'; UPDATE cust_1 SET id=2; DELETE FROM cust_1; DELETE FROM cust_2;
