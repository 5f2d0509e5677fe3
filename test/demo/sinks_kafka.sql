-- All tables of a schema, with penstock's own form of create_sink.
SELECT penstock.create_sink('inventory', 'kafka', ARRAY['inventory.*'], jsonb_build_object(
    'bootstrap.servers', :'bootstrap', 'topic.prefix', 'dbserver1', 'schemas.enable', 'false'));
SELECT penstock.create_sink('bank', 'kafka', ARRAY['bank.holding'], jsonb_build_object(
    'bootstrap.servers', :'bootstrap', 'topic.prefix', 'bankserver1', 'schemas.enable', 'false'));
-- The JSON that is posted to Kafka Connect today works as it is, former option names included.
SELECT penstock.create_sink(config => $$ {
  "name": "claims-connector",
  "config": {
    "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
    "tasks.max": "1",
    "database.hostname": "postgres",
    "database.port": "5432",
    "database.user": "postgres",
    "database.password": "postgres",
    "database.dbname": "demo",
    "database.server.name": "pg_claims",
    "schema.whitelist": "claims"
  } } $$, worker => jsonb_build_object('bootstrap.servers', :'bootstrap',
    'key.converter', 'org.apache.kafka.connect.json.JsonConverter', 'key.converter.schemas.enable', 'false',
    'value.converter', 'org.apache.kafka.connect.json.JsonConverter', 'value.converter.schemas.enable', 'false'));
-- Flat records in a topic of a chosen name, as search indexes want them.
SELECT penstock.create_sink('users', 'kafka', ARRAY['public.users'], jsonb_build_object(
    'bootstrap.servers', :'bootstrap', 'topic.prefix', 'app', 'schemas.enable', 'false',
    'transforms', 'unwrap,route',
    'transforms.unwrap.type', 'io.debezium.transforms.ExtractNewRecordState',
    'transforms.unwrap.add.fields', 'op,source.ts_us',
    'transforms.route.type', 'org.apache.kafka.connect.transforms.RegexRouter',
    'transforms.route.regex', 'app\.public\.(.*)',
    'transforms.route.replacement', '$1'));
