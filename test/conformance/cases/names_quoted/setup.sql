CREATE SCHEMA "s p"; CREATE TABLE "s p"."T""q" ("Id" int, "a.b" text, "c d" int, "😀" text, "select" int, "q""q" text, "\b" text, PRIMARY KEY ("Id", "a.b")); CREATE TABLE "%x" ("$1" int PRIMARY KEY);
