-- Who may do what: every door, tried by a role that must not pass.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS penstock;
RESET client_min_messages;
CREATE ROLE regress_penstock_none;
CREATE ROLE regress_penstock_repl REPLICATION;
CREATE ROLE regress_penstock_creators;
CREATE ROLE regress_penstock_member IN ROLE regress_penstock_creators;
CREATE ROLE regress_penstock_monitor IN ROLE pg_monitor;
CREATE SCHEMA vault;
CREATE TABLE vault.open (id int PRIMARY KEY);
CREATE TABLE vault.closed (id int PRIMARY KEY, secret text);
CREATE TABLE vault.rows (id int PRIMARY KEY);
ALTER TABLE vault.rows ENABLE ROW LEVEL SECURITY;
GRANT USAGE ON SCHEMA vault TO PUBLIC;
GRANT SELECT ON vault.open, vault.rows TO PUBLIC;
GRANT SELECT (id) ON vault.closed TO PUBLIC;

-- without EXECUTE nothing that sends data out can even be called
SET ROLE regress_penstock_none;
SELECT penstock.create_sink('x', 'null', ARRAY['vault.open'], '{"topic.prefix": "v"}');
SELECT penstock.create_sink('{}'::jsonb);
SELECT penstock.alter_sink('x');
SELECT penstock.resume_sink('x');
SELECT penstock.peek_sink('x');
SELECT penstock.pg_stat_reset_penstock();
SELECT * FROM penstock.sink;
SELECT * FROM penstock.pg_stat_penstock_sinks;
RESET ROLE;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA penstock TO PUBLIC;

-- with it, REPLICATION or membership is still needed
SET ROLE regress_penstock_none;
SELECT penstock.create_sink('x', 'null', ARRAY['vault.open'], '{"topic.prefix": "v"}');
SET ROLE regress_penstock_member;
SELECT penstock.create_sink('x', 'null', ARRAY['vault.open'], '{"topic.prefix": "v"}');
SET penstock.sink_creators = 'regress_penstock_creators';
RESET ROLE;
SET penstock.sink_creators = 'regress_penstock_creators';
SET ROLE regress_penstock_member;
SELECT penstock.create_sink('members', 'null', ARRAY['vault.open'], '{"topic.prefix": "v"}');
SET ROLE regress_penstock_repl;
SELECT penstock.create_sink('replicators', 'null', ARRAY['vault.open'], '{"topic.prefix": "v"}');

-- a sink reads what its owner may read
SELECT penstock.create_sink('x', 'null', ARRAY['vault.closed'], '{"topic.prefix": "v"}');
SELECT penstock.create_sink('x', 'null', ARRAY['vault.*'], '{"topic.prefix": "v"}');
SELECT penstock.create_sink('x', 'null', ARRAY['vault.rows'], '{"topic.prefix": "v"}');
SELECT penstock.create_sink('columns', 'null', ARRAY['vault.closed'], '{"topic.prefix": "v", "column.include.list": "vault.closed.id"}');
SELECT penstock.alter_sink('replicators', ARRAY['vault.closed']);
SELECT penstock.alter_sink('replicators', ARRAY['vault.rows']);
SELECT * FROM penstock.sink_tables('replicators');

