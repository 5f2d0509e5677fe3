-- EventRouter with typed id, key and payload, and headers of many types.
INSERT INTO outbox VALUES (1,'Order',42,'t','\x0102ff',10.50,'2024-02-03 04:05:06.7+00',true,1e10,'{"a": "q\"x"}','2024-02-03',3);
INSERT INTO outbox VALUES (2,'Or/der é',NULL,'t',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO outbox VALUES (3,'Order',43,'t','\x',-0.01,'2024-02-03 04:05:06+00',false,0.5,'[1]','1969-12-31',0);
