-- The same as maps, with FULL identity.
INSERT INTO t VALUES (1, hstore(ARRAY['😀', 'q"uote', E'back\\slash', ''], ARRAY['𝄞', '''', NULL, 'empty']), '', ARRAY[hstore('😀', 'é'), NULL]);
UPDATE t SET h = h || 'z=>26';
DELETE FROM t;
