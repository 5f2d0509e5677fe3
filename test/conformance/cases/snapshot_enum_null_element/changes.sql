-- The snapshot of what case enum_null_element streams.
INSERT INTO e VALUES (91, '{sad,NULL}', ARRAY['a'::tsvector, NULL], '{happy}', '', '[2:3]={1,2}', '{978-0-11-000533-1}', '{1,0}', '{NULL}');
