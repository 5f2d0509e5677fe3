CREATE SCHEMA "My Schema"; CREATE TABLE "My Schema"."T.x" (id int PRIMARY KEY); CREATE TABLE "ü" (id int PRIMARY KEY);
