CREATE TABLE debezium_signal (id varchar(42) PRIMARY KEY, type varchar(32) NOT NULL, data varchar(2048));
CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT g,'v'||g FROM generate_series(1,7) g;
CREATE TABLE u (a int, b text, v numeric(10,2), PRIMARY KEY (b, a));
INSERT INTO u VALUES (2,'x',1.5),(1,'y',2.5),(1,'x',NULL),(3,'y',3.25),(1,'z',0);
CREATE TABLE other (id int PRIMARY KEY, v text); INSERT INTO other VALUES (1,'not asked for');
