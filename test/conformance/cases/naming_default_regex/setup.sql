CREATE SCHEMA "s-1"; CREATE TABLE "s-1"."t 2_é" ("1id" int PRIMARY KEY, "a-b" text, "na.ïve" text, ok_ int, "😀" text); CREATE TABLE plain_t (id int PRIMARY KEY); CREATE TABLE nokey (v int);
