-- Expanded payloads of a text column: nulls left out, text after the structure, no JSON at all.
INSERT INTO outbox VALUES (1,'O','1','{"n":null,"a":[null,1]}');
INSERT INTO outbox VALUES (2,'O','2','{"a":1} trailing');
INSERT INTO outbox VALUES (3,'O','3','{broken');
INSERT INTO outbox VALUES (4,'O','4','');
INSERT INTO outbox VALUES (5,'O','5','{"a":[{"x":{"y":1}},{"x":{"y":2}}]}');
INSERT INTO outbox VALUES (6,'O','6','{"only":null}');
