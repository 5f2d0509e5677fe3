-- Events of format=document: values, ids, routing, mapping, and what cannot be a document.
CREATE FUNCTION events(VARIADIC options text[] DEFAULT '{}') RETURNS TABLE (e jsonb)
LANGUAGE sql AS $$
  SELECT data::jsonb - 'headers' - 'mapping'
  FROM pg_logical_slot_get_changes('plugin', NULL, NULL,
    VARIADIC ARRAY['output', 'record'] || options)
$$;
-- one line an event: topic, id, routing, value
CREATE FUNCTION documents(VARIADIC options text[] DEFAULT '{}') RETURNS TABLE (topic text, id text, routing text, value jsonb)
LANGUAGE sql AS $$
  SELECT e->>'topic', e->>'key', e->>'routing', nullif(e->'value', 'null')
  FROM events(VARIADIC ARRAY['format', 'document'] || options)
$$;
\set SHOW_CONTEXT never
-- what an error left in the slot is passed over
\set pass 'SELECT count(*) AS passed FROM documents(\'table.include.list\', \'none\');'
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE SCHEMA docs;
SELECT 'created' FROM pg_create_logical_replication_slot('plugin', 'penstock_output');

-- values against to_jsonb on many random rows
CREATE TYPE docs.mood AS ENUM ('sad', 'happy');
CREATE TYPE docs.pair AS (a int, b text);
CREATE DOMAIN docs.small AS int CHECK (VALUE < 1000000);
CREATE TABLE docs.sample AS
SELECT g AS id,
       (random() * 65535 - 32768)::int::smallint AS i2,
       ((random() - 0.5) * 1.8e19)::bigint AS i8,
       ((random() - 0.5) * 10 ^ (random() * 60 - 30)::int)::float8 AS f8,
       ((random() - 0.5) * 10 ^ (random() * 40 - 20)::int)::float4 AS f4,
       round(((random() - 0.5)::numeric * 10::numeric ^ (random() * 60 - 25)::int), (random() * 40)::int) AS n,
       ((random() - 0.5) * 10 ^ (random() * 15)::int)::numeric::money AS money,
       random() < 0.5 AS b,
       date '2000-01-01' + ((random() - 0.5) * 1000000)::int AS d,
       time '00:00' + random() * interval '86399 s' AS t,
       timestamp '2000-01-01' + (random() - 0.5) * interval '3000 years' AS ts,
       timestamptz '2000-01-01 00:00+00' + (random() - 0.5) * interval '3000 years' AS tz,
       gen_random_uuid() AS u,
       CASE WHEN random() < 0.5 THEN 'sad' ELSE 'happy' END::docs.mood AS m,
       repeat(chr((random() * 50000)::int % 55000 + 1), (random() * 20)::int) || E'"\\\b\t\r\n' AS x,
       decode(md5(random()::text), 'hex') AS by,
       (g % 4096)::bit(12) AS bits,
       ARRAY[[(random() * 10)::int, NULL], [g, 3]] AS a,
       ARRAY[NULL, repeat('"', g % 3)] AS ta,
       jsonb_build_object('a', random(), 'b', jsonb_build_array(NULL, E'line\nbreak')) AS jb,
       ('{' || E'\n"a":\t' || random() || E'\r\n}')::json AS j,
       (g % 1000)::docs.small AS dom,
       int4range(g, g + 5) AS rng,
       '10.0.0.1'::inet + g AS ip,
       box(point(g, g), point(0, 1)) AS box,
       ARRAY[box(point(g, g), point(0, 1))] AS boxes,
       ROW(g, 'x,y')::docs.pair AS pair,
       ARRAY[(g % 100)::docs.small] AS domains
