-- avro names in flat events.
INSERT INTO "s-1"."t 2_é" VALUES (1,'x','y',2,'z'); UPDATE "s-1"."t 2_é" SET "1id"=5; DELETE FROM "s-1"."t 2_é";
