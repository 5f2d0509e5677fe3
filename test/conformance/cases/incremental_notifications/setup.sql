CREATE TABLE debezium_signal (id varchar(42) PRIMARY KEY, type varchar(32) NOT NULL, data varchar(2048));
CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT g,'v'||g FROM generate_series(1,5) g;
CREATE TABLE u (a int, b text, PRIMARY KEY (b, a)); INSERT INTO u VALUES (2,'x'),(1,'y'),(1,'x');
CREATE TABLE empty (id int PRIMARY KEY, v text);
