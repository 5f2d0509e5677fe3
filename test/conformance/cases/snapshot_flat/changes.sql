-- Flat events of a snapshot.
DELETE FROM t;
