-- Identity index that covers the primary key; table with an identity index and no primary key.
UPDATE t SET v=3 WHERE id=1; UPDATE t SET code='aa' WHERE id=1; UPDATE t SET id=9 WHERE id=2; DELETE FROM t;
UPDATE u SET v=5; UPDATE u SET code='z' WHERE code='x'; DELETE FROM u;