-- files
SELECT penstock.create_sink('x', 'file', ARRAY['vault.open'], '{"topic.prefix": "v", "file": "/etc/penstock.jsonl"}');
SELECT penstock.create_sink('x', 'file', ARRAY['vault.open'], '{"topic.prefix": "v", "file": "events.jsonl"}');
-- secrets
SELECT penstock.create_sink('x', 'kafka', ARRAY['vault.open'], '{"topic.prefix": "v", "bootstrap.servers": "k:1", "sasl.password": "${file:/etc/passwd:root}"}');
SELECT penstock.create_sink('x', 'kafka', ARRAY['vault.open'], '{"topic.prefix": "v", "bootstrap.servers": "k:1", "sasl.password": "${env:HOME}"}');
-- keys and certificates are read by the server too
SELECT penstock.create_sink('x', 'kafka', ARRAY['vault.open'], '{"topic.prefix": "v", "bootstrap.servers": "k:1", "ssl.ca.location": "/etc/passwd"}');
SELECT penstock.create_sink('x', 'kafka', ARRAY['vault.open'], '{"topic.prefix": "v", "bootstrap.servers": "k:1", "producer.override.ssl.key.location": " /etc/passwd"}');
SELECT penstock.create_sink('x', 'kafka', ARRAY['vault.open'], '{"topic.prefix": "v", "bootstrap.servers": "k:1", "ssl.keystore.location": "passwd"}');
SELECT penstock.create_sink('x', 'kafka', ARRAY['vault.open'], '{"topic.prefix": "v", "bootstrap.servers": "k:1", "ssl.truststore.type": "PEM", "ssl.truststore.location": "/etc/passwd"}');
BEGIN;
SELECT penstock.create_sink('x', 'kafka', ARRAY['vault.open'], '{"topic.prefix": "v", "bootstrap.servers": "k:1", "ssl.ca.location": "probe"}');
ROLLBACK;
-- directories opened by the administrator, and nothing beside them
RESET ROLE;
ALTER SYSTEM SET penstock.file_directory = '/nonexistent/out';
ALTER SYSTEM SET penstock.secrets_directory = '/nonexistent/secrets';
SELECT pg_reload_conf();
\c -
SET ROLE regress_penstock_repl;
BEGIN;
SELECT penstock.create_sink('x', 'file', ARRAY['vault.open'], '{"topic.prefix": "v", "file": "/nonexistent/out/events.jsonl"}');
SELECT penstock.create_sink('y', 'file', ARRAY['vault.open'], '{"topic.prefix": "v", "file": "events.jsonl"}');
SELECT penstock.create_sink('z', 'kafka', ARRAY['vault.open'], '{"topic.prefix": "v", "bootstrap.servers": "k:1", "sasl.mechanism": "PLAIN", "security.protocol": "SASL_PLAINTEXT", "sasl.username": "u", "sasl.password": "${file:/nonexistent/secrets/kafka:password}"}');
SELECT penstock.create_sink('w', 'kafka', ARRAY['vault.open'], '{"topic.prefix": "v", "bootstrap.servers": "k:1", "ssl.ca.location": "/nonexistent/secrets/ca.pem"}');
ROLLBACK;
SELECT penstock.create_sink('x', 'kafka', ARRAY['vault.open'], '{"topic.prefix": "v", "bootstrap.servers": "k:1", "ssl.ca.location": "/nonexistent/secrets/../ca.pem"}');
SELECT penstock.create_sink('x', 'file', ARRAY['vault.open'], '{"topic.prefix": "v", "file": "/nonexistent/outside.jsonl"}');
SELECT penstock.create_sink('x', 'file', ARRAY['vault.open'], '{"topic.prefix": "v", "file": "/nonexistent/out/../events.jsonl"}');
SELECT penstock.create_sink('x', 'kafka', ARRAY['vault.open'], '{"topic.prefix": "v", "bootstrap.servers": "k:1", "sasl.password": "${file:/nonexistent/secrets/../passwd:root}"}');
SELECT penstock.alter_sink('replicators', options => '{"decimal.handling.mode": "${env:HOME}"}');
RESET ROLE;
ALTER SYSTEM RESET penstock.file_directory;
ALTER SYSTEM RESET penstock.secrets_directory;
SELECT pg_reload_conf();
\c -
SET penstock.sink_creators = 'regress_penstock_creators';
SET ROLE regress_penstock_repl;

