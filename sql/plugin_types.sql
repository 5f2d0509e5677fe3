-- Values in events against PostgreSQL's own output functions and arithmetic: of each type random ones and
-- those at its edges, alone and in arrays, in the modes that write them differently. What a value is
-- written as is computed below in SQL, from its text or by the contract in docs/types.md and docs/quirks.md.
SET client_min_messages = warning;
CREATE EXTENSION hstore;
CREATE EXTENSION ltree;
CREATE EXTENSION citext;
RESET client_min_messages;
CREATE SCHEMA typed;
SET search_path = typed, public;
SELECT setseed(0.5);

-- what is decoded: the columns of these tables, and in tables beside them arrays of each
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy, very', 'it''s');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN small AS int;
CREATE DOMAIN price AS numeric(8, 2);
CREATE DOMAIN word AS varchar(20);

CREATE TABLE numbers AS
SELECT g AS id, 'numbers' AS tab, random() < 0.5 AS b,
       coalesce(('{-32768,32767,0,-1}'::int2[])[g], (random() * 65535 - 32768)::int::int2) AS i2,
       coalesce(('{-2147483648,2147483647,0,-1}'::int[])[g], ((random() - 0.5) * 4e9)::bigint::int) AS i4,
       coalesce(('{-9223372036854775808,9223372036854775807,0,-1,9007199254740993}'::int8[])[g],
                ((random() - 0.5) * 1.8e19)::int8) AS i8,
       coalesce(('{0,4294967295,2147483648}'::oid[])[g], (random() * 4e9)::int8::oid) AS oid,
       coalesce(('{NaN,Infinity,-Infinity,0,-0,1e-45,-3e-45,4e-45,7e-45,1e-44,1.17549435e-38,3.4028235e38,
                   1e7,9999999,0.001,0.00099999,1e10,16777216,0.3,1e22,2e23}'::float4[])[g],
                ((random() - 0.5) * 10 ^ (random() * 76 - 38)::int)::float4) AS f4,
       coalesce(('{NaN,Infinity,-Infinity,0,-0,5e-324,-1e-323,1.5e-323,2e-323,5e-323,1e-322,2.2250738585072014e-308,
                   1.7976931348623157e308,1e7,9999999,0.001,0.00099999999999999,9007199254740993,0.3,1e21,1e22,1e23,
                   2e23,8.41e21,4.8726570057e288,0.30000000000000004,123456.7}'::float8[])[g],
                ((random() - 0.5) * 10 ^ (random() * 600 - 300)::int)::float8) AS f8,
       coalesce(('{NaN,0,-0.000,1.10,128,-128,-0.001,99999999999.999,-99999999999.999}'::numeric[])[g],
                (random() - 0.5)::numeric * 10::numeric ^ (random() * 11)::int)::numeric(14, 3) AS n3,
       coalesce(('{NaN,0,127,128,-128,-129,32767,32768,-32768,-32769,9223372036854775807,9223372036854775808,
                   -9223372036854775808,-9223372036854775809,170141183460469231731687303715884105727,
                   170141183460469231731687303715884105728,-170141183460469231731687303715884105728,
                   99999999999999999999999999999999999999,-99999999999999999999999999999999999999}'::numeric[])[g],
                trunc((random() - 0.5)::numeric * 10::numeric ^ (random() * 38)::int))::numeric(39, 0) AS n0,
       coalesce(('{0,0.99999,-0.00001}'::numeric[])[g], random()::numeric)::numeric(5, 5) AS n5,
       ((random() - 0.5) * 1e7)::numeric(5, -2) AS tens,
       coalesce(('{NaN,Infinity,-Infinity,0,0.000,10,1000,100000000000000000000,12345.000,-0.5000,1e-30,-1e-100,
                   1e200,-1.5e150,9999,10000,99999999,0.0001,0.00001,10000.0001}'::numeric[])[g],
                round((random() - 0.5)::numeric * 10::numeric ^ (random() * 60 - 25)::int, (random() * 40)::int)) AS n,
       coalesce(('{0,0.01,-0.01,92233720368547758.07,-92233720368547758.08,90071992547409.93,1.28}'::numeric[])[g],
                round((random() - 0.5)::numeric * 10::numeric ^ (random() * 16)::int, 2))::money AS money,
       ((random() - 0.5) * 100)::int::small AS small, ((random() - 0.5) * 1000)::price AS price
FROM generate_series(1, 200) g;

CREATE TABLE moments AS
SELECT g AS id, 'moments' AS tab,
       coalesce(('{infinity,-infinity,4714-11-24 BC,5874897-12-31,0001-12-31 BC,0001-01-01,0044-03-15 BC,0005-02-29 BC,
                   9999-12-31,10000-01-01,1970-01-01,1969-12-31,1582-10-04,1582-10-05,1582-10-14,1582-10-15,2024-02-29}'::date[])[g],
                date '2000-01-01' + ((random() - 0.5) * 10 ^ (2 + random() * 4.2))::int) AS d,
       t, t::time(3) AS t3, t::time(0) AS t0, tz, tz::timetz(3) AS tz3,
       ts, ts::timestamp(3) AS ts3, ts::timestamp(0) AS ts0, ts AT TIME ZONE 'UTC' AS tstz,
       (ts AT TIME ZONE 'UTC')::timestamptz(3) AS tstz3, (ts AT TIME ZONE 'UTC')::timestamptz(0) AS tstz0,
       coalesce(('{"0",1 year 2 mons 3 days 04:05:06.78,-1 mon 1 day -00:00:01,-00:00:00.000001,00:00:00.5,-00:00:59.5,
                   178000000 years,-178000000 years,2147483647 mons,-2147483648 days,-1 year 11 mons,
                   2562047788:00:54.775807,-2562047788:00:54.775807,00:00:02.72,-00:01:00.1,24:00:00}'::interval[])[g],
                make_interval(months => (r * 500)::int, days => ((random() - 0.5) * 100)::int,
                              secs => round((random() * r * 1e5)::numeric, (random() * 6)::int)::float8)) AS iv
