-- Events of format=pivot: a record for each changed field, as JSON and as delimited text.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS penstock;
RESET client_min_messages;
\set SHOW_CONTEXT never

-- the bank's table as it was published: without a key, and with a misspelled column
CREATE SCHEMA bank;
CREATE TABLE bank.holding (
  holding_id int,
  user_id int,
  holding_stock varchar(8),
  holding_quantity int,
  datetime_created timestamp,
  datatime_updated timestamp
  );
ALTER TABLE bank.holding replica identity FULL;
INSERT INTO bank.holding VALUES (1000, 1, 'VFIAX', 10, '2026-01-01 10:00', '2026-01-01 10:00');

SELECT current_setting('data_directory') || '/holding_pivot' || pg_backend_pid() || '.csv' AS file \gset
SELECT penstock.create_sink('holding_pivot', 'file', ARRAY['bank.holding'], jsonb_build_object(
  'file', :'file', 'file.format', 'csv', 'topic.prefix', 'bankserver1', 'format', 'pivot',
  'pivot.key.columns', 'holding_id', 'pivot.extra.columns', 'user_id',
  'pivot.column.map', 'datetime_updated:datatime_updated'));
SELECT penstock.wait_for_sink('holding_pivot', timeout => '60s') IS NOT NULL AS delivered;

-- the published statements, with fixed dates
INSERT INTO bank.holding VALUES (1001, 2, 'SP500', 1, '2026-01-02', '2026-01-02');
INSERT INTO bank.holding VALUES (1002, 3, 'SP500', 1, '2026-01-02', '2026-01-02');
UPDATE bank.holding SET holding_quantity = 100 WHERE holding_id = 1000;
DELETE FROM bank.holding WHERE user_id = 3;
DELETE FROM bank.holding WHERE user_id = 2;
INSERT INTO bank.holding VALUES (1003, 3, 'VTSAX', 100, '2026-01-03', '2026-01-03');
UPDATE bank.holding SET holding_quantity = 10 WHERE holding_id = 1003;
-- and some more
UPDATE bank.holding SET holding_stock = 'VTIAX', datatime_updated = '2026-02-01' WHERE holding_id = 1003;
UPDATE bank.holding SET holding_stock = 'BND', datatime_updated = '2026-02-02' WHERE user_id = 1;
UPDATE bank.holding SET holding_stock = 'a,"b"', holding_quantity = NULL, datatime_updated = '2026-02-03' WHERE user_id = 1;
UPDATE bank.holding SET holding_stock = '' WHERE user_id = 1;
UPDATE bank.holding SET holding_stock = 'VTIAX', user_id = 4, datatime_updated = '2026-02-05' WHERE user_id = 1;
BEGIN;
INSERT INTO bank.holding VALUES (1004, 5, 'VTIAX', 7, '2026-02-06', '2026-02-06');
UPDATE bank.holding SET holding_stock = 'VFIAX', datatime_updated = '2026-02-07' WHERE holding_stock = 'VTIAX';
COMMIT;
UPDATE bank.holding SET holding_quantity = holding_quantity;
SELECT penstock.wait_for_sink('holding_pivot', timeout => '60s') IS NOT NULL AS delivered;

CREATE TABLE holding_pivot (holding_id int, user_id int, change_field text, old_value text, new_value text,
  datetime_created timestamp, datetime_updated timestamp, datetime_deleted timestamp, datetime_inserted timestamp,
  crud_type text);
COPY holding_pivot FROM :'file' WITH (FORMAT csv, HEADER match);
SELECT holding_id, user_id, change_field, coalesce(old_value, '(null)') AS old_value, coalesce(new_value, '(null)') AS new_value,
       datetime_created::date AS created, datetime_updated::date AS updated,
       datetime_deleted IS NOT NULL AS deleted, datetime_inserted IS NOT NULL AS inserted, crud_type AS op
  FROM holding_pivot;
-- the times of commits are those of the commits
SELECT bool_and((clock_timestamp() AT TIME ZONE 'UTC') - datetime_inserted BETWEEN '0' AND '10 minutes') AS of_today, count(*) FILTER (WHERE datetime_deleted <> datetime_inserted) AS other
  FROM holding_pivot WHERE crud_type <> 'r';

-- 1. How many times did a user change stock types? As published, then with deletes as its text says.
SELECT user_id, (SELECT count(*) FROM holding_pivot WHERE change_field = 'holding_stock'
    AND old_value <> new_value AND old_value IS NOT NULL AND user_id = u.user_id) AS changes,
  (SELECT count(*) FROM holding_pivot WHERE change_field = 'holding_stock'
    AND old_value IS DISTINCT FROM new_value AND old_value IS NOT NULL AND user_id = u.user_id) AS with_deletes
  FROM generate_series(1, 5) AS u(user_id);
-- 2. How many times did a user change stock quantity?
SELECT user_id, (SELECT count(*) FROM holding_pivot WHERE change_field = 'holding_quantity'
    AND old_value <> new_value AND old_value IS NOT NULL AND user_id = u.user_id) AS changes
  FROM generate_series(1, 5) AS u(user_id);
