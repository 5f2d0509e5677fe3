-- EventRouter with columns of other names, missing ones ignored, another regex and a RegexRouter behind it; blank payloads are tombstones.
INSERT INTO ob VALUES ('e1','shop.Order','a','{"x":1}','h');
INSERT INTO ob VALUES ('e2','shop.Order','b','  ','h');
INSERT INTO ob VALUES ('e3','plain','c','text',NULL);
INSERT INTO ob VALUES ('e4','shop.Order','d','',NULL);
UPDATE ob SET body='changed' WHERE k='a';
UPDATE ob SET "eventId"='e5' WHERE k='a';
DELETE FROM ob;
