-- Enum keys with odd labels, many defaults.
INSERT INTO "S-1"."T 1"(k,u) VALUES ('a"b','09e0c0f0-1111-4222-8333-a0b0c0d0e0f0');
INSERT INTO "S-1"."T 1" VALUES ('c\d',ARRAY['é','a"b']::"S-1"."Mo od"[],NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
UPDATE "S-1"."T 1" SET k='é' WHERE k='c\d';
DELETE FROM "S-1"."T 1";
