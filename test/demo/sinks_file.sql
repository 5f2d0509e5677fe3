-- All tables of a schema, with penstock's own form of create_sink.
SELECT penstock.create_sink('inventory', 'file', ARRAY['inventory.*'], jsonb_build_object(
    'file', :'directory' || '/inventory.jsonl', 'topic.prefix', 'dbserver1', 'schemas.enable', 'false'));
SELECT penstock.create_sink('bank', 'file', ARRAY['bank.holding'], jsonb_build_object(
    'file', :'directory' || '/bank.jsonl', 'topic.prefix', 'bankserver1', 'schemas.enable', 'false'));
SELECT penstock.create_sink('claims', 'file', ARRAY['claims.*'], jsonb_build_object(
    'file', :'directory' || '/claims.jsonl', 'topic.prefix', 'pg_claims', 'schemas.enable', 'false'));
-- Flat records in a topic of a chosen name, as search indexes want them.
SELECT penstock.create_sink('users', 'file', ARRAY['public.users'], jsonb_build_object(
    'file', :'directory' || '/users.jsonl', 'topic.prefix', 'app', 'schemas.enable', 'false',
    'transforms', 'unwrap,route',
    'transforms.unwrap.type', 'io.debezium.transforms.ExtractNewRecordState',
    'transforms.unwrap.add.fields', 'op,source.ts_us',
    'transforms.route.type', 'org.apache.kafka.connect.transforms.RegexRouter',
    'transforms.route.regex', 'app\.public\.(.*)',
    'transforms.route.replacement', '$1'));
