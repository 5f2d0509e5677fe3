-- The same in a snapshot, whose type names are those of the JDBC driver, then streaming.
INSERT INTO sr (v) VALUES ('b');
INSERT INTO dt VALUES (2,'a','b',1.5,'c');