-- 3. Between two dates, what was the most commonly sold stock among all users?
SELECT old_value FROM holding_pivot
 WHERE datetime_updated BETWEEN '2026-02-01' AND '2026-02-28' AND old_value <> new_value AND old_value IS NOT NULL
 GROUP BY old_value ORDER BY count(*) DESC LIMIT 1;

-- what a restart sends goes below the header that is there
SELECT penstock.pause_sink('holding_pivot');
INSERT INTO bank.holding VALUES (1005, 5, NULL, NULL, NULL, NULL);
SELECT penstock.resume_sink('holding_pivot');
SELECT penstock.wait_for_sink('holding_pivot', timeout => '60s') IS NOT NULL AS delivered;
TRUNCATE holding_pivot;
COPY holding_pivot FROM :'file' WITH (FORMAT csv, HEADER match);
SELECT count(*), count(*) FILTER (WHERE holding_id = 1005) AS new FROM holding_pivot;
SELECT penstock.drop_sink('holding_pivot');
SELECT 'rm -f ' || :'file' || ' ' || :'file' || '.position' AS remove \gset
COPY (SELECT 1) TO PROGRAM :'remove';

-- records of the plugin: keys tell them apart, and they are the same whenever they are read
SELECT 'created' FROM pg_create_logical_replication_slot('pivot', 'penstock_output');
CREATE FUNCTION records(VARIADIC options text[] DEFAULT '{}') RETURNS SETOF jsonb LANGUAGE sql AS $$
  SELECT data::jsonb FROM pg_logical_slot_peek_changes('pivot', NULL, NULL, VARIADIC
    ARRAY['output', 'record', 'topic.prefix', 'p', 'format', 'pivot'] || options)
$$;
\set pass 'SELECT count(*) > 0 AS passed FROM pg_logical_slot_get_changes(\'pivot\', NULL, NULL, \'topic.prefix\', \'p\');'
CREATE TABLE bank.plain (a int, b text);
ALTER TABLE bank.plain REPLICA IDENTITY FULL;
COPY bank.plain FROM stdin;
1	x
1	x
2	\N
\.
UPDATE bank.plain SET b = 'y' WHERE a = 1;
SELECT r->'key'->>'change_field' AS field, (r->'key'->>'change_id') ~ '^\d+-\d+$' AS id, r->'headers' AS headers,
       r->>'topic' AS topic, (r->'value') - '{datetime_inserted,datetime_created,datetime_updated}'::text[] AS value
  FROM records('table.include.list', 'bank.plain') AS r;
SELECT count(*), count(DISTINCT r->'key') AS keys FROM records('table.include.list', 'bank.plain') AS r;
SELECT array_agg(r) = (SELECT array_agg(again) FROM records('table.include.list', 'bank.plain') AS again) AS the_same
  FROM records('table.include.list', 'bank.plain') AS r;
:pass

-- a large value that did not change, in a field and in an extra column
CREATE TABLE bank.large (id int PRIMARY KEY, note text, body text, n int);
ALTER TABLE bank.large ALTER body SET STORAGE EXTERNAL, ALTER note SET STORAGE EXTERNAL, REPLICA IDENTITY FULL;
INSERT INTO bank.large VALUES (1, repeat('n', 3000), repeat('b', 3000), 1);
UPDATE bank.large SET n = 2;
UPDATE bank.large SET body = 'short';
SELECT r->'value'->>'change_field' AS field, length(r->'value'->>'note') AS note, length(r->'value'->>'old_value') AS old,
       length(r->'value'->>'new_value') AS new, r->'value'->>'crud_type' AS op
  FROM records('table.include.list', 'bank.large', 'pivot.extra.columns', 'bank\.large:note') AS r;
:pass

-- a changed key: the old row is gone, another has come; the key is the table's
UPDATE bank.large SET id = 2;
SELECT r->'key'->'id' AS id, r->'key'->>'change_field' AS field, r->'value'->>'crud_type' AS op
  FROM records('table.include.list', 'bank.large') AS r;
:pass

-- without old values
ALTER TABLE bank.large REPLICA IDENTITY DEFAULT;
UPDATE bank.large SET n = 3;
DELETE FROM bank.large;
SELECT * FROM records('table.include.list', 'bank.large');
SELECT r->'value'->>'change_field' AS field, r->'value'->'old_value' AS old, r->'value'->'new_value' AS new, r->'value'->>'crud_type' AS op
  FROM records('table.include.list', 'bank.large', 'pivot.old.values.missing', 'null') AS r;
:pass
SELECT penstock.create_sink('no_old_values', 'null', ARRAY['bank.large'], '{"topic.prefix": "p", "format": "pivot"}');

