-- Contents of logical messages as base64 beside flat events.
SELECT pg_logical_emit_message(true, 'p', '\xfbff'::bytea);
INSERT INTO t VALUES (1);
