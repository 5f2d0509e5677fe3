CREATE TABLE a (id int PRIMARY KEY, v text); CREATE TABLE b (id int PRIMARY KEY, v text DEFAULT 'x', n int); CREATE TABLE c (id int PRIMARY KEY);
INSERT INTO a VALUES (1,'a'),(2,'b'),(3,'c'); INSERT INTO b VALUES (1,'q',5); INSERT INTO c VALUES (1);
