-- Keys that identify rows, whatever indexes, types and options say; types of known names.
CREATE FUNCTION keys(VARIADIC options text[] DEFAULT '{}') RETURNS TABLE (name text, key jsonb, op text)
LANGUAGE sql AS $$
  SELECT split_part(d->>'topic', '.', 3), d->'key', coalesce(d->'value'->>'op', 'tombstone')
  FROM (SELECT data::jsonb AS d FROM pg_logical_slot_get_changes('plugin', NULL, NULL,
          VARIADIC ARRAY['output','record','schemas.enable','false','topic.prefix','srv',
                         'table.include.list','keys[.].*'] || options)) c
$$;
\set SHOW_CONTEXT never
CREATE SCHEMA keys;
SELECT 'created' FROM pg_create_logical_replication_slot('plugin', 'penstock_output');

-- a generated column, and a type without mapping, in the primary key
CREATE TABLE keys.generated (t int, h int GENERATED ALWAYS AS (t % 10) STORED, v int, PRIMARY KEY (t, h));
CREATE TABLE keys.lsn (t int, l pg_lsn, PRIMARY KEY (t, l));
INSERT INTO keys.generated VALUES (12, DEFAULT, 1);
DELETE FROM keys.generated;
INSERT INTO keys.lsn VALUES (1, '0/1'), (1, '0/2');
SELECT * FROM keys();

-- unique indexes that do not identify rows: partial, or over columns that may be null
CREATE TABLE keys.partial (z int NOT NULL, d bool);
CREATE UNIQUE INDEX ON keys.partial (z) WHERE NOT d;
CREATE TABLE keys.nullable (z int UNIQUE);
INSERT INTO keys.partial VALUES (1, true), (1, true), (1, false);
INSERT INTO keys.nullable VALUES (NULL), (NULL);
SELECT * FROM keys();
INSERT INTO keys.nullable VALUES (NULL);
SELECT * FROM keys('debezium.quirks', 'true');

-- message.key.columns: not in the old row, and misspelt
CREATE TABLE keys.mail (id int PRIMARY KEY, email text NOT NULL);
INSERT INTO keys.mail VALUES (1, 'a'), (2, 'b');
UPDATE keys.mail SET id = 3 WHERE id = 1;
DELETE FROM keys.mail WHERE id = 2;
SELECT * FROM keys('message.key.columns', 'keys.mail:email');
ALTER TABLE keys.mail REPLICA IDENTITY FULL;
DELETE FROM keys.mail;
SELECT * FROM keys('message.key.columns', 'keys.mail:email');
INSERT INTO keys.mail VALUES (1, 'a');
SELECT * FROM keys('message.key.columns', 'keys.mail:emial');
-- nor is the topic taken from a column that is not there
SELECT * FROM keys('format', 'flat', 'route.by.field', 'emial');
SELECT * FROM keys('format', 'flat', 'route.by.field', 'email', 'column.exclude.list', 'keys.mail.email');
SELECT count(*) FROM keys();

-- nor with a column that the publication leaves out; the slot passes its creation, for a change sees
-- the publications of its time
CREATE PUBLICATION keys_part FOR TABLE keys.mail (id) WITH (publish = 'insert');
SELECT 'advanced' FROM pg_replication_slot_advance('plugin', pg_current_wal_insert_lsn());
INSERT INTO keys.mail VALUES (4, 'd');
SELECT * FROM keys('message.key.columns', 'keys.mail:id,email', 'publication.autocreate.mode', 'disabled',
  'publication.name', 'keys_part');
SELECT * FROM keys('message.key.columns', 'keys.mail:id,email', 'publication.autocreate.mode', 'disabled',
  'publication.name', 'keys_part', 'debezium.quirks', 'true');
SELECT * FROM keys('publication.autocreate.mode', 'disabled', 'publication.name', 'keys_part');
DROP PUBLICATION keys_part;

-- a type of one's own with the name of a built-in one is not read in its binary form
CREATE TYPE keys.bit AS RANGE (subtype = int4);
CREATE TYPE keys.jsonb AS RANGE (subtype = int4);
CREATE TABLE keys.foreign_types (id int PRIMARY KEY, a keys.bit, b keys.jsonb, c keys.bit[]);
INSERT INTO keys.foreign_types VALUES (1, '[1,2)', '[1,2)', ARRAY['[1,2)'::keys.bit]);
SELECT data::jsonb->'after' AS after
FROM pg_logical_slot_get_changes('plugin', NULL, NULL, 'schemas.enable', 'false');

-- a required value that the mode cannot express
CREATE TABLE keys.required (id int PRIMARY KEY, n numeric(4,1) NOT NULL);
INSERT INTO keys.required VALUES (1, 'NaN');
SELECT * FROM keys();
SELECT * FROM keys('decimal.handling.mode', 'string');

-- regular expressions and messages of any length (the INSERT's commit flushes the message)
SELECT 'sent' FROM pg_logical_emit_message(false, repeat('x', 300000), 'long');
INSERT INTO keys.required VALUES (2, 1);
SELECT * FROM keys('schema.include.list', repeat('a', 5000));
SELECT * FROM keys('message.prefix.include.list', '(x*)*y');

-- the settings of the session are as they were
SET timezone = 'America/New_York';
SET datestyle = 'German';
SET intervalstyle = 'postgres';
BEGIN;
SET LOCAL intervalstyle = 'iso_8601';
SELECT count(*) FROM pg_logical_slot_peek_changes('plugin', NULL, NULL);
SELECT current_setting('timezone'), current_setting('datestyle'), current_setting('intervalstyle');
COMMIT;
SELECT current_setting('timezone'), current_setting('datestyle'), current_setting('intervalstyle');

SELECT pg_drop_replication_slot('plugin');
SET client_min_messages = warning;
DROP FUNCTION keys;
DROP SCHEMA keys CASCADE;
