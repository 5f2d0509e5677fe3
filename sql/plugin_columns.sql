\set SHOW_CONTEXT never
-- Masks, nested arrays and expanded JSON against what PostgreSQL itself makes of the values.
CREATE TYPE public.mood AS ENUM ('sad', 'ok');
CREATE DOMAIN public.word AS text;
CREATE TABLE public.held AS
SELECT g AS id,
       repeat(chr((random() * 50000)::int % 55000 + 1), (random() * 20)::int) || E'"\\\b\t' AS x,
       decode(md5(random()::text), 'hex') AS by,
       g AS secret_number,
       ARRAY[[g, NULL], [3, 4]] AS deep,
       ARRAY[(g / 7.0)::money] AS cash,
       ARRAY['sad', CASE WHEN g > 1 THEN 'ok' END]::public.mood[] AS moods,
       ARRAY[NULL, 'w' || g]::public.word[] AS words,
       ARRAY[B'1', B'0']::bit(1)[] AS bits,
       '1 2'::oidvector AS oids,
       jsonb_build_object('n', g / 7.0, 'a', ARRAY[1, NULL], 't', E'a"\\\b\t', 'o', '{}'::jsonb) AS j,
       E'{"b": 1,\n "b": 12345678901234567890.10}'::json AS js
FROM generate_series(1, 500) g;
ALTER TABLE public.held ADD PRIMARY KEY (id), ALTER deep SET NOT NULL;
SELECT 'created' FROM pg_create_logical_replication_slot('plugin', 'penstock_output');
UPDATE public.held SET id = id;

CREATE FUNCTION public.seen(VARIADIC options text[]) RETURNS SETOF jsonb LANGUAGE sql AS $$
    SELECT data::jsonb->'after' FROM pg_logical_slot_peek_changes('plugin', NULL, NULL, VARIADIC
      ARRAY['schemas.enable', 'false', 'table.include.list', 'public.held'] || options)
$$;
SELECT count(*) FILTER (WHERE r->>'x' IS DISTINCT FROM encode(sha256(convert_to('pepper' || x, 'UTF8')), 'hex')) AS x,
       count(*) FILTER (WHERE decode(r->>'by', 'base64') IS DISTINCT FROM substr(by, 1, 5)) AS by,
       count(*) FILTER (WHERE r->'secret_number' <> 'null') AS secret_number
FROM public.held JOIN public.seen('column.mask.hash.v2.SHA-256.with.salt.pepper', 'public.held.x',
  'column.truncate.to.5.chars', 'public.held.by', 'column.mask.with.4.chars', '.*secret.*') r ON (r->>'id')::int = id;
SELECT count(*) FILTER (WHERE r->>'x' IS DISTINCT FROM md5('s' || x)) AS x
FROM public.held JOIN public.seen('column.mask.hash.v2.md5.with.salt.s', 'public.held.x') r ON (r->>'id')::int = id;
SELECT count(*) FILTER (WHERE r->>'x' IS DISTINCT FROM left(x, 2)) AS x
FROM public.held JOIN public.seen('column.truncate.to.2.chars', 'public.held.x') r ON (r->>'id')::int = id;
-- a mask holds whatever other rules name the column; Debezium takes one rule alone
\set several '\'column.mask.hash.v2.md5.with.salt.s\', \'public.held.(x|j|secret.*)\', \'column.truncate.to.200.chars\', \'.*\', \'column.propagate.source.type\', \'.*\', \'json.expand\', \'true\''
SELECT count(*) FILTER (WHERE r->>'x' IS DISTINCT FROM md5('s' || x)) AS x, count(*) FILTER (WHERE r->'j' <> 'null') AS j,
       count(*) FILTER (WHERE r->'secret_number' <> 'null') AS secret_number
FROM public.held JOIN public.seen(:several) r ON (r->>'id')::int = id;
SELECT count(*) FILTER (WHERE r->>'x' IS DISTINCT FROM x) AS x
FROM public.held JOIN public.seen(:several, 'debezium.quirks', 'true') r ON (r->>'id')::int = id;
-- Debezium leaves other types than text as they are
SELECT count(*) FILTER (WHERE (r->>'secret_number')::int = id) AS as_they_are
FROM public.held JOIN public.seen('column.mask.with.4.chars', '.*secret.*', 'debezium.quirks', 'true') r ON (r->>'id')::int = id;

