-- Topics have 249 characters at most.
INSERT INTO "ééééééééééééééééééééééééééééééé"."yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy" VALUES (1);
