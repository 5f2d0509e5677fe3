CREATE EXTENSION hstore; CREATE EXTENSION ltree; CREATE EXTENSION citext; CREATE EXTENSION isn;
CREATE TABLE t (id int PRIMARY KEY, c citext NOT NULL, l ltree, ls ltree[], cs citext[], q lquery, lt ltxtquery, i isbn, i13 isbn13, s issn, e ean13, u upc); ALTER TABLE t REPLICA IDENTITY FULL;
