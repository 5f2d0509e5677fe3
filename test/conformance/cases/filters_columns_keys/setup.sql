CREATE TABLE t (id int, a text, b int, c text, PRIMARY KEY (id, b)); CREATE TABLE u (id int PRIMARY KEY, a text);
