CREATE DOMAIN price AS numeric(8,2); CREATE DOMAIN price2 AS price;
CREATE TABLE t (id numeric(5) PRIMARY KEY, a numeric(10,2) DEFAULT 1.5, b numeric DEFAULT 2.50, c numeric[] , d numeric(8,3)[], e money DEFAULT '3.5', f numeric(6,1) NOT NULL, g numeric NOT NULL DEFAULT 0, h price, i price2, j numeric(30,20));