FROM (SELECT g, random() - 0.5 AS r,
        coalesce(('{00:00,24:00,23:59:59.999999,00:00:00.000001,12:00:00.5,23:59:59.9999}'::time[])[g],
          CASE g % 3 WHEN 0 THEN (time '00:00' + random() * interval '86399 s')::time(0)::time
                     ELSE time '00:00' + random() * interval '86399 s' END) AS t,
        coalesce(('{00:00+00,24:00+00,24:00+15:59:59,24:00-15:59:59,00:00+15:59:59,00:00-15:59:59,23:59:59.999999-03,
                    12:34:56.5+05:30,00:00:00.000001+00:00:01}'::timetz[])[g],
          ((random() * 86399.999)::text || ' s')::interval::time::text::timetz
             AT TIME ZONE make_interval(mins => ((random() - 0.5) * 1900)::int)) AS tz,
        coalesce(('{infinity,-infinity,4713-01-01 00:00 BC,294247-01-10 04:00:54.775807,294276-12-31 23:59:59,
                    0001-12-31 23:59:59.999999 BC,0044-03-15 12:00 BC,0005-02-29 01:02:03.000004 BC,0001-01-01,
                    9999-12-31 23:59:59.999,10000-01-01,1970-01-01,1969-12-31 23:59:59.999999,1582-10-04 23:59:59.999,
                    1582-10-05 12:00,1582-10-14 23:59:59,1582-10-15,1500-02-28,1500-03-01,0200-02-28,0199-03-01,1677-09-21 00:12:43.145224,
                    1677-09-21 00:12:44,1677-09-22,2262-04-11 23:47:16.854775,2262-04-11 23:47:16.854776,
                    2000-01-01 00:00:00.5,1999-12-31 23:59:59.1}'::timestamp[])[g],
          CASE g WHEN 200 THEN timestamp '4714-11-24 00:00 BC' END,
          date_trunc(('{second,milliseconds,microseconds}'::text[])[1 + g % 3], timestamp '2000-01-01'
            + (random() - 0.5) * 10 ^ (random() * 4)::int * interval '1 year')) AS ts
      FROM generate_series(1, 200) g) g;

CREATE TABLE strings AS
SELECT g AS id, 'strings' AS tab, x, left(x, 30)::varchar(30) AS vc, left(x, 12)::char(12) AS bc, left(x, 5)::name AS name,
       x::citext AS ci, chr(1 + g % 127)::"char" AS c, g::text::word AS word,
       coalesce(('{"","\\x00","\\xff","\\x0001","\\x000102fbeffe"}'::bytea[])[g],
                substr(sha512(g::text::bytea), 1, g % 60)) AS by,
       (g % 2)::bit(1) AS bit1, (g * 7919 % 4096)::bit(12) AS bit12,
       coalesce(('{0,1}'::bit(64)[])[g], ((random() - 0.5) * 1.8e19)::int8::bit(64)) AS bit64,
       substr((random() * 1e18)::int8::bit(60)::text, 1, g % 60)::varbit AS vb, (g % 2)::bit(1)::varbit(1) AS vb1,
       gen_random_uuid() AS u, (enum_range(NULL::mood))[1 + g % 4] AS mood,
       to_json(x) AS j, jsonb_build_object(x, f, 'a', jsonb_build_array(f::numeric, NULL, E'\u20ac\n"\\')) AS jb,
       xmlelement(name a, xmlattributes(x2 AS b), x2) AS xml,
       hstore(ARRAY[[x, 'b'], ['null', NULL], ['', x], ['a"b', E'\\'], [g::text, '=>']]) AS h,
       ('a.b_' || g || '.c')::ltree AS ltree, (x2 || ' the cats, it''s')::tsvector AS tsvector
FROM (SELECT *, translate(x, E'\b\f\x01\x1f\ufffe\uffff', '') AS x2
      FROM (SELECT g, 10 ^ (random() * 60 - 30)::int AS f, coalesce((ARRAY['', ' ', '"', '\', '\\u0041', E'\t\r\n\b\f\x01\x1f\x7f',
          '/</script>', E'\u00a0\u2028\u2029\ufeff\ufffe\uffff', E'\U0001F600\U0001D11E\U0010FFFF', 'null', '{}',
          E'e\u0301 \u00e9 \u07ff\u0800\ud7ff\ue000'])[g],
        repeat(chr((random() * 50000)::int % 55000 + 1), (random() * 6)::int) || E'"\\\b\t'
          || chr(65536 + (random() * 1000000)::int)) AS x
      FROM generate_series(1, 200) g) g) g;