FROM generate_series(1, 2000) g;
ALTER TABLE docs.sample ADD PRIMARY KEY (id);
SELECT count(*) AS passed FROM pg_logical_slot_get_changes('plugin', NULL, NULL, 'table.include.list', 'none');
UPDATE docs.sample SET id = id;
CREATE TEMP TABLE raw AS
SELECT data FROM pg_logical_slot_get_changes('plugin', NULL, NULL, 'format', 'document', 'table.include.list', 'docs.sample');
SELECT count(*), count(*) FILTER (WHERE data ~ '[\r\n]') AS broken FROM raw;
CREATE TEMP TABLE seen AS SELECT data::jsonb AS r FROM raw;
-- one row for each column: how many values differ
SELECT count(*) FILTER (WHERE r->'i2' IS DISTINCT FROM to_jsonb(i2)) AS i2,
       count(*) FILTER (WHERE r->'i8' IS DISTINCT FROM to_jsonb(i8)) AS i8,
       count(*) FILTER (WHERE (r->>'f8')::float8 IS DISTINCT FROM f8) AS f8,
       count(*) FILTER (WHERE (r->>'f4')::float4 IS DISTINCT FROM f4) AS f4,
       count(*) FILTER (WHERE r->'n' IS DISTINCT FROM to_jsonb(n)) AS n,
       count(*) FILTER (WHERE r->>'n' IS DISTINCT FROM n::text) AS n_text,
       count(*) FILTER (WHERE (r->>'money')::numeric IS DISTINCT FROM money::numeric) AS money,
       count(*) FILTER (WHERE r->'b' IS DISTINCT FROM to_jsonb(b)) AS b,
       count(*) FILTER (WHERE d BETWEEN '0001-01-01' AND '9999-12-31' AND r->'d' IS DISTINCT FROM to_jsonb(d)) AS d,
       count(*) FILTER (WHERE r->'t' IS DISTINCT FROM to_jsonb(t)) AS t,
       count(*) FILTER (WHERE r->>'ts' IS DISTINCT FROM to_char(ts, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) AS ts,
       count(*) FILTER (WHERE r->>'tz' IS DISTINCT FROM to_char(tz, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) AS tz,
       count(*) FILTER (WHERE r->'u' IS DISTINCT FROM to_jsonb(u)) AS u,
       count(*) FILTER (WHERE r->'m' IS DISTINCT FROM to_jsonb(m)) AS m,
       count(*) FILTER (WHERE r->'x' IS DISTINCT FROM to_jsonb(x)) AS x,
       count(*) FILTER (WHERE decode(r->>'by', 'base64') IS DISTINCT FROM by) AS by,
       count(*) FILTER (WHERE r->'bits' IS DISTINCT FROM to_jsonb(bits)) AS bits,
       count(*) FILTER (WHERE r->'a' IS DISTINCT FROM to_jsonb(a)) AS a,
       count(*) FILTER (WHERE r->'ta' IS DISTINCT FROM to_jsonb(ta)) AS ta,
       count(*) FILTER (WHERE r->'jb' IS DISTINCT FROM jb) AS jb,
       count(*) FILTER (WHERE r->'j' IS DISTINCT FROM j::jsonb) AS j,
       count(*) FILTER (WHERE r->'dom' IS DISTINCT FROM to_jsonb(dom)) AS dom,
       count(*) FILTER (WHERE r->'rng' IS DISTINCT FROM to_jsonb(rng)) AS rng,
       count(*) FILTER (WHERE r->'ip' IS DISTINCT FROM to_jsonb(ip)) AS ip,
       count(*) FILTER (WHERE r->'box' IS DISTINCT FROM to_jsonb(box)) AS box,
       count(*) FILTER (WHERE r->'boxes' IS DISTINCT FROM to_jsonb(boxes)) AS boxes,
       count(*) FILTER (WHERE r->>'pair' IS DISTINCT FROM pair::text) AS pair,
       count(*) FILTER (WHERE r->'domains' IS DISTINCT FROM to_jsonb(domains)) AS domains
FROM (SELECT s.*, seen.r FROM docs.sample s JOIN seen ON (seen.r->>'id')::int = s.id) AS joined;
DROP TABLE docs.sample;

-- single values
CREATE TABLE docs.edges (id int PRIMARY KEY, n numeric, f float8, d date, ts timestamp, t time, tz timetz, iv interval,
                         p point, a int[], g int GENERATED ALWAYS AS (id * 2) STORED);
INSERT INTO docs.edges VALUES
  (1, 123456789012345678901234567890.5000, -0.0, '0044-03-15 BC', '0044-03-15 12:00 BC', '24:00', '23:00-02', '-1 mon 36:00', '(1,-2.5)', '{}'),
  (2, 'NaN', 'Infinity', 'infinity', '-infinity', '00:00:00.5', '12:00+00', '0', '(NaN,0)', '[5:6]={1,2}'),
  (3, '-Infinity', 'NaN', '20000-01-01', '20000-01-01', NULL, NULL, NULL, NULL, '{{{1},{2}},{{3},{4}}}');
SELECT data FROM pg_logical_slot_get_changes('plugin', NULL, NULL, 'format', 'document', 'table.include.list', 'docs.edges');
INSERT INTO docs.edges VALUES (4, round(10::numeric ^ 999)), (5, round(10::numeric ^ 1000));
SELECT id, jsonb_typeof(value->'n'), (value->>'n')::numeric = CASE id WHEN '4' THEN 10::numeric ^ 999 ELSE 10::numeric ^ 1000 END AS same
FROM documents();

-- the mapping comes with the first event of a table, and again when the table has changed
CREATE TABLE docs.mapped (id bigint PRIMARY KEY, name varchar(20), data jsonb, tags text[], created timestamptz);
INSERT INTO docs.mapped VALUES (1, 'a', '{}'), (2, 'b', '[]');
ALTER TABLE docs.mapped ADD price numeric(10, 2);
INSERT INTO docs.mapped VALUES (3, 'c', NULL, NULL, NULL, 1.50);
SELECT data::jsonb->>'key' AS id, data::jsonb->>'mapping' AS mapping
FROM pg_logical_slot_peek_changes('plugin', NULL, NULL, 'format', 'document', 'output', 'record');
SELECT data::jsonb->'mapping'->'properties'->'data' AS data
FROM pg_logical_slot_peek_changes('plugin', NULL, NULL, 'format', 'document', 'output', 'record', 'json.mapping', 'flattened')
LIMIT 1;
SELECT data::jsonb->'mapping'->'properties'->'data' AS data
FROM pg_logical_slot_get_changes('plugin', NULL, NULL, 'format', 'document', 'output', 'record', 'json.mapping', 'disabled')
LIMIT 1;

-- ids
CREATE TABLE docs.words (w text PRIMARY KEY);
INSERT INTO docs.words VALUES ('plain_word'), ('~n'), (''), (repeat('é', 256)), (repeat('é', 257));
CREATE TABLE docs.pairs (a text, b text, PRIMARY KEY (b, a));
INSERT INTO docs.pairs VALUES ('x', 'y'), ('x_', 'y'), ('x', '_y'), ('~', ''), ('', '');
CREATE TABLE docs.typed (u uuid, d date, n numeric, PRIMARY KEY (u, d, n));
INSERT INTO docs.typed VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '2024-02-29', 1.50);
SELECT topic, CASE WHEN length(id) > 100 THEN length(id) || ' characters' ELSE id END AS id FROM documents();
SELECT '~h' || encode(sha256(convert_to(repeat('é', 257), 'UTF8')), 'hex') AS expected;

-- inserts, updates, a key that changes, a key that is taken over, deletes
CREATE TABLE docs.moves (id int PRIMARY KEY, v text);
INSERT INTO docs.moves VALUES (1, 'one'), (2, 'two');
UPDATE docs.moves SET v = 'uno' WHERE id = 1;
BEGIN;
UPDATE docs.moves SET id = 0 WHERE id = 1;
UPDATE docs.moves SET id = 1 WHERE id = 2;
UPDATE docs.moves SET id = 2 WHERE id = 0;
COMMIT;
DELETE FROM docs.moves WHERE id = 1;
TRUNCATE docs.moves;
SELECT pg_logical_emit_message(true, 'p', 'm') IS NOT NULL, pg_logical_emit_message(false, 'p', 'm') IS NOT NULL;
SELECT * FROM documents();

-- names: topic.prefix, topic.map, index.map; other characters stay as they are
CREATE TABLE docs."größe" (id int PRIMARY KEY);
INSERT INTO docs."größe" VALUES (1);
INSERT INTO docs.moves VALUES (1, 'one');
INSERT INTO docs.words VALUES ('w');
SELECT topic, id FROM documents('topic.prefix', 'p', 'topic.map', 'docs.moves:m,docs.words:lost', 'index.map', '{"docs.words": "words"}');

-- routing: the old value must be in the old row
CREATE TABLE docs.routed (id int PRIMARY KEY, tenant text, v int);
INSERT INTO docs.routed VALUES (1, 'a', 1), (2, NULL, 1), (3, '', 1), (4, 'd', 1);
SELECT * FROM documents('routing', 'tenant');
UPDATE docs.routed SET v = 2 WHERE id = 1;
DELETE FROM docs.routed WHERE id = 4;
SELECT * FROM documents('routing', 'tenant');
SELECT * FROM documents('routing', 'tenant', 'identity.missing', 'skip');
ALTER TABLE docs.routed REPLICA IDENTITY FULL;
UPDATE docs.routed SET v = 3 WHERE id = 1;
UPDATE docs.routed SET tenant = 'b';
DELETE FROM docs.routed WHERE id = 1;
INSERT INTO docs.moves VALUES (2, 'two');
SELECT * FROM documents('routing', 'docs[.]routed:tenant', 'column.exclude.list', 'docs.routed.tenant');
INSERT INTO docs.moves VALUES (3, 'three');
SELECT * FROM documents('routing', 'tenant');
:pass

-- what addresses documents must be published; the slot passes the publication's creation, for a
-- change sees the publications of its time
CREATE TABLE docs.two (a int, b int, tenant text, PRIMARY KEY (a, b));
CREATE PUBLICATION docs_part FOR TABLE docs.two (a) WITH (publish = 'insert');
SELECT 'advanced' FROM pg_replication_slot_advance('plugin', pg_current_wal_insert_lsn());
INSERT INTO docs.two VALUES (1, 2, 't');
\set published '\'publication.autocreate.mode\', \'disabled\', \'publication.name\', \'docs_part\''
SELECT * FROM documents(:published, 'routing', 'tenant', 'document.id.columns', 'docs[.]two:a');
SELECT * FROM documents(:published, 'document.id.columns', 'docs[.]two:a,b');
SELECT * FROM documents(:published);
SELECT * FROM documents(:published, 'document.id.columns', 'docs[.]two:a');
DROP PUBLICATION docs_part;

-- document.id.columns: whether logged or not, NULL, misspelt
CREATE TABLE docs.mail (id int PRIMARY KEY, email text, v int);
INSERT INTO docs.mail VALUES (1, 'a@b', 1);
SELECT * FROM documents('document.id.columns', 'docs[.]mail:email');
UPDATE docs.mail SET v = 2;
SELECT * FROM documents('document.id.columns', 'docs[.]mail:email');
SELECT * FROM documents('document.id.columns', 'docs[.]mail:email', 'skipped.operations', 't,u,d');
ALTER TABLE docs.mail REPLICA IDENTITY FULL;
UPDATE docs.mail SET email = NULL;
SELECT * FROM documents('document.id.columns', 'docs[.]mail:email');
UPDATE docs.mail SET v = 2;
SELECT * FROM documents('document.id.columns', 'docs[.]mail:emial');
:pass

-- no key; a key that old rows do not hold
CREATE TABLE docs.keyless (v int);
INSERT INTO docs.keyless VALUES (1);
SELECT * FROM documents();
:pass
CREATE TABLE docs.nothing (id int PRIMARY KEY, v int);
ALTER TABLE docs.nothing REPLICA IDENTITY NOTHING;
INSERT INTO docs.nothing VALUES (1, 1), (2, 2);
UPDATE docs.nothing SET v = 2 WHERE id = 1;
DELETE FROM docs.nothing WHERE id = 2;
SELECT * FROM documents();
SELECT * FROM documents('identity.missing', 'skip');
INSERT INTO docs.nothing VALUES (3, 3);
UPDATE docs.nothing SET v = 4;
SELECT * FROM documents('skipped.operations', 't,u,d');

-- another index is the identity: its columns are the id, unless others are asked for
CREATE TABLE docs.other (id int PRIMARY KEY, code text NOT NULL UNIQUE, v int);
ALTER TABLE docs.other REPLICA IDENTITY USING INDEX other_code_key;
INSERT INTO docs.other VALUES (1, 'a', 1);
UPDATE docs.other SET id = 2, code = 'b';
DELETE FROM docs.other;
SELECT * FROM documents();

-- columns that cannot be fields; array columns in ids; generated columns
CREATE TABLE docs.odd (id int PRIMARY KEY, _source text, ".x" int);
INSERT INTO docs.odd VALUES (1, 'a', 1);
SELECT * FROM documents();
SELECT * FROM documents('column.exclude.list', '.*_source');
SELECT * FROM documents('column.exclude.list', '.*_source,.*[.][.]x');
CREATE TABLE docs.lists (l int[] PRIMARY KEY);
INSERT INTO docs.lists VALUES ('{{1,2},{3,4}}');
SELECT * FROM events('document.addressing', 'true', 'format', 'flat');
SELECT * FROM documents();
CREATE TABLE docs.generated (t int, h int GENERATED ALWAYS AS (t % 10) STORED, PRIMARY KEY (t, h));
INSERT INTO docs.generated VALUES (12, DEFAULT);
SELECT * FROM documents();

-- a large value that an update leaves alone: not in the WAL, or with FULL identity in the old row
CREATE TABLE docs.large (id int PRIMARY KEY, v int, body text);
ALTER TABLE docs.large ALTER body SET STORAGE EXTERNAL;
INSERT INTO docs.large VALUES (1, 1, repeat('x', 5000));
SELECT id, value->'v' AS v, length(value->>'body') AS length FROM documents();
UPDATE docs.large SET v = 2;
SELECT * FROM documents();
SELECT * FROM documents('toast.missing', 'fail');
SELECT id, value FROM documents('column.exclude.list', '.*body');
ALTER TABLE docs.large REPLICA IDENTITY FULL;
UPDATE docs.large SET v = 3;
UPDATE docs.large SET id = 2;
SELECT id, value->'v' AS v, length(value->>'body') AS length FROM documents('toast.missing', 'fail');

-- partitions through their root
CREATE TABLE docs.parted (id int PRIMARY KEY, v int) PARTITION BY RANGE (id);
CREATE TABLE docs.parted_low (v int, id int NOT NULL);
ALTER TABLE docs.parted ATTACH PARTITION docs.parted_low FOR VALUES FROM (0) TO (10);
CREATE TABLE docs.parted_high PARTITION OF docs.parted FOR VALUES FROM (10) TO (20);
INSERT INTO docs.parted VALUES (1, 1);
UPDATE docs.parted SET v = 2;
UPDATE docs.parted SET id = 11;
SELECT * FROM documents('publish.via.partition.root', 'true');

-- a key that is checked at the end of the statement: rows may swap keys
CREATE TABLE docs.swap (id int PRIMARY KEY DEFERRABLE, v text);
ALTER TABLE docs.swap REPLICA IDENTITY FULL;
INSERT INTO docs.swap VALUES (1, 'one'), (2, 'two');
UPDATE docs.swap SET id = 3 - id;
SELECT * FROM documents();
INSERT INTO docs.swap VALUES (3, 'three');
SELECT * FROM documents('routing', 'v');
:pass

-- the row in Debezium's encodings, addressed as a document
CREATE TABLE docs.flat (id int, d date, n numeric(5, 2), j jsonb, PRIMARY KEY (id, d));
INSERT INTO docs.flat VALUES (1, '2024-02-29', 1.5, '{"a": 1}');
DELETE FROM docs.flat;
SELECT data FROM pg_logical_slot_get_changes('plugin', NULL, NULL, 'output', 'record', 'document.addressing', 'true',
  'format', 'flat', 'add.fields', 'op', 'topic.prefix', 'p');

-- options
SELECT * FROM documents('decimal.handling.mode', 'string');
SELECT * FROM documents('tombstones.on.delete', 'true');
SELECT * FROM documents('skipped.operations', 'none');
SELECT * FROM documents('index.map', 'docs.moves:x');
SELECT * FROM events('routing', 'id');

SELECT pg_drop_replication_slot('plugin');
DROP FUNCTION documents, events;
SET client_min_messages = warning;
DROP SCHEMA docs CASCADE;
