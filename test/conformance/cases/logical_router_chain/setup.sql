CREATE TABLE cust_1 (id int PRIMARY KEY, v text); CREATE TABLE cust_2 (id int, v text); CREATE TABLE other (id int PRIMARY KEY); ALTER TABLE cust_2 REPLICA IDENTITY FULL;
