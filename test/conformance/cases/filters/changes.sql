-- Exclusion lists; the key column excluded from the value.
INSERT INTO a.t VALUES (1,'x',1); INSERT INTO b.t VALUES (1,'y',2); INSERT INTO b.u VALUES (1); UPDATE b.t SET v=9; UPDATE b.t SET id=2; DELETE FROM b.t;
