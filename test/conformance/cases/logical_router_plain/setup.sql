CREATE TABLE cust_1 (id int PRIMARY KEY, v text); CREATE TABLE cust_2 (id int PRIMARY KEY, v text);
