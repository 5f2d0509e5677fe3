-- Unknown types included, as text in a binary mode; fallback in a delete.
INSERT INTO t VALUES (1,ROW(1,'é'),'0/2','{[1,2)}',ROW(2,'y'),'{1}','((0,0),(1,1.5))','[(0,0),(1,1)]','{1,2,3}','{1 day}','z');
UPDATE t SET z='y'; DELETE FROM t;
