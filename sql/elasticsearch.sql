-- Connector elasticsearch: what create_sink checks and records. Nothing listens at its URL.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS penstock;
RESET client_min_messages;
\getenv abs_srcdir PG_ABS_SRCDIR
\set wait_until :abs_srcdir '/sql/include/wait_until.sql'
\i :wait_until
CREATE SCHEMA es;
CREATE TABLE es.orders (id int PRIMARY KEY, customer int NOT NULL, note text, doc jsonb);
CREATE TABLE es.log (line text);
CREATE TABLE es.coded (code text, note text);

-- the URL is all it needs; no prefix for topics is made up
SELECT penstock.create_sink('plain', 'elasticsearch', ARRAY['es.orders'], '{"connection.url": "http://127.0.0.1:1"}');
SELECT connector, options FROM penstock.sink WHERE name = 'plain';
-- objects that are JSON stay JSON
SELECT penstock.create_sink('mapped', 'elasticsearch', ARRAY['es.orders'], '{"connection.url": ["http://127.0.0.1:1", "https://127.0.0.1:2/es"],
    "index.map": {"es.orders": "orders-v1"}, "index.settings": {"analysis": {"analyzer": {"a": {"type": "simple"}}}},
    "connection.username": "elastic", "connection.password": "topsecret", "json.mapping": "flattened"}');
SELECT options FROM penstock.sinks WHERE name = 'mapped';
SELECT relation, identity, keyed FROM penstock.sink_tables('mapped');

-- required, wrong and misplaced options
SELECT penstock.create_sink('x', 'elasticsearch', ARRAY['es.orders']);
SELECT penstock.create_sink('x', 'elasticsearch', ARRAY['es.orders'], '{"connection.url": "ftp://127.0.0.1"}');
SELECT penstock.create_sink('x', 'elasticsearch', ARRAY['es.orders'], '{"connection.url": "http://elastic:secret@127.0.0.1"}');
SELECT penstock.create_sink('x', 'elasticsearch', ARRAY['es.orders'], '{"connection.url": "http://127.0.0.1:1", "key.ignore": true}');
SELECT penstock.create_sink('x', 'elasticsearch', ARRAY['es.orders'], '{"connection.url": "http://127.0.0.1:1", "write.method": "upsert"}');
SELECT penstock.create_sink('x', 'elasticsearch', ARRAY['es.orders'], '{"connection.url": "http://127.0.0.1:1", "bootstrap.servers": "k:9092"}');
SELECT penstock.create_sink('x', 'elasticsearch', ARRAY['es.orders'], '{"connection.url": "http://127.0.0.1:1", "document.addressing": true}');
SELECT penstock.create_sink('x', 'elasticsearch', ARRAY['es.orders'], '{"connection.url": "http://127.0.0.1:1", "decimal.handling.mode": "string"}');
SELECT penstock.create_sink('x', 'elasticsearch', ARRAY['es.orders'], '{"connection.url": "http://127.0.0.1:1", "skipped.operations": "none"}');
SELECT penstock.create_sink('x', 'elasticsearch', ARRAY['es.orders'], '{"connection.url": "http://127.0.0.1:1", "debezium.quirks": true}');
SELECT penstock.create_sink('x', 'elasticsearch', ARRAY['es.orders'], '{"connection.url": "http://127.0.0.1:1", "index.map": {"es.orders": {"a": 1}}}');
SELECT penstock.create_sink('x', 'elasticsearch', ARRAY['es.orders'], '{"connection.url": "http://127.0.0.1:1", "index.settings": "[]"}');
SELECT penstock.create_sink('x', 'kafka', ARRAY['es.orders'], '{"bootstrap.servers": "k:1", "format": "document"}');
SELECT penstock.create_sink('x', 'null', ARRAY['es.orders'], '{"topic.prefix": "p", "routing": "customer"}');

-- every table needs a key that its identity covers
SELECT penstock.create_sink('x', 'elasticsearch', ARRAY['es.log'], '{"connection.url": "http://127.0.0.1:1"}');
SELECT penstock.create_sink('x', 'elasticsearch', ARRAY['es.coded'], '{"connection.url": "http://127.0.0.1:1", "document.id.columns": "es.coded:code"}');
SELECT penstock.create_sink('x', 'elasticsearch', ARRAY['es.orders'], '{"connection.url": "http://127.0.0.1:1", "routing": "customer"}');
SELECT penstock.set_replica_identity('es.coded', 'full');
SELECT penstock.create_sink('coded', 'elasticsearch', ARRAY['es.coded'], '{"connection.url": "http://127.0.0.1:1", "document.id.columns": "es.coded:code"}');