-- values of every kind are text; keys and extra columns keep numbers and booleans
CREATE TABLE bank.kinds (id bigint PRIMARY KEY, yes bool, n numeric(10,2), f float8, d date, ts timestamptz, j jsonb, a text[], u uuid);
ALTER TABLE bank.kinds REPLICA IDENTITY FULL;
INSERT INTO bank.kinds VALUES (9, true, 1.50, 0.1, '2026-03-01', '2026-03-01 12:00+00', '{"a": [1, "x"]}', '{q,NULL,"a b"}', '00000000-0000-0000-0000-000000000001');
SELECT r->'value'->'yes' AS yes, r->'value'->'n' AS n, r->'value'->>'change_field' AS field, r->'value'->'new_value' AS new
  FROM records('table.include.list', 'bank.kinds', 'pivot.extra.columns', 'yes,n') AS r;
:pass

-- masked columns stay masked, and a change that the mask hides is none
CREATE TABLE bank.secret (id text PRIMARY KEY, owner varchar(20), pin varchar(20) NOT NULL, n int NOT NULL, note text);
ALTER TABLE bank.secret REPLICA IDENTITY FULL;
INSERT INTO bank.secret VALUES ('k', 'joe', '1234', 7, 'a "quoted" note');
UPDATE bank.secret SET pin = '5678', n = 8, owner = 'eve', note = 'a "quoted" text';
UPDATE bank.secret SET note = 'b';
SELECT r->'value'->'id' AS id, r->'value'->'owner' AS owner, r->'value'->>'change_field' AS field, r->'value'->'old_value' AS old, r->'value'->'new_value' AS new
  FROM records('table.include.list', 'bank.secret', 'pivot.extra.columns', 'owner',
    'column.mask.with.3.chars', 'bank\.secret\.(id|owner|pin|n)', 'column.truncate.to.5.chars', 'bank\.secret\.note') AS r;
-- an extra column also when it is no field
SELECT DISTINCT r->'value'->'owner' AS owner
  FROM records('table.include.list', 'bank.secret', 'pivot.extra.columns', 'owner',
    'column.exclude.list', 'bank\.secret\.owner', 'column.mask.with.3.chars', 'bank\.secret\.owner') AS r;
:pass

-- what does not fit
INSERT INTO bank.kinds VALUES (10);
SELECT * FROM records('table.include.list', 'bank.kinds', 'pivot.key.columns', 'nothing');
SELECT * FROM records('table.include.list', 'bank.kinds', 'pivot.column.map', 'datetime_created:nothing');
SELECT * FROM records('table.include.list', 'bank.kinds', 'pivot.id.column', 'id');
SELECT * FROM records('table.include.list', 'bank.kinds', 'decimal.handling.mode', 'string');
SELECT penstock.create_sink('x', 'file', ARRAY['bank.kinds'], '{"file": "/tmp/x.csv", "topic.prefix": "p", "file.format": "csv"}');
SELECT penstock.create_sink('x', 'file', ARRAY['bank.kinds'], '{"file": "/tmp/x.csv", "topic.prefix": "p", "file.format": "csv", "format": "pivot", "schemas.enable": "true"}');
SELECT penstock.create_sink('x', 'file', ARRAY['bank.kinds'], '{"file": "/tmp/x.csv", "topic.prefix": "p", "file.delimiter": ";"}');
SELECT penstock.create_sink('x', 'file', ARRAY['bank.kinds'], '{"file": "/tmp/x.csv", "topic.prefix": "p", "file.format": "csv", "format": "pivot", "file.delimiter": "ab"}');
SELECT penstock.create_sink('x', 'elasticsearch', ARRAY['bank.kinds'], '{"connection.url": "http://127.0.0.1:1", "format": "pivot"}');

-- columns that the publication leaves out; the slot passes its creation, for a change sees the
-- publications of its time
CREATE TABLE bank.part (id int PRIMARY KEY, a int, hidden text, seen timestamp);
CREATE PUBLICATION pivot_part FOR TABLE bank.part (id, a) WITH (publish = 'insert');
SELECT 'advanced' FROM pg_replication_slot_advance('pivot', pg_current_wal_insert_lsn());
INSERT INTO bank.part VALUES (1, 2, 'h', '2026-04-01');
\set published '\'publication.autocreate.mode\', \'disabled\', \'publication.name\', \'pivot_part\''
SELECT * FROM records(:published, 'pivot.extra.columns', 'hidden');
SELECT * FROM records(:published, 'pivot.key.columns', 'hidden');
SELECT * FROM records(:published, 'pivot.column.map', 'datetime_created:seen');
SELECT * FROM records(:published, 'pivot.extra.columns', 'gone');
SELECT r->'value'->>'change_field' AS field, r->'value'->'new_value' AS new FROM records(:published, 'pivot.old.values.missing', 'null') AS r;
DROP PUBLICATION pivot_part;

SELECT 'dropped' FROM pg_drop_replication_slot('pivot');
SET client_min_messages = warning;
DROP SCHEMA bank CASCADE;
DROP TABLE holding_pivot;
DROP FUNCTION records;
