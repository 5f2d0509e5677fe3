CREATE DOMAIN price AS numeric(9,3); CREATE DOMAIN word AS text; CREATE TABLE t (id int PRIMARY KEY, p price[], w word[], n int);
