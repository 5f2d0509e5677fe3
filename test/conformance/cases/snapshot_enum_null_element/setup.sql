CREATE EXTENSION isn;
CREATE TYPE mood AS ENUM ('sad','happy');
CREATE TABLE e (id int PRIMARY KEY, m mood[], tv tsvector[], mm mood[] NOT NULL DEFAULT '{}', ov oidvector, ii int[], isb isbn[], bi bit[], sc int4range[]);
INSERT INTO e VALUES (1, '{sad,NULL}', ARRAY['a'::tsvector, NULL], '{happy}', '', '[2:3]={1,2}', '{978-0-11-000533-1}', '{1,0}', '{NULL}');
INSERT INTO e VALUES (2, '{}', '{}', '{}', '7', '{}');
