-- What is told of an incremental snapshot of two tables.
INSERT INTO debezium_signal VALUES ('s1','execute-snapshot','{"data-collections":["public.t","public.u"],"type":"incremental"}');
SELECT pg_sleep(4);
INSERT INTO debezium_signal VALUES ('s2','execute-snapshot','{"data-collections":["public.empty"]}');
SELECT pg_sleep(3);
INSERT INTO debezium_signal VALUES ('s3','log','{"message":"nothing is sent for this"}');
SELECT pg_sleep(2);
INSERT INTO t VALUES (8,'after');
