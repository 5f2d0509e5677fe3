-- Values in events against PostgreSQL's own output functions, on many random values.
CREATE TABLE public.sample AS
SELECT g AS id,
       (random() * 65535 - 32768)::int::smallint AS i2,
       ((random() - 0.5) * 4e9)::bigint::int AS i4,
       ((random() - 0.5) * 1.8e19)::bigint AS i8,
       ((random() - 0.5) * 10 ^ (random() * 60 - 30)::int)::float8 AS f8,
       ((random() - 0.5) * 10 ^ (random() * 40 - 20)::int)::float4 AS f4,
       ((random() - 0.5) * 10 ^ (random() * 9)::int)::numeric(14, 3) AS fixed,
       round(((random() - 0.5)::numeric * 10::numeric ^ (random() * 60 - 25)::int), (random() * 40)::int) AS free,
       date '2000-01-01' + ((random() - 0.5) * 1000000)::int AS d,
       time '00:00' + random() * interval '86399 s' AS t,
       timestamp '2000-01-01' + (random() - 0.5) * interval '9000 years' AS ts,
       timestamptz '2000-01-01 00:00+00' + (random() - 0.5) * interval '3000 years' AS tz,
       random() < 0.5 AS b,
       gen_random_uuid() AS u,
       repeat(chr((random() * 50000)::int % 55000 + 1), (random() * 20)::int) || E'"\\\b\t' AS x,
       decode(md5(random()::text), 'hex') AS by,
       ARRAY[(random() * 10)::int, NULL, g] AS a
FROM generate_series(1, 2000) g;
ALTER TABLE public.sample ADD PRIMARY KEY (id);
SELECT 'created' FROM pg_create_logical_replication_slot('plugin', 'penstock_output');
UPDATE public.sample SET id = id;

CREATE TABLE public.seen AS
SELECT data::jsonb->'after' AS r
FROM pg_logical_slot_get_changes('plugin', NULL, NULL, 'schemas.enable', 'false',
  'table.include.list', 'public.sample', 'decimal.handling.mode', 'string',
  'time.precision.mode', 'isostring', 'binary.handling.mode', 'hex');
SELECT count(*) FROM public.seen;
SET timezone = 'UTC';
SET datestyle = 'ISO';
-- one row for each column: how many values differ
SELECT count(*) FILTER (WHERE (r->>'i2')::smallint IS DISTINCT FROM i2) AS i2,
       count(*) FILTER (WHERE (r->>'i4')::int IS DISTINCT FROM i4) AS i4,
       count(*) FILTER (WHERE (r->>'i8')::bigint IS DISTINCT FROM i8) AS i8,
       count(*) FILTER (WHERE (r->>'f8')::float8 IS DISTINCT FROM f8) AS f8,
       count(*) FILTER (WHERE (r->>'f4')::float4 IS DISTINCT FROM f4) AS f4,
       count(*) FILTER (WHERE r->>'fixed' IS DISTINCT FROM fixed::text) AS fixed,
       count(*) FILTER (WHERE r->>'free' IS DISTINCT FROM free::text) AS free,
       count(*) FILTER (WHERE d > '0001-01-01' AND d < '9999-12-31' AND r->>'d' IS DISTINCT FROM d::text || 'Z') AS d,
       count(*) FILTER (WHERE rtrim(r->>'t', 'Z') IS DISTINCT FROM t::text) AS t,
       count(*) FILTER (WHERE ts > '0001-01-01' AND ts < '9999-12-31'
                        AND rtrim(r->>'ts', 'Z') IS DISTINCT FROM replace(ts::text, ' ', 'T')) AS ts,
       count(*) FILTER (WHERE tz > '0001-01-01' AND tz < '9999-12-31'
                        AND (r->>'tz')::timestamptz IS DISTINCT FROM tz) AS tz,
       count(*) FILTER (WHERE (r->>'b')::bool IS DISTINCT FROM b) AS b,
       count(*) FILTER (WHERE (r->>'u')::uuid IS DISTINCT FROM u) AS u,
       count(*) FILTER (WHERE r->>'x' IS DISTINCT FROM x) AS x,
       count(*) FILTER (WHERE decode(r->>'by', 'hex') IS DISTINCT FROM by) AS by,
       count(*) FILTER (WHERE r->'a' IS DISTINCT FROM to_jsonb(a)) AS a
FROM public.sample JOIN public.seen ON (r->>'id')::int = id;

SELECT pg_drop_replication_slot('plugin');
DROP TABLE public.sample, public.seen;
