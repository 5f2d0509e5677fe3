-- A NULL element where the element's schema takes none makes the whole array null; empty ones and other bounds.
INSERT INTO e VALUES (1, '{sad,NULL}', ARRAY['a'::tsvector, NULL], '{happy}', '', '[2:3]={1,2}', '{978-0-11-000533-1}', '{1,0}', '{NULL}');
INSERT INTO e VALUES (2, '{}', '{}', '{}', '7', '{}');
UPDATE e SET m = '{happy,sad}' WHERE id = 1;
DELETE FROM e WHERE id = 1;
