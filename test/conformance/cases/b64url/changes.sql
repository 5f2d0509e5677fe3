-- bytea as key and in arrays, with a key change.
INSERT INTO b VALUES ('\xfbff','\xfbff00','\x','{"\\xff"}'); UPDATE b SET id='\x00'; DELETE FROM b;
SELECT pg_logical_emit_message(true,'p','\xfbff'::bytea);
