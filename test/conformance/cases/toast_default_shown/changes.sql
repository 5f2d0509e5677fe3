-- A large value that an update left alone, of types without placeholder, in columns with a default.
INSERT INTO t VALUES (1, repeat('01',30000)::varbit, ('1'||repeat('7',6000))::numeric);
UPDATE t SET x = 1;