CREATE TABLE others AS
SELECT g AS id, 'others' AS tab,
       coalesce(('{0.0.0.0,255.255.255.255/0,::,::1/64,::ffff:1.2.3.4,10.1.2.3/8}'::inet[])[g],
                '10.0.0.0'::inet + (random() * 1e7)::int) AS inet,
       network(set_masklen('10.0.0.0'::inet + (random() * 1e8)::int, g % 33))::cidr AS cidr,
       left(md5(g::text), 12)::macaddr AS mac, left(md5(g::text), 16)::macaddr8 AS mac8,
       CASE g WHEN 1 THEN 'empty' WHEN 2 THEN '(,)' WHEN 3 THEN '[-2147483648,)' ELSE int4range(-g, g, '[]') END AS r4,
       CASE g WHEN 1 THEN 'empty' ELSE int8range(NULL, g * 10000000000) END AS r8,
       CASE g WHEN 1 THEN 'empty' ELSE numrange(-random()::numeric, g, '(]') END AS rn,
       CASE g WHEN 1 THEN '[-infinity,infinity]' ELSE daterange(date '1999-01-01' - g * 3000, NULL) END AS rd,
       CASE g WHEN 1 THEN '(,infinity)' ELSE tsrange(timestamp '1999-01-01' - random() * interval '2000 years', '1999-03-04') END AS rts,
       tstzrange('1999-01-01', timestamptz '1999-01-01' + random() * interval '9000 years', '[]') AS rtz,
       CASE g WHEN 1 THEN '{}' ELSE int4multirange(int4range(1, g), int4range(g + 5, NULL)) END AS m4,
       nummultirange(numrange(0.5, 1 + g), numrange(-g, -0.5)) AS mn,
       ROW(g, (ARRAY['', 'x,y', '"', '\', ' ', NULL])[1 + g % 6])::pair AS pair,
       point(x, y) AS p, lseg(point(x, y), point(y, g)) AS lseg, box(point(x, y), point(y, g)) AS box,
       path(polygon(4, circle(point(y, 1), 2))) AS path, polygon(3 + g % 4, circle(point(y, g), g)) AS polygon,
       circle(point(x, y), abs(y)) AS circle, line(point(y, 1), point(-y, g)) AS line,
       pg_lsn '0/0' + g * 123456789::numeric AS lsn, (g || ' & !the')::tsquery AS tsquery, ('$.a[' || g || ']')::jsonpath AS jsonpath,
       g::text::xid AS xid, ('(' || g || ',1)')::tid AS tid, (g || ' 1 4294967295')::oidvector AS ov, (g || ' -1')::int2vector AS iv2,
       ARRAY[[g, NULL], [1, 2]] AS deep, ARRAY[[['a' || g], ['"']], [[NULL], ['\']]] AS deeper
FROM (SELECT g, coalesce(('{0,-0,Infinity,1e300,5e-324,-Infinity,NaN}'::float8[])[g], (random() - 0.5) * 10 ^ (random() * 40 - 20)) AS x,
             coalesce(('{1,1e7,2,0.001,100}'::float8[])[g], (random() - 0.5) * 10 ^ (random() * 10)) AS y
      FROM generate_series(1, 100) g) g;
-- arrays of each column's values: of two rows and a NULL, empty, and whole ones without NULL
SELECT format('CREATE TABLE %I AS SELECT id, %L AS tab, %s FROM %I WHERE id <= 40 WINDOW w AS (ORDER BY id)', relname || '_arrays',
              relname || '_arrays', string_agg(format('CASE id %% 5 WHEN 0 THEN ARRAY[NULL, %1$I] WHEN 1 THEN ARRAY[]::%2$s[] '
              'ELSE ARRAY[%1$I, lag(%1$I, 1, %1$I) OVER w] END::%2$s[] AS %1$I', attname,
              format_type(atttypid, atttypmod)), ', ' ORDER BY attnum), relname)
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relname IN ('numbers', 'moments', 'strings', 'others') AND attnum > 2 AND attname NOT IN ('ov', 'iv2', 'deep', 'deeper')
GROUP BY relname ORDER BY relname \gexec
SELECT format('ALTER TABLE %I ADD PRIMARY KEY (id)', tablename) FROM pg_tables
WHERE schemaname = 'typed' ORDER BY tablename \gexec
SELECT 'created' FROM pg_create_logical_replication_slot('plugin', 'penstock_output');
SELECT format('UPDATE %I SET id = id', tablename) FROM pg_tables
WHERE schemaname = 'typed' ORDER BY tablename \gexec

CREATE TABLE mode (
  name text, tables text, decimal text, "time" text, "binary" text, "interval" text, hstore text, quirks bool, nested bool,
  document bool);
INSERT INTO mode VALUES
('plain', '(numbers|moments|strings|others).*', 'precise', 'adaptive', 'bytes', 'numeric', 'json', false, false, false),
('text', '(numbers|moments|strings|others).*', 'string', 'isostring', 'hex', 'string', 'map', false, false, false),
('double', '(numbers|moments|strings).*', 'double', 'microseconds', 'base64', 'numeric', 'json', false, false, false),
('nanos', '(moments|strings).*', 'double', 'nanoseconds', 'base64-url-safe', 'numeric', 'json', false, false, false),
('connect', 'moments.*', 'double', 'connect', 'bytes', 'numeric', 'json', false, false, false),
('micros', 'moments.*', 'double', 'adaptive_time_microseconds', 'bytes', 'numeric', 'json', false, false, false),
('nested', '(numbers|moments|strings|others).*', 'string', 'isostring', 'hex', 'string', 'map', false, true, false),
('document', '(numbers|moments|strings|others).*', NULL, NULL, NULL, NULL, NULL, false, true, true);
INSERT INTO mode
SELECT name || ' with quirks', CASE WHEN name IN ('plain', 'text') THEN tables ELSE replace(tables, '|strings', '') END, decimal, "time", "binary", "interval", hstore, true, nested, document
FROM mode WHERE NOT nested;

-- UTC and the other settings below are what the plugin decodes with, whatever the session has.
SET client_min_messages = error;  -- for values that have no form, a warning each
CREATE TEMP TABLE written AS
WITH event AS MATERIALIZED (
  SELECT name, CASE WHEN document THEN data::json ELSE data::json->'after' END AS after
  FROM mode, pg_logical_slot_peek_changes('plugin', NULL, NULL, VARIADIC
    ARRAY['table.include.list', 'typed.' || tables, 'schemas.enable', 'false'] ||
    CASE WHEN document THEN ARRAY['format', 'document'] ELSE
      ARRAY['decimal.handling.mode', decimal, 'time.precision.mode', "time", 'binary.handling.mode', "binary",
            'interval.handling.mode', "interval", 'hstore.handling.mode', hstore, 'debezium.quirks', quirks::text,
            'arrays.nested', nested::text, 'include.unknown.datatypes', 'true'] END)),
row AS MATERIALIZED (SELECT name, after->>'tab' AS tab, (after->>'id')::int AS id, after FROM event)
SELECT name AS mode, tab, id, key AS attribute, value FROM row, json_each(after);
CREATE UNIQUE INDEX ON written (tab, attribute, mode, id);
ANALYZE written;
RESET client_min_messages;
SET timezone = 'UTC';
SET datestyle = 'ISO, MDY';
SET intervalstyle = 'postgres';

-- What a value of each type is written as in a mode, as JSON. item: as an element of an array.
CREATE FUNCTION str(text) RETURNS json LANGUAGE sql STABLE AS 'SELECT to_json($1)';
CREATE FUNCTION base64(bytea) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT translate(encode($1, 'base64'), E'\n', '') $$;

-- the power of ten of the first digit of a positive number
CREATE FUNCTION exponent(numeric) RETURNS int LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN $1 >= 1 THEN length(trunc($1)::text) - 1 ELSE -length(substring($1::text FROM '\.(0*[1-9])')) END $$;
-- Java's text of a floating point number, the fewest digits that are read as it; of numbers that one digit
-- tells, the nearest of those with two. PostgreSQL prints more where only the tie between two numbers does it.
-- exact: 15 digits at least.
CREATE FUNCTION java(v float8, shortest text, exact numeric, is_float4 bool) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  sign text := CASE WHEN shortest ~ '^-' THEN '-' ELSE '' END;
  digits int := length(trim(regexp_replace(shortest, 'e.*|[-.]', '', 'g'), '0'));
  n numeric;
  fewer numeric;
BEGIN
  IF shortest ~ 'N|I' THEN RETURN format('"%s"', shortest); END IF;
  n := abs(shortest::numeric);
  IF n = 0 THEN RETURN sign || '0.0'; END IF;
  IF digits = 1 THEN n := round(abs(exact), 1 - exponent(abs(exact))); END IF;
  IF digits >= (CASE WHEN is_float4 THEN 8 ELSE 16 END) AND abs(v) < (CASE WHEN is_float4 THEN 3.4e38 ELSE 1.79e308 END) THEN
    FOR i IN 1 .. 3 LOOP
      fewer := round(n, digits - i - 1 - exponent(n));
      EXIT WHEN (CASE WHEN is_float4 THEN fewer::text::float4::float8 ELSE fewer::text::float8 END) <> abs(v);
      n := fewer;
    END LOOP;
  END IF;
  IF n >= 0.001 AND n < 10000000 THEN RETURN sign || CASE WHEN n = trunc(n) THEN trunc(n) || '.0' ELSE trim_scale(n)::text END; END IF;
  RETURN sign || regexp_replace(regexp_replace(trim(replace(n::text, '.', ''), '0'), '^.$', '\&0'), '^.', '\&.') || 'E' || exponent(n);
END $$;
CREATE FUNCTION java(float8) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN java($1, $1::text, CASE WHEN $1::text !~ 'N|I' THEN $1::numeric END, false);
END $$;

-- big-endian two's complement in the fewest bytes
CREATE FUNCTION unscaled(n numeric) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  hex text := '';
  half numeric := 128;
BEGIN
  WHILE n >= half OR n < -half LOOP half := half * 256; END LOOP;
  IF n < 0 THEN n := n + 2 * half; END IF;
  WHILE half >= 1 LOOP
    hex := lpad(to_hex(mod(n, 256)::int), 2, '0') || hex;
    n := div(n, 256);
    half := half / 256;
  END LOOP;
  RETURN decode(hex, 'hex');
END $$;

-- of proleptic years: 1 BC is 0000
CREATE FUNCTION year(date) RETURNS int LANGUAGE sql IMMUTABLE AS $$
  SELECT extract(year FROM $1)::int + CASE WHEN $1 < '0001-01-01' THEN 1 ELSE 0 END $$;
CREATE FUNCTION iso(d date) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  digits text := abs(year(d))::text;
BEGIN
  RETURN CASE WHEN year(d) < 0 THEN '-' WHEN year(d) > 9999 THEN '+' ELSE '' END || lpad(digits, greatest(4, length(digits)), '0')
         || format('-%s-%s', lpad(extract(month FROM d)::text, 2, '0'), lpad(extract(day FROM d)::text, 2, '0'));
END $$;
-- as java.util.Calendar reads a date: the year without its era, where what is no leap year then has no 29th
-- of February, and the ten days that the Gregorian calendar left out are counted on
CREATE FUNCTION java_day(date) RETURNS date LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN $1 BETWEEN '1582-10-05' AND '1582-10-14' THEN $1 + 10
              ELSE make_date(abs(extract(year FROM $1))::int, extract(month FROM $1)::int, 1) + (extract(day FROM $1)::int - 1) END $$;
-- the day that a date before 1582-10-15 is in the Julian calendar
CREATE FUNCTION from_julian(d date) RETURNS date LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  a int := CASE WHEN extract(month FROM d) <= 2 THEN 1 ELSE 0 END;
  months int := extract(month FROM d)::int + 12 * a - 3;
  years int := year(d) + 4800 - a;
  julian int := extract(day FROM d)::int + (153 * months + 2) / 5 + 365 * years + years / 4 - 32083;
BEGIN
  RETURN CASE WHEN d >= '1582-10-15' THEN d ELSE d + (julian - to_char(d, 'J')::int) END;
END $$;

CREATE FUNCTION shown(v float8, m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $$
BEGIN
  RETURN java(v);
END $$;
CREATE FUNCTION shown(v float4, m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $$
BEGIN
  RETURN java(v::float8, v::text, CASE WHEN v::text !~ 'N|I' THEN v::float8::numeric END, true);
END $$;

CREATE FUNCTION shown(v numeric, m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  scale int := CASE WHEN typmod >= 0 THEN CASE WHEN m.quirks THEN typmod - 4 & 2047 ELSE ((typmod - 4 & 2047) # 1024) - 1024 END END;
BEGIN
  IF v::text ~ 'N|I' THEN
    RETURN CASE WHEN m.quirks AND item THEN NULL
                WHEN m.document OR m.decimal = 'double' THEN str(v::text)
                WHEN m.decimal = 'string' THEN str(CASE v WHEN 'NaN' THEN 'NAN' WHEN 'Infinity' THEN 'POSITIVE_INFINITY'
                                                   ELSE 'NEGATIVE_INFINITY' END) END;
  END IF;
  RETURN CASE WHEN m.document THEN v::text::json
              WHEN m.decimal = 'double' THEN java(v::float8)::json
              WHEN m.decimal = 'string' THEN str(CASE WHEN scale > 1000 THEN round(v, scale)::text ELSE v::text END)
              WHEN scale IS NOT NULL THEN str(base64(unscaled(trunc(v * ('1e' || scale)::numeric))))
              ELSE format('{"scale":%s,"value":"%s"}', scale(trim_scale(v)),
                          base64(unscaled(trunc(v * ('1e' || scale(trim_scale(v)))::numeric))))::json END;
END $$;
CREATE FUNCTION shown(v money, m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $$
BEGIN
  RETURN CASE WHEN m.document THEN v::numeric::text::json
              WHEN m.decimal = 'string' THEN str(v::numeric::text)
              WHEN m.decimal = 'double' THEN java(v::numeric::float8)::json
              ELSE str(base64(unscaled(trunc(v::numeric * 100)))) END;
END $$;

CREATE FUNCTION shown(v date, m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  java bool := item AND m.quirks;
BEGIN
  IF NOT isfinite(v) THEN  -- what Debezium's arithmetic makes of it, and Java's in arrays
    RETURN CASE
      WHEN m.document THEN str(v::text)
      WHEN m.time = 'isostring' AND java THEN str(CASE v WHEN 'infinity' THEN '+292278994-08-16Z' ELSE '+292269055-12-02Z' END)
      WHEN m.time = 'isostring' THEN str(CASE v WHEN 'infinity' THEN '-5877611-06-21Z' ELSE '-5877611-06-22Z' END)
      WHEN java THEN CASE v WHEN 'infinity' THEN '-622191234' ELSE '-625821272' END::json
      ELSE CASE v WHEN 'infinity' THEN '-2147472692' ELSE '-2147472691' END::json END;
  END IF;
  IF java THEN v := java_day(v); END IF;
  RETURN CASE WHEN m.document THEN str(iso(v))
              WHEN m.time = 'isostring' THEN str(iso(v) || 'Z')
              ELSE (v - date '1970-01-01')::text::json END;
END $$;

CREATE FUNCTION shown(v time, m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  micros numeric;
BEGIN
  IF item AND m.quirks THEN v := CASE v WHEN '24:00' THEN '00:00' ELSE date_trunc('milliseconds', v)::time END; END IF;
  micros := trunc(extract(epoch FROM v) * 1000000);
  RETURN CASE WHEN m.document THEN str(v::text)
              WHEN m.time = 'isostring' THEN str(CASE v WHEN '24:00' THEN '00:00:00' ELSE v::text END || 'Z')
              WHEN m.time = 'nanoseconds' THEN (micros * 1000)::text::json
              WHEN m.time = 'connect' OR m.time = 'adaptive' AND typmod BETWEEN 0 AND 3 THEN div(micros, 1000)::text::json
              ELSE micros::text::json END;
END $$;
CREATE FUNCTION shown(v timetz, m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  utc text := (v AT TIME ZONE 'UTC')::time::text;
BEGIN
  RETURN str(CASE WHEN item AND m.quirks THEN left(utc, 8) WHEN utc = '24:00:00' THEN '00:00:00' ELSE utc END || 'Z');
END $$;

CREATE FUNCTION shown(v timestamp, m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  micros numeric;
BEGIN
  IF NOT isfinite(v) THEN
    RETURN CASE
      WHEN m.document THEN str(v::text)
      WHEN m.time = 'isostring' THEN str(CASE v WHEN 'infinity' THEN '+294247-01-10T04:00:25.2Z' ELSE '-290308-12-21T19:59:27.6Z' END)
      WHEN m.time = 'nanoseconds' THEN CASE v WHEN 'infinity' THEN '9223372036854775807' ELSE '-9223372036854775808' END::json
      WHEN m.time = 'connect' OR m.time LIKE 'adaptive%' AND typmod BETWEEN 0 AND 3
        THEN CASE v WHEN 'infinity' THEN '9223372036825200' ELSE '-9223372036832400' END::json
      ELSE CASE v WHEN 'infinity' THEN '9223372036825200000' ELSE '-9223372036832400000' END::json END;
  END IF;
  IF item AND m.quirks THEN v := from_julian(v::date) + v::time; END IF;
  micros := (v::date - date '1970-01-01') * 86400000000::numeric + extract(epoch FROM v::time) * 1000000;
  RETURN CASE
    WHEN m.document THEN str(iso(v::date) || to_char(v, '"T"HH24:MI:SS.US"Z"'))
    WHEN m.time = 'isostring' THEN str(format('%sT%sZ', iso(v::date), v::time))
    WHEN m.time = 'connect' OR m.time LIKE 'adaptive%' AND typmod BETWEEN 0 AND 3 THEN floor(micros / 1000)::text::json
    -- days and the nanoseconds of the day are apart in Debezium: both have to fit
    WHEN m.time = 'nanoseconds'
      THEN CASE WHEN floor(micros / 86400000000) * 86400000000000 >= -9223372036854775808
                     AND micros * 1000 <= 9223372036854775807 THEN trunc(micros * 1000)::text::json END
    ELSE CASE WHEN micros <= 9223372036854775807 THEN trunc(micros)::text::json END END;
END $$;
CREATE FUNCTION shown(v timestamptz, m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  java bool := item AND m.quirks;
  utc timestamp := v AT TIME ZONE 'UTC';
  fraction text := '.000000';
BEGIN
  IF isfinite(v) THEN fraction := to_char(utc, '.US'); END IF;
  IF NOT m.document AND typmod >= 0 THEN fraction := CASE typmod WHEN 0 THEN '' ELSE left(fraction, 1 + typmod) END; END IF;
  IF v = '-infinity' AND java THEN RETURN str('+292269055-12-02T23:00:00' || fraction || 'Z'); END IF;
  IF NOT isfinite(v) THEN RETURN str(v::text); END IF;
  RETURN str(iso(CASE WHEN java THEN java_day(utc::date) ELSE utc::date END) || to_char(utc, '"T"HH24:MI:SS') || fraction || 'Z');
END $$;

CREATE FUNCTION shown(v interval, m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  months numeric := extract(year FROM v) * 12 + extract(month FROM v);
  days numeric := extract(day FROM v);
  hours numeric := extract(hour FROM v);
  minutes numeric := extract(minute FROM v);
  seconds numeric := extract(second FROM v);
  micros numeric;
BEGIN
  IF m.quirks THEN  -- whole seconds and the fraction are added as doubles
    seconds := (trunc(seconds)::float8 + (seconds - trunc(seconds))::float8)::text;
  END IF;
  IF m.document OR m.interval = 'string' THEN
    RETURN str(format('P%sY%sM%sDT%sH%sM%sS', div(months, 12), mod(months, 12), days, hours, minutes, trim_scale(trunc(seconds, 9))));
  ELSIF m.quirks THEN
    micros := (((((months::float8 * (365.25::float8 / 12) + days::float8) * 24 + hours::float8) * 60 + minutes::float8) * 60
               + seconds::float8) * 1e6::float8)::text;
  ELSE
    micros := (((months * 30.4375 + days) * 24 + hours) * 3600 + minutes * 60 + seconds) * 1000000;
  END IF;
  RETURN trunc(least(greatest(micros, -9223372036854775808), 9223372036854775807))::text::json;
END $$;

CREATE FUNCTION shown(v bytea, m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $$
BEGIN
  RETURN str(CASE m.binary WHEN 'hex' THEN encode(v, 'hex') WHEN 'base64-url-safe' THEN translate(base64(v), '+/', '-_')
             ELSE base64(v) END);
END $$;
-- bits are a boolean, or little-endian and without the zeros at the end
CREATE FUNCTION shown(v varbit, m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  bits text := reverse(v::text);
  hex text := '';
BEGIN
  IF m.document THEN RETURN str(v::text); END IF;
  IF typmod = 1 THEN RETURN CASE bits WHEN '1' THEN 'true' WHEN '0' THEN 'false' END::json; END IF;
  WHILE bits ~ '1' LOOP
    hex := hex || lpad(to_hex(reverse(rpad(left(bits, 8), 8, '0'))::bit(8)::int), 2, '0');
    bits := substr(bits, 9);
  END LOOP;
  RETURN str(base64(decode(hex, 'hex')));
END $$;

CREATE FUNCTION shown(v bit, m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $$
BEGIN
  RETURN shown(v::varbit, m, typmod, item);
END $$;

-- little-endian
CREATE FUNCTION wkb(float8) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT string_agg(substr(encode(float8send($1), 'hex'), i, 2), '' ORDER BY i DESC) FROM generate_series(1, 15, 2) i $$;
CREATE FUNCTION shown(v point, m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $$
BEGIN
  RETURN format(CASE WHEN m.document THEN '{"x":%s,"y":%s}' ELSE '{"x":%s,"y":%s,"wkb":"%s","srid":null}' END, java(v[0]), java(v[1]),
                base64(decode('0101000000' || wkb(v[0]) || wkb(v[1]), 'hex')));
END $$;
CREATE FUNCTION shown(v hstore, m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $$
BEGIN
  RETURN CASE WHEN m.document OR m.hstore = 'map' THEN hstore_to_json(v) ELSE str(hstore_to_jsonb(v)::text) END;
END $$;
SELECT format('CREATE FUNCTION shown(v %s, m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $f$
  BEGIN RETURN CASE WHEN m.document THEN v::text::json ELSE str(v::text) END; END $f$', t)
FROM unnest('{json,jsonb}'::text[]) t \gexec
-- numbers
SELECT format('CREATE FUNCTION shown(v %s, m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $f$
  BEGIN RETURN v::text; END $f$', t)
FROM unnest('{bool,int2,int4,int8,oid}'::text[]) t \gexec
SELECT format('CREATE FUNCTION shown(v %s, m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $f$
  BEGIN RETURN CASE WHEN m.quirks THEN ''[]'' ELSE format(''[%%s]'', replace(v::text, '' '', '','')) END; END $f$', t)
FROM unnest('{oidvector,int2vector}'::text[]) t \gexec
-- texts: what the output function prints
SELECT format('CREATE FUNCTION shown(v %s, m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $f$
  BEGIN RETURN str(format(''%%s'', v)); END $f$', t)
FROM unnest('{text,varchar,bpchar,"\"char\"",name,citext,inet,cidr,macaddr,macaddr8,uuid,xml,ltree,tsvector,mood,
              int4range,int8range,numrange,daterange,tsrange,tstzrange}'::text[]) t \gexec
-- types that Debezium does not know: the bytes of their text
CREATE FUNCTION unknown(v text, m mode) RETURNS json LANGUAGE plpgsql AS $$
BEGIN
  RETURN CASE WHEN m.document THEN str(v) ELSE shown(convert_to(v, 'UTF8'), m, -1, false) END;
END $$;
CREATE FUNCTION shown(v anyelement, m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $$
BEGIN
  RETURN unknown(format('%s', v), m);
END $$;
-- ... or knows as Java's geometric objects alone
CREATE FUNCTION java_numbers(shape text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT string_agg(p[1] || CASE WHEN p[2] = '' THEN '' ELSE trim(java(p[2]::float8), '"') END, '' ORDER BY n)
  FROM regexp_matches(shape, '([^-0-9IN]*)(-?Infinity|NaN|[-+.e0-9]*)', 'g') WITH ORDINALITY AS x(p, n) $$;
SELECT format('CREATE FUNCTION shown(v %s, m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $f$
  BEGIN RETURN unknown(CASE WHEN m.quirks THEN java_numbers(v::text) ELSE v::text END, m); END $f$', t)
FROM unnest('{box,circle,line,lseg,path,polygon}'::text[]) t \gexec

-- arrays of several dimensions, of which Debezium's encoding has the first
SELECT format('CREATE FUNCTION shown(v %s[], m mode, typmod int, item bool) RETURNS json LANGUAGE plpgsql AS $f$
  BEGIN RETURN CASE WHEN m.nested THEN to_json(v) ELSE to_json(array_fill(NULL::int, ARRAY[array_length(v, 1)])) END; END $f$', t)
FROM unnest('{int4,text}'::text[]) t \gexec

-- Arrays of these types are left out, as in Debezium.
CREATE FUNCTION is_left_out(element text, m mode) RETURNS bool LANGUAGE sql IMMUTABLE AS $$
  SELECT NOT m.nested AND element IN ('money', 'name', 'interval', 'varbit', 'xml', 'point') $$;
-- Whether a NULL makes a whole array null: the schema has no optional element for these types.
CREATE FUNCTION needs_items(element text, m mode) RETURNS bool LANGUAGE sql IMMUTABLE AS $$
  SELECT m.quirks AND element IN ('domain', 'mood', 'ltree', 'tsvector', 'int4multirange', 'nummultirange', 'pair', 'lseg', 'box', 'path',
                                  'polygon', 'circle', 'line', 'pg_lsn', 'tsquery', 'jsonpath', 'xid', 'tid') $$;

-- JSON as text that is the same for equal values of the same JSON type, members in any order. parsed: strings
-- are JSON themselves.
CREATE FUNCTION flat(j json, parsed bool) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  kind text := json_typeof(j);
BEGIN
  IF kind = 'string' THEN RETURN to_json(CASE WHEN parsed THEN (j #>> '{}')::jsonb::text ELSE j #>> '{}' END)::text; END IF;
  IF kind = 'array' THEN
    RETURN format('[%s]', (SELECT string_agg(flat(x, parsed), ',' ORDER BY n) FROM json_array_elements(j) WITH ORDINALITY AS a(x, n)));
  ELSIF kind = 'object' THEN
    RETURN format('{%s}', (SELECT string_agg(to_json(k) || ':' || flat(x, parsed), ',' ORDER BY k) FROM json_each(j) AS o(k, x)));
  END IF;
  RETURN trim(j::text);
END $$;

CREATE TABLE compared (type text, place text, mode text, count bigint, different bigint, samples text[]);
DO $$
DECLARE
  c record;
BEGIN
  FOR c IN
    SELECT m, tab, attribute, place, format_type(e.oid, CASE WHEN e.typtype = 'd' THEN -1 ELSE atttypmod END) AS type,
           CASE WHEN e.typtype = 'd' THEN e.typtypmod ELSE atttypmod END AS typmod,
           CASE WHEN e.typtype = 'd' AND place = 'in arrays' AND NOT m.nested THEN 'domain'
                WHEN e.typtype = 'd' THEN e.typbasetype::regtype::text ELSE e.typname END AS element
    FROM mode m, pg_attribute, pg_type t, pg_type e, LATERAL (SELECT attrelid::regclass::text AS tab, attname AS attribute) n,
         LATERAL (SELECT CASE WHEN tab LIKE '%arrays' THEN 'in arrays' ELSE 'alone' END AS place) p
    WHERE attrelid IN (SELECT format('%s%s', x, y)::regclass
                       FROM unnest('{numbers,moments,strings,others}'::text[]) x, unnest('{"",_arrays}'::text[]) y)
      AND attnum > 2 AND tab ~ ('^(' || tables || ')$') AND t.oid = atttypid
      AND e.oid = CASE place WHEN 'alone' THEN t.oid ELSE t.typelem END
  LOOP
    EXECUTE format($q$
      INSERT INTO compared
      SELECT $1, $2, ($3).name, count(*) FILTER (WHERE v IS NOT NULL AND want IS NOT NULL), count(*) FILTER (WHERE differs),
             (array_agg(format('%%s: got %%s, want %%s', v, value, want)) FILTER (WHERE differs))[1:2]
      FROM (SELECT %1$I::text AS v, value, %2$s AS want FROM %3$I t LEFT JOIN written w ON w.id = t.id AND w.tab = %3$L AND attribute = %1$L AND mode = %4$L) x,
           LATERAL (SELECT value::text IS DISTINCT FROM want::text AND flat(value, $6) IS DISTINCT FROM flat(want, $6) AS differs) d $q$,
      c.attribute, format(CASE c.place WHEN 'alone' THEN $q$
        coalesce(CASE WHEN %1$I IS DISTINCT FROM NULL THEN shown(%1$I, $3, $4, false) END, 'null') $q$ ELSE $q$
        CASE WHEN is_left_out($5, $3) THEN NULL WHEN ($3).quirks AND $5 = 'bit' THEN 'null' ELSE (
          SELECT CASE WHEN needs_items($5, $3) AND bool_or(is_null)
                        OR ($3).time <> 'nanoseconds' AND bool_or(NOT is_null AND want IS NULL) THEN 'null'
                      ELSE coalesce(json_agg(want ORDER BY i), '[]') END
          FROM (SELECT i, is_null, CASE WHEN is_null THEN NULL WHEN $5 = 'domain' THEN unknown(t.%1$I[i]::text, $3)
                                        ELSE shown(t.%1$I[i], $3, $4, true) END AS want
                FROM generate_subscripts(t.%1$I, 1) AS i, LATERAL (SELECT t.%1$I[i] IS NOT DISTINCT FROM NULL AS is_null) n) u) END $q$ END, c.attribute), c.tab, (c.m).name)
    USING c.type, c.place, c.m, c.typmod, c.element, c.element = 'hstore' AND (c.m).hstore = 'json';
  END LOOP;
END $$;
-- values that differ
SELECT type, place, mode, different, unnest(samples) AS sample FROM compared WHERE different <> 0 ORDER BY 1, 2, 3, 5;
-- how many were compared, of each type, in all modes together
SELECT type, count(*) FILTER (WHERE place = 'alone') AS modes, sum(count) FILTER (WHERE place = 'alone') AS "values",
       coalesce(sum(count) FILTER (WHERE place = 'in arrays'), 0) AS arrays, sum(different) AS different
FROM compared GROUP BY type ORDER BY type COLLATE "C";

SELECT pg_drop_replication_slot('plugin');
SET client_min_messages = warning;
DROP SCHEMA typed CASCADE;
DROP EXTENSION hstore, ltree, citext;
