-- What is skipped is not counted, but begins a transaction; name of the topic.
BEGIN; UPDATE a SET v='y'; INSERT INTO a VALUES (2,'n'); UPDATE a SET id=7 WHERE id=1; COMMIT;
UPDATE a SET v='z';
TRUNCATE b;
