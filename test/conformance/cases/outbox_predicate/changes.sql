-- A predicate sends one table through EventRouter and the others through ExtractNewRecordState.
INSERT INTO ob VALUES (1,'Order','a','p'); INSERT INTO t VALUES (1,'x'); UPDATE t SET v='y'; DELETE FROM t; DELETE FROM ob;
