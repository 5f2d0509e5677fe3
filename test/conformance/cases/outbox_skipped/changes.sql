-- EventRouter with skipped.operations=c: a changed key is a delete and a skipped create.
INSERT INTO outbox VALUES ('09e0c0f0-1111-4222-8333-a0b0c0d0e0f0','Order','1','OrderCreated','{"id":1}');
INSERT INTO t VALUES (1, 'a');
BEGIN;
UPDATE outbox SET id = '09e0c0f0-1111-4222-8333-a0b0c0d0e0f1';
UPDATE t SET v = 'b';
COMMIT;
DELETE FROM outbox;
UPDATE t SET v = 'c';
