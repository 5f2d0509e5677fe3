CREATE SCHEMA "ééééééééééééééééééééééééééééééé"; CREATE TABLE "ééééééééééééééééééééééééééééééé"."yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy" (id int PRIMARY KEY);
