-- Snapshot of an inheritance parent.
INSERT INTO c VALUES (4,'d',5);
