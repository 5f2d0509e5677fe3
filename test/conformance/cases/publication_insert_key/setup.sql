CREATE TABLE a (id int, k int, v int, PRIMARY KEY (id, k)); CREATE PUBLICATION own FOR TABLE a (id, v) WITH (publish='insert');
