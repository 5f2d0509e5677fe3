-- create_sink from the JSON that is posted to Kafka Connect.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS penstock;
RESET client_min_messages;
\getenv abs_srcdir PG_ABS_SRCDIR
\set wait_until :abs_srcdir '/sql/include/wait_until.sql'
\i :wait_until
CREATE SCHEMA shop;
CREATE TABLE shop.orders (id int PRIMARY KEY, note text);
SELECT format('{
  "name": "posted",
  "config": {
    "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
    "database.hostname": "postgres", "database.port": "5432", "database.user": "postgres",
    "database.password": "hunter2", "database.dbname": %s,
    "database.server.name": "dbserver1", "table.whitelist": "shop.orders", "slot.name": "posted_slot",
    "producer.override.sasl.jaas.config": "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\"topsecret\";",
    "producer.override.sasl.mechanism": "PLAIN",
    "producer.override.security.protocol": "SASL_PLAINTEXT"
  }}', to_json(current_database())) AS config \gset
\set worker '{"bootstrap.servers": "127.0.0.1:1", "key.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "false"}'
SELECT penstock.create_sink(:'config'::jsonb, :'worker'::jsonb);
SELECT connector, slot_name, jsonb_pretty(options - 'producer.override.sasl.jaas.config') AS options
  FROM penstock.sink WHERE name = 'posted';
-- the literal secret is kept for the worker, and shown to nobody
SELECT options ->> 'producer.override.sasl.jaas.config' AS stored FROM penstock.sink WHERE name = 'posted';
SELECT options ->> 'producer.override.sasl.jaas.config' AS shown FROM penstock.sinks WHERE name = 'posted';
-- the password of the database is stored nowhere
SELECT count(*) FROM penstock.sink WHERE options::text LIKE '%hunter2%';

-- errors are the ones of check_config, the first of them
\set VERBOSITY default
SELECT penstock.create_sink('{"name": "x", "config": {"connector.class": "io.debezium.connector.mysql.MySqlConnector", "topic.prefix": "x"}}'::jsonb, :'worker');
SELECT penstock.create_sink('{"name": "x", "config": {"connector.class": "io.debezium.connector.postgresql.PostgresConnector", "topic.prefix": "x", "tabel.include.list": "a"}}'::jsonb, :'worker');
SELECT penstock.create_sink('{"name": "x", "config": {"connector.class": "io.debezium.connector.postgresql.PostgresConnector", "topic.prefix": "x"}}'::jsonb, '{}'::jsonb);
SELECT penstock.create_sink('[]'::jsonb);
SELECT penstock.create_sink(NULL::jsonb);
SELECT penstock.create_sink(:'config'::jsonb, :'worker'::jsonb);

-- the server's own worker.properties
SELECT set_config('penstock.worker_config', :'worker', false) IS NOT NULL AS set;
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT penstock.create_sink('{"name": "inherits", "connector.class": "io.debezium.connector.postgresql.PostgresConnector", "topic.prefix": "x", "table.include.list": "shop.orders"}');
SELECT options ->> 'bootstrap.servers' AS servers, options ->> 'value.converter.schemas.enable' AS schemas
  FROM penstock.sink WHERE name = 'inherits';
ROLLBACK;
RESET penstock.worker_config;

SELECT penstock.drop_sink('posted');
SELECT pg_temp.wait_until('NOT EXISTS (SELECT FROM penstock.sink)');
SET client_min_messages = warning;
DROP SCHEMA shop CASCADE;
