CREATE TABLE c (id int PRIMARY KEY, a varchar(40), b text, d text);
