-- Characters outside the BMP, controls and quotes in hstore as JSON.
INSERT INTO t VALUES (1, hstore(ARRAY['😀', 'q"uote', E'back\\slash', E'tab\t', '', 'é', E'\x01'], ARRAY['𝄞', '''', NULL, E'new\nline', 'empty', '/', 'x']), hstore('k', '😀'), ARRAY[hstore('😀', 'é'), NULL, hstore('', NULL)]);
INSERT INTO t(id) VALUES (2);
DELETE FROM t;
