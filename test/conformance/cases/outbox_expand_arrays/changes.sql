-- Expanded payloads: null members as bytes, arrays of objects, of arrays and of nulls, mixed ones, numbers of all sizes, text that is no structure.
INSERT INTO outbox VALUES (1,'O','1','{"n":null,"a":[{"x":1},null,{"x":2}],"e":[],"o":{}}');
INSERT INTO outbox VALUES (2,'O','2','{"a":[[1,2],[3]],"l":3000000000,"d":1.50,"e":1e3,"big":-2147483648}');
INSERT INTO outbox VALUES (3,'O','3','{"a":[1,"x"]}');
INSERT INTO outbox VALUES (4,'O','4','"text"');
INSERT INTO outbox VALUES (5,'O','5','  {"a":1}');
INSERT INTO outbox VALUES (6,'O','6','{"a":{"b":{"c":[{"d":"é😀\u0001"}]}},"x y":1,"a":2}');
INSERT INTO outbox VALUES (7,'O','7','{"a":[null]}');
INSERT INTO outbox VALUES (8,'O','8',NULL);
INSERT INTO outbox VALUES (9,'O','9','{"a":[1,2.5]}');
