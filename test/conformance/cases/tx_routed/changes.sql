-- Routing takes the transaction's records too; names of collections are not cleaned.
INSERT INTO "My S"."a.b" VALUES (1);