SELECT r - '{x,by,secret_number,j,js}'::text[] AS "default" FROM public.seen() r LIMIT 1;
SELECT r - '{x,by,secret_number,j,js}'::text[] AS quirks FROM public.seen('debezium.quirks', 'true') r LIMIT 1;
SELECT r - '{x,by,secret_number,j,js}'::text[] AS nested
FROM public.seen('arrays.nested', 'true', 'decimal.handling.mode', 'string') r LIMIT 1;
SELECT count(*) FILTER (WHERE r->'deep' IS DISTINCT FROM to_jsonb(deep)) AS deep,
       count(*) FILTER (WHERE r->'words' IS DISTINCT FROM to_jsonb(words)) AS words,
       count(*) FILTER (WHERE r->'moods' IS DISTINCT FROM to_jsonb(moods)) AS moods
FROM public.held JOIN public.seen('arrays.nested', 'true') r ON (r->>'id')::int = id;
SELECT count(*) FILTER (WHERE r->'j' IS DISTINCT FROM j) AS j,
       count(*) FILTER (WHERE r->'js' IS DISTINCT FROM js::jsonb) AS js
FROM public.held JOIN public.seen('json.expand', 'true') r ON (r->>'id')::int = id;
SELECT data FROM pg_logical_slot_peek_changes('plugin', NULL, NULL, 'json.expand', 'true');
SELECT substring(data FROM '"js":\{.*?\}') FROM pg_logical_slot_peek_changes('plugin', NULL, 1, 'json.expand', 'true',
  'schemas.enable', 'false', 'table.include.list', 'public.held') LIMIT 1;
SELECT pg_drop_replication_slot('plugin');

-- With a schema an array has the dimensions that are declared; a value of another number has none.
CREATE TABLE public.grid (id int PRIMARY KEY, flat int[], deep int[][], line int[] NOT NULL);
SELECT 'created' FROM pg_create_logical_replication_slot('plugin', 'penstock_output');
INSERT INTO public.grid VALUES (1, '{1}', '{{1,2},{3,4}}', '{}'), (2, '{{1}}', '{1}', '{}');
SELECT data::jsonb->'payload'->'after' AS after,
       data::jsonb#>'{schema,fields,1,fields,2,items}' AS items
FROM pg_logical_slot_get_changes('plugin', NULL, NULL, 'arrays.nested', 'true', 'topic.prefix', 'p');
INSERT INTO public.grid VALUES (3, NULL, NULL, '{{1}}');
SELECT data FROM pg_logical_slot_get_changes('plugin', NULL, NULL, 'arrays.nested', 'true');
SELECT pg_drop_replication_slot('plugin');

-- A large value that an update left alone: null is no answer where nothing else can be told
CREATE TABLE public.large (id int PRIMARY KEY, z int, n numeric[], tv tsvector, by bytea);
ALTER TABLE public.large ALTER n SET STORAGE EXTERNAL, ALTER by SET STORAGE EXTERNAL;
INSERT INTO public.large SELECT 1, 0, array_fill(1.5, ARRAY[3000]), 'a', decode(repeat('0a', 3000), 'hex');
SELECT 'created' FROM pg_create_logical_replication_slot('plugin', 'penstock_output');
UPDATE public.large SET z = 1;
SELECT data::jsonb->'after' AS after
FROM pg_logical_slot_peek_changes('plugin', NULL, NULL, 'schemas.enable', 'false', 'binary.handling.mode', 'base64');
SELECT data::jsonb->'after' AS after
FROM pg_logical_slot_peek_changes('plugin', NULL, NULL, 'schemas.enable', 'false', 'binary.handling.mode', 'base64',
  'debezium.quirks', 'true', 'event.converting.failure.handling.mode', 'fail');
