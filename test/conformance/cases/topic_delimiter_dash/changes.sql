-- Another delimiter, names to be cleaned, a logical message.
INSERT INTO "My Schema"."T.x" VALUES (1);
INSERT INTO "ü" VALUES (1);
SELECT pg_logical_emit_message(true, 'p', 'x');
