-- topic.naming.strategy=DefaultRegexTopicNamingStrategy.
INSERT INTO "s-1"."t 2_é" VALUES (1,'x','y',2,'z'); UPDATE "s-1"."t 2_é" SET "1id"=5; DELETE FROM "s-1"."t 2_é"; INSERT INTO plain_t VALUES (1); INSERT INTO nokey VALUES (1); SELECT pg_logical_emit_message(true,'p','x');
