CREATE EXTENSION ltree; CREATE EXTENSION citext; CREATE EXTENSION hstore; CREATE TABLE t (id int PRIMARY KEY, l ltree[], c citext[], h hstore[], n name[], m macaddr8[], u uuid[], x "char"[]);
