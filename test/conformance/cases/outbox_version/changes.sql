-- EventRouter with a schema version: the first event of a version makes the schema of them all.
INSERT INTO outbox VALUES ('09e0c0f0-1111-4222-8333-a0b0c0d0e0f0','Order','1','{"a":1}',1,'x');
INSERT INTO outbox VALUES ('09e0c0f0-1111-4222-8333-a0b0c0d0e0f1','Customer','2','plain',1,'y');
INSERT INTO outbox VALUES ('09e0c0f0-1111-4222-8333-a0b0c0d0e0f2','Customer','3','plain',2,NULL);
INSERT INTO outbox VALUES ('09e0c0f0-1111-4222-8333-a0b0c0d0e0f3','Order','4','plain',NULL,'z');
