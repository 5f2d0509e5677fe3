-- Patterns: anchored, without regard to case, with an escaped comma.
INSERT INTO "My"."T" VALUES (1);
INSERT INTO orders VALUES (1);
INSERT INTO orders_old VALUES (1);
INSERT INTO "a,b" VALUES (1);
