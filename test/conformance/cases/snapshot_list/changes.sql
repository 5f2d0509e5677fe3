-- Order of tables in the snapshot.
INSERT INTO z.b VALUES (9); INSERT INTO "A b"."T" VALUES (9);
