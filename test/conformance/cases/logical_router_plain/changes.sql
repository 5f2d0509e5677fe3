-- ByLogicalTableRouter that leaves keys alone, behind ExtractNewRecordState, and matches messages too.
SELECT pg_logical_emit_message(true,'p','x');
INSERT INTO cust_1 VALUES (1,'a'); INSERT INTO cust_2 VALUES (1,'b'); UPDATE cust_1 SET v='b'; DELETE FROM cust_1;
