-- Transaction metadata with logical messages: counted one by one, outside transactions not at all; a filtered one still begins a transaction.
BEGIN; SELECT pg_logical_emit_message(true, 'm', 'one'); INSERT INTO a VALUES (1); SELECT pg_logical_emit_message(true, 'm', 'two'); COMMIT;
SELECT pg_logical_emit_message(false, 'm', 'alone');
BEGIN; SELECT pg_logical_emit_message(true, 'out', 'filtered'); COMMIT;
BEGIN; INSERT INTO b VALUES (1); SELECT pg_logical_emit_message(false, 'm', 'inside'); INSERT INTO b VALUES (2); COMMIT;