-- documents elsewhere
SELECT penstock.create_sink('null_documents', 'null', ARRAY['es.orders'], '{"format": "document"}');
SELECT options FROM penstock.sink WHERE name = 'null_documents';

-- stored secrets do not follow to another destination
CREATE ROLE regress_es LOGIN REPLICATION;
GRANT USAGE ON SCHEMA es TO regress_es;
GRANT SELECT ON es.orders TO regress_es;
GRANT EXECUTE ON FUNCTION penstock.create_sink(name, text, text[], jsonb, boolean), penstock.alter_sink(name, text[], jsonb) TO regress_es;
SET ROLE regress_es;
SELECT penstock.create_sink('own', 'elasticsearch', ARRAY['es.orders'], '{"connection.url": "http://127.0.0.1:1", "connection.api.key": "topsecret"}');
SELECT penstock.alter_sink('own', options => '{"connection.url": "http://127.0.0.2:1"}');
SELECT penstock.alter_sink('own', options => '{"connection.url": "http://127.0.0.2:1", "connection.api.key": "other"}');
SELECT penstock.alter_sink('own', options => '{"linger.ms": 5}');
-- files of the server
SELECT penstock.create_sink('x', 'elasticsearch', ARRAY['es.orders'], '{"connection.url": "https://127.0.0.1:1", "elastic.https.ssl.truststore.type": "PEM", "elastic.https.ssl.truststore.location": "/etc/passwd"}');
SELECT penstock.create_sink('x', 'elasticsearch', ARRAY['es.orders'], '{"connection.url": "https://127.0.0.1:1", "ssl.ca.location": "/etc/passwd"}');
SELECT penstock.create_sink('x', 'elasticsearch', ARRAY['es.orders'], '{"connection.url": "http://127.0.0.1:1", "connection.api.key": "${file:/etc/passwd:root}"}');
RESET ROLE;
SELECT name, options FROM penstock.sinks WHERE name = 'own';

-- the sink connectors of Kafka Connect
SELECT severity, option, message FROM penstock.check_config('{"name": "es", "config": {
    "connector.class": "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector",
    "tasks.max": "1", "topics": "dbserver1.es.orders", "connection.url": "http://127.0.0.1:1",
    "key.ignore": "false", "type.name": "order",
    "value.converter": "org.apache.kafka.connect.json.JsonConverter",
    "transforms": "unwrap,key",
    "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
    "transforms.key.type": "org.apache.kafka.connect.transforms.ExtractField$Key",
    "transforms.key.field": "id"}}');
SELECT severity, option, message, hint FROM penstock.check_config('{"name": "es", "config": {
    "connector.class": "io.aiven.kafka.connect.opensearch.OpensearchSinkConnector",
    "topics.regex": ".*", "connection.url": "http://127.0.0.1:1", "key.ignore": "true",
    "transforms": "mask", "transforms.mask.type": "org.apache.kafka.connect.transforms.MaskField$Value"}}');
SELECT penstock.create_sink('{"name": "pasted", "config": {
    "connector.class": "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector",
    "topics": "dbserver1.es.orders", "connection.url": "http://127.0.0.1:1",
    "transforms": "unwrap,route",
    "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
    "transforms.unwrap.drop.tombstones": "false",
    "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
    "transforms.route.regex": "dbserver1\\.es\\.(.*)",
    "transforms.route.replacement": "$1_v1"}}');
SELECT connector, jsonb_pretty(options) FROM penstock.sink WHERE name = 'pasted';

-- it waits for the destination, and says so
SELECT pg_temp.wait_until('(SELECT bool_and(state = ''retrying'' OR reason ~ ''connect'') FROM penstock.sinks WHERE name = ''plain'')');
SELECT state IN ('retrying', 'failed') AS waits, reason ~ '127.0.0.1:1' AS names_the_server FROM penstock.sinks WHERE name = 'plain';

SELECT count(penstock.drop_sink(name)) FROM penstock.sink;
SELECT pg_temp.wait_until('NOT EXISTS (SELECT FROM penstock.sink)');
DROP SCHEMA es CASCADE;
REVOKE ALL ON FUNCTION penstock.create_sink(name, text, text[], jsonb, boolean), penstock.alter_sink(name, text[], jsonb) FROM regress_es;
DROP ROLE regress_es;
