-- Names with quotes, backslashes and characters outside the BMP.
INSERT INTO "Ünï-Tab😀" VALUES (1,'a','b','c','d',5); UPDATE "Ünï-Tab😀" SET "ïd"=2; DELETE FROM "Ünï-Tab😀";
