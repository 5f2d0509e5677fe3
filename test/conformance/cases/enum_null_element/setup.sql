CREATE EXTENSION isn;
CREATE TYPE mood AS ENUM ('sad','happy');
CREATE TABLE e (id int PRIMARY KEY, m mood[], tv tsvector[], mm mood[] NOT NULL DEFAULT '{}', ov oidvector, ii int[], isb isbn[], bi bit[], sc int4range[]);