SELECT data FROM pg_logical_slot_peek_changes('plugin', NULL, NULL, 'event.converting.failure.handling.mode', 'fail',
  'schemas.enable', 'false', 'column.exclude.list', '.*by');
SELECT pg_drop_replication_slot('plugin');

DROP TABLE public.held, public.grid, public.large;
DROP FUNCTION public.seen;
DROP TYPE public.mood;
DROP DOMAIN public.word;

-- Masks in documents, whose ids stay what they are, in flat events and where a column is named twice.
CREATE TABLE public.person (email text PRIMARY KEY, name varchar(5) NOT NULL, pin int NOT NULL, about text DEFAULT 'nobody',
  j jsonb, tags text[], photo bytea);
SELECT 'created' FROM pg_create_logical_replication_slot('plugin', 'penstock_output');
INSERT INTO public.person VALUES ('a@x', 'ann', 7, 'long text', '{"a": 1}', '{secret}', '\x0102030405'), ('b@x', 'bob', 8, NULL, NULL, NULL, NULL);
UPDATE public.person SET email = 'c@x' WHERE email = 'a@x';
DELETE FROM public.person WHERE email = 'b@x';
CREATE FUNCTION public.shown(VARIADIC options text[]) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT data FROM pg_logical_slot_peek_changes('plugin', NULL, NULL, VARIADIC ARRAY['schemas.enable', 'false',
      'table.include.list', 'public.person', 'column.mask.hash.v2.MD5.with.salt.s', '.*email', 'column.mask.with.2.chars', '.*name,.*pin,.*tags',
      'column.truncate.to.3.chars', '.*about,.*\.j,.*photo', 'extended.headers.enabled', 'false', 'topic.prefix', 'p', 'output', 'record'] || options)
$$;
SELECT r->'key' AS key, r->'value' AS value, r->'mapping'->'properties'->'pin' AS pin FROM (SELECT s::jsonb AS r FROM public.shown('format', 'document') s) t;
SELECT r->'key' AS key, r->'value' AS value, r->'headers' AS headers FROM (SELECT s::jsonb AS r FROM public.shown('format', 'flat', 'delete.tombstone.handling.mode', 'rewrite') s) t;
SELECT r->'key' AS key, r->'value'->'before' AS before, r->'value'->'after' AS after FROM (SELECT s::jsonb AS r FROM public.shown('tombstones.on.delete', 'false') s) t;
SELECT pg_drop_replication_slot('plugin');
DROP FUNCTION public.shown;
DROP TABLE public.person;

-- Defaults: expressions of texts, bits and booleans, and function calls however they are written, are zero-like.
CREATE TABLE public.given (id int PRIMARY KEY, truth bool DEFAULT (1 = 1), yes bool DEFAULT true, cut bool DEFAULT ('true' = 'true'),
  bits bit(3) DEFAULT 5::bit(3), word text DEFAULT 'a' || 'b', quoted text DEFAULT 'it''s', lines text DEFAULT E'a\nb',
  n int DEFAULT length('ab'), m int DEFAULT length(E'a\nb'),
  sum int DEFAULT (1 + '-2'::int), now date DEFAULT ('now'::text)::date,
  day date DEFAULT '2020-01-02');
SELECT 'created' FROM pg_create_logical_replication_slot('plugin', 'penstock_output');
INSERT INTO public.given (id) VALUES (1);
CREATE FUNCTION public.defaults(quirks text) RETURNS TABLE (field text, "default" jsonb) LANGUAGE sql AS $$
  SELECT f->>'field', f->'default'
  FROM pg_logical_slot_peek_changes('plugin', NULL, NULL, 'table.include.list', 'public.given', 'debezium.quirks', quirks),
       jsonb_array_elements(data::jsonb->'schema'->'fields'->1->'fields') f $$;
SELECT field, n.default AS native, d.default AS quirks FROM public.defaults('false') n JOIN public.defaults('true') d USING (field)
ORDER BY field COLLATE "C";
SELECT pg_drop_replication_slot('plugin');
DROP FUNCTION public.defaults;
DROP TABLE public.given;
