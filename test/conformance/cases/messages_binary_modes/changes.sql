-- Contents of logical messages as hex; empty and binary ones.
SELECT pg_logical_emit_message(true, 'p', '\x00ff10'::bytea);
SELECT pg_logical_emit_message(false, 'é"q', 'text');
BEGIN;
SELECT pg_logical_emit_message(true, 'a', 'x');
INSERT INTO t VALUES (1);
SELECT pg_logical_emit_message(true, '', '');
COMMIT;
