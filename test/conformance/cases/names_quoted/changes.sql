-- Names with quotes, dots, spaces, back slashes and emoji, in keys and schemas.
INSERT INTO "s p"."T""q" VALUES (1, 'x', 1, 'e', 2, 'q', 'b');
UPDATE "s p"."T""q" SET "a.b" = 'y';
DELETE FROM "s p"."T""q";
INSERT INTO "%x" VALUES (1);
