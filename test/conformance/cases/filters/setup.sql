CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.t (id int PRIMARY KEY, s text, v int); CREATE TABLE b.t (id int PRIMARY KEY, s text, v int); CREATE TABLE b.u (id int PRIMARY KEY);
