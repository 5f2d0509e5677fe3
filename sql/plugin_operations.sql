-- The output plugin by itself: operations, replica identities, filters and keys.
SET synchronous_commit = on;
\set SHOW_CONTEXT never
CREATE FUNCTION changes(VARIADIC options text[] DEFAULT '{}')
RETURNS TABLE (topic text, key jsonb, op text, before jsonb, after jsonb, headers text)
LANGUAGE sql AS $$
  SELECT d->>'topic', d->'key', d->'value'->>'op', nullif(d->'value'->'before', 'null'),
         nullif(d->'value'->'after', 'null'),
         (SELECT string_agg(h.key || '=' || h.value, ' ') FROM jsonb_each_text(d->'headers') h
          WHERE h.key NOT LIKE '%context%')
  FROM (SELECT data::jsonb AS d FROM pg_logical_slot_get_changes('plugin', NULL, NULL,
          VARIADIC ARRAY['output','record','schemas.enable','false','topic.prefix','srv'] || options)) c
$$;
SELECT 'created' FROM pg_create_logical_replication_slot('plugin', 'penstock_output');

CREATE SCHEMA shop;
CREATE TABLE shop.item (id int PRIMARY KEY, name text NOT NULL, qty int);
INSERT INTO shop.item VALUES (1, 'nut', 5), (2, 'bolt', NULL);
UPDATE shop.item SET qty = 6 WHERE id = 1;
UPDATE shop.item SET id = 3 WHERE id = 2;
DELETE FROM shop.item WHERE id = 1;
TRUNCATE shop.item;
SELECT * FROM changes();

-- skipped.operations, no tombstones
INSERT INTO shop.item VALUES (1, 'nut', 5);
DELETE FROM shop.item;
TRUNCATE shop.item;
SELECT * FROM changes('skipped.operations', 'c', 'tombstones.on.delete', 'false');

-- FULL, NOTHING and an index that lacks the primary key
ALTER TABLE shop.item REPLICA IDENTITY FULL;
INSERT INTO shop.item VALUES (1, 'nut', 5);
UPDATE shop.item SET qty = 6;
ALTER TABLE shop.item REPLICA IDENTITY NOTHING;
UPDATE shop.item SET qty = 7;
DELETE FROM shop.item;
CREATE UNIQUE INDEX item_name ON shop.item (name);
ALTER TABLE shop.item REPLICA IDENTITY USING INDEX item_name;
INSERT INTO shop.item VALUES (1, 'nut', 5);
UPDATE shop.item SET name = 'screw';
DELETE FROM shop.item;
SELECT * FROM changes();
-- without identity, as an error
ALTER TABLE shop.item REPLICA IDENTITY NOTHING;
INSERT INTO shop.item VALUES (1, 'nut', 5);
DELETE FROM shop.item;
SELECT * FROM changes('identity.missing', 'fail');
SELECT op, key FROM changes('identity.missing', 'skip');

-- Debezium's behaviour with the index: keys of zeros
ALTER TABLE shop.item REPLICA IDENTITY USING INDEX item_name;
INSERT INTO shop.item VALUES (1, 'nut', 5);
DELETE FROM shop.item;
SELECT op, key, before FROM changes('debezium.quirks', 'true');

-- unchanged TOAST: the placeholder, or the old value under FULL
CREATE TABLE shop.doc (id int PRIMARY KEY, body text, n int);
ALTER TABLE shop.doc ALTER body SET STORAGE EXTERNAL;
INSERT INTO shop.doc VALUES (1, repeat('x', 4000), 1);
UPDATE shop.doc SET n = 2;
ALTER TABLE shop.doc REPLICA IDENTITY FULL;
UPDATE shop.doc SET n = 3;
SELECT op, length(after->>'body'), left(after->>'body', 30), after->'n' AS n FROM changes();

