-- Snapshot of leaves and of the root, as Debezium does without the root option.
INSERT INTO m VALUES (4,'b');
