CREATE TABLE t (a int, b text, c jsonb, d numeric, e float8, f text[]); ALTER TABLE t REPLICA IDENTITY FULL;