-- secrets stay with the destination they were given for
SELECT penstock.create_sink('secretive', 'kafka', ARRAY['vault.open'], '{"topic.prefix": "v", "bootstrap.servers": "127.0.0.1:1", "sasl.mechanism": "PLAIN", "security.protocol": "SASL_PLAINTEXT", "sasl.username": "u", "sasl.password": "topsecret"}');
SELECT options ->> 'sasl.password' AS shown FROM penstock.sinks WHERE name = 'secretive';
SELECT penstock.alter_sink('secretive', options => '{"bootstrap.servers": "127.0.0.1:2"}');
SELECT penstock.alter_sink('secretive', options => '{"bootstrap.servers": "127.0.0.1:2", "sasl.password": "again"}');
RESET ROLE;
SET penstock.worker_config = '{"bootstrap.servers": "127.0.0.1:1", "producer.sasl.mechanism": "PLAIN", "producer.security.protocol": "SASL_PLAINTEXT", "producer.sasl.username": "u", "producer.sasl.password": "topsecret"}';
SET ROLE regress_penstock_repl;
SELECT penstock.create_sink('{"name": "x", "connector.class": "io.debezium.connector.postgresql.PostgresConnector", "topic.prefix": "x", "table.include.list": "vault.open", "bootstrap.servers": "127.0.0.1:3"}');
\set VERBOSITY sqlstate
SHOW penstock.worker_config;
\set VERBOSITY default
SET ROLE regress_penstock_none;
SELECT option, message FROM penstock.check_config('{"name": "x", "connector.class": "io.debezium.connector.postgresql.PostgresConnector", "topic.prefix": "x"}') WHERE severity = 'error';
RESET ROLE;
RESET penstock.worker_config;
SET ROLE regress_penstock_repl;

-- another role's sink
SELECT penstock.alter_sink('members');
SELECT penstock.pause_sink('members');
SELECT penstock.resume_sink('members');
SELECT penstock.drop_sink('members');
SELECT penstock.peek_sink('members');
SELECT penstock.sink_tables('members');
SELECT penstock.wait_for_sink('members');
SELECT penstock.pg_stat_reset_penstock('members');

-- each sees its own, the monitor sees all
SELECT name, owner FROM penstock.sinks ORDER BY name;
SET ROLE regress_penstock_member;
SELECT name, owner FROM penstock.sinks ORDER BY name;
SET ROLE regress_penstock_none;
SELECT name, owner FROM penstock.sinks ORDER BY name;
SELECT count(*) FROM penstock.pg_stat_get_penstock_sinks();
SET ROLE regress_penstock_monitor;
SELECT name, owner FROM penstock.sinks ORDER BY name;
SELECT name FROM penstock.pg_stat_penstock_sinks ORDER BY name;
SELECT penstock.drop_sink('members');
SELECT options FROM penstock.sink;

-- the owner and the superuser may
SET ROLE regress_penstock_member;
SELECT penstock.pause_sink('members');
SELECT penstock.drop_sink('members');
RESET ROLE;
SELECT penstock.pause_sink('replicators');
SELECT penstock.drop_sink(name) FROM (VALUES ('replicators'), ('columns'), ('secretive')) AS v(name);
\getenv abs_srcdir PG_ABS_SRCDIR
\set wait_until :abs_srcdir '/sql/include/wait_until.sql'
\i :wait_until
SELECT pg_temp.wait_until('NOT EXISTS (SELECT FROM penstock.sink)');
SET client_min_messages = warning;
DROP SCHEMA vault CASCADE;
REVOKE EXECUTE ON FUNCTION penstock.create_sink(name, text, text[], jsonb, boolean),
    penstock.create_sink(jsonb, jsonb), penstock.alter_sink(name, text[], jsonb),
    penstock.resume_sink(name), penstock.peek_sink(name, int),
    penstock.pg_stat_reset_penstock(name) FROM PUBLIC;
DROP ROLE regress_penstock_none, regress_penstock_repl, regress_penstock_member,
    regress_penstock_creators, regress_penstock_monitor;
