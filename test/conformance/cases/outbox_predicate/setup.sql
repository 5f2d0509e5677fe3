CREATE TABLE ob (id int PRIMARY KEY, aggregatetype text NOT NULL, aggregateid text NOT NULL, payload text NOT NULL); CREATE TABLE t (id int PRIMARY KEY, v text);
