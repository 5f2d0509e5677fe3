-- The publication changes in mid-stream: what holds is what it was at each change.
INSERT INTO a VALUES (1,1,1); INSERT INTO b VALUES (1);
-- sync
ALTER PUBLICATION own ADD TABLE b;
INSERT INTO b VALUES (2);
ALTER PUBLICATION own SET TABLE a (id, w), b;
INSERT INTO a VALUES (2,2,2);
-- sync
ALTER PUBLICATION own DROP TABLE a;
INSERT INTO a VALUES (3,3,3); INSERT INTO b VALUES (3);
