-- Snapshot through the root, then streaming.
INSERT INTO m VALUES (4,'b'); DELETE FROM m WHERE id=1;
