-- A column list without all of the key, which inserts allow.
INSERT INTO a VALUES (1,2,3);