-- filters: schemas, tables, columns; system tables and temporary ones never
CREATE TABLE public.other (a int, b int, c int);
CREATE TEMPORARY TABLE temporary_one (a int);
INSERT INTO public.other VALUES (1, 2, 3);
INSERT INTO temporary_one VALUES (1);
INSERT INTO shop.item VALUES (2, 'pin', 1);
SELECT topic, after FROM changes('table.include.list', 'public[.]oth.*', 'column.exclude.list', '.*[.]b');
INSERT INTO public.other VALUES (4, 5, 6);
INSERT INTO shop.item VALUES (3, 'peg', 1);
SELECT topic, after FROM changes('schema.exclude.list', 'PUBLIC', 'message.key.columns', 'shop.item:name,id');

-- partitions under their own name and under the root's
CREATE TABLE shop.part (id int, region text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE shop.part_eu PARTITION OF shop.part FOR VALUES IN ('eu');
INSERT INTO shop.part VALUES (1, 'eu');
SELECT topic, key FROM changes();
INSERT INTO shop.part VALUES (2, 'eu');
SELECT topic, key FROM changes('publish.via.partition.root', 'true', 'table.include.list', 'shop.part');
-- names are those of the time of the change, also of the root
INSERT INTO shop.part VALUES (3, 'eu');
ALTER TABLE shop.part RENAME TO parts;
INSERT INTO shop.parts VALUES (4, 'eu');
ALTER TABLE shop.parts SET SCHEMA public;
INSERT INTO public.parts VALUES (5, 'eu');
ALTER TABLE public.parts SET SCHEMA shop;
ALTER TABLE shop.parts RENAME TO hidden;
INSERT INTO shop.hidden VALUES (6, 'eu');
ALTER TABLE shop.hidden RENAME TO part;
SELECT topic, key FROM changes('publish.via.partition.root', 'true', 'table.exclude.list', 'shop.hidden');

-- flat events and routing
INSERT INTO shop.item VALUES (4, 'cog', 1);
SELECT data::jsonb->'value' AS value, data::jsonb->>'topic' AS topic
FROM pg_logical_slot_get_changes('plugin', NULL, NULL, 'output', 'record', 'schemas.enable', 'false',
  'topic.prefix', 'srv', 'format', 'flat', 'add.fields', 'op,table', 'transforms', 'r',
  'transforms.r.type', 'org.apache.kafka.connect.transforms.RegexRouter',
  'transforms.r.regex', '(.*)[.]shop[.](.*)', 'transforms.r.replacement', '$2_of_$1');

-- logical messages (the transaction's commit flushes the other message)
SELECT 'sent' FROM pg_logical_emit_message(false, 'debug', 'left out');
SELECT 'sent' FROM pg_logical_emit_message(true, 'app', 'in a transaction');
SELECT data::jsonb->'key' AS key, data::jsonb->'value'->'message' AS message
FROM pg_logical_slot_get_changes('plugin', NULL, NULL, 'output', 'record', 'schemas.enable', 'false',
  'message.prefix.exclude.list', 'debug');

-- topic.prefix defaults to the database, one envelope a row
INSERT INTO public.other VALUES (7, 8, 9);
SELECT data::jsonb->'source'->>'name' = current_database() AS database_prefix,
       data::jsonb->'source'->>'table' AS table_name
FROM pg_logical_slot_get_changes('plugin', NULL, NULL, 'schemas.enable', 'false');

-- options that are wrong
SELECT * FROM changes('no.such.option', '1');
SELECT * FROM changes('decimal.handling.mode', 'exact');
SELECT * FROM changes('table.include.list', 'a(b');
SELECT * FROM changes('transforms', 'x', 'transforms.x.type', 'com.example.Mine');
SELECT * FROM changes('converters', 'isbn');

SELECT pg_drop_replication_slot('plugin');
DROP FUNCTION changes;
SET client_min_messages = warning;
DROP SCHEMA shop CASCADE;
DROP TABLE public.other;
