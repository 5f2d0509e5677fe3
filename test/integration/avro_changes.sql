-- Changes that test/integration/avro compares, after the snapshot.
INSERT INTO plain VALUES (100, 'new'), (101, NULL);
UPDATE plain SET name = repeat('long ', 100) WHERE id = 1;
UPDATE plain SET id = 200 WHERE id = 2;
DELETE FROM plain WHERE id = 3;
UPDATE pair SET v = NULL WHERE a = 1;
UPDATE pair SET a = 2 WHERE a = 1;
DELETE FROM pair WHERE a = 2;

INSERT INTO kinds VALUES (
  2,
  true, false,
  -32768, NULL, 2147483647, 9223372036854775807, 4294967295,
  0.1, NULL, 0.1, 'Infinity',
  123456789012345678901234567890.123, 12.5, 128, 12345, -0.0000000001,
  1.5, -1234.11,
  E'line\nbreak \u00E4\U0001F600\u0001', NULL, 'varchar', 'ab', 'CiText', 'z', 'a name', '<a>b</a>',
  '{"a": [1, "x"]}', '{"b": null}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'happy', 'Top.Science', 'a fat cat',
  '1960-01-01', NULL, '23:59:59', '04:05:06.789', '04:05:06.789+02', '2020-01-02 03:04:05.678', '1969-12-31 23:59:59.999999',
  '2020-01-02 03:04:05.5+01',
  '1 year -2 days 3.5 seconds', '\x00ff10', B'1', B'100000001', B'101',
  '(1.5,-2)', '(0,0)', '"k"=>"v", "n"=>NULL', '192.168.0.1/24', '08:00:2b:01:02:03', '[1,5)',
  '["2020-01-01 00:00:00+00",)',
  '{1,NULL,-3}', '{"a","b\"c",NULL,""}', '{1.5,NULL,0}', '{0.1,NaN,-Infinity}', '{2020-01-01,NULL}',
  '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}', '{sad,ok}', '{"\\x01","\\x"}', '{"2020-01-01 00:00:00"}'
);
INSERT INTO kinds (id, f4, f8, ai, at, h, by) VALUES (3, 'NaN', '-Infinity', '{}', '{}', '', '');
INSERT INTO kinds (id, t, by, at, ai)
SELECT 4, string_agg(md5(i::text), ''), decode(string_agg(md5(i::text), ''), 'hex'), array_agg(i::text), array_agg(i)
FROM generate_series(1, 3000) AS i;
UPDATE kinds SET i8 = 5 WHERE id = 4;  -- large values left alone
UPDATE kinds SET b = NULL WHERE id = 2;
DELETE FROM kinds WHERE id = 2;
ALTER TABLE kinds REPLICA IDENTITY FULL;
UPDATE kinds SET i8 = 6 WHERE id = 4;
DELETE FROM kinds WHERE id = 4;
SELECT pg_logical_emit_message(true, 'prefix', 'content');
INSERT INTO trees VALUES (2, ' { "n" : 123456789012345678901234567890.5 , "m" : [ 9223372036854775807, 9223372036854775808, 1.5e300 ] } ', NULL, '{}'),
  (3, 'null', 'null', NULL);
INSERT INTO trees (id) VALUES (4);
UPDATE trees SET b = (SELECT jsonb_object_agg(i::text, md5(i::text)) FROM generate_series(1, 2000) i) WHERE id = 1;
UPDATE trees SET j = '1' WHERE id = 1;  -- a large value left alone
DELETE FROM trees WHERE id = 2;
