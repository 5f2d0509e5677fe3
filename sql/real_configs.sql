-- A dozen connector configurations of the kinds people run, pasted as they are: what each one meets, and
-- that those without errors become sinks.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS penstock;
RESET client_min_messages;
CREATE SCHEMA pasted;
CREATE TABLE pasted.orders (id int PRIMARY KEY, email text, note text, total numeric(12,2));
CREATE TABLE pasted.customers (id int PRIMARY KEY, email text);
CREATE TEMP TABLE posted (name text, config jsonb, worker jsonb);
\set worker '{"bootstrap.servers": "127.0.0.1:1", "key.converter": "org.apache.kafka.connect.json.JsonConverter", "key.converter.schemas.enable": "false", "value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "false"}'
CREATE FUNCTION pasted.add(worker text, config text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO posted
    SELECT coalesce(c->>'name', c->'config'->>'name'), c, worker::jsonb
      FROM (SELECT replace(config, '$DB', current_database())::jsonb AS c) AS parsed
$$;

-- a managed database, with encryption, heartbeats against a busy neighbour, and a filtered publication
SELECT pasted.add(:'worker', '{"name": "managed", "config": {
  "connector.class": "io.debezium.connector.postgresql.PostgresConnector", "tasks.max": "1", "plugin.name": "pgoutput",
  "database.hostname": "prod.abcdef.eu-west-1.rds.amazonaws.com", "database.port": "5432", "database.user": "replicator",
  "database.password": "correct-horse", "database.dbname": "$DB", "database.sslmode": "verify-full",
  "database.sslrootcert": "/etc/ssl/rds-ca.pem", "database.tcpKeepAlive": "true",
  "topic.prefix": "prod", "slot.name": "managed_slot", "publication.name": "managed_pub", "publication.autocreate.mode": "filtered",
  "table.include.list": "pasted.orders,pasted.customers", "snapshot.mode": "initial", "snapshot.locking.mode": "none",
  "slot.max.retries": "10", "slot.retry.delay.ms": "5000", "status.update.interval.ms": "5000",
  "retriable.restart.connector.wait.ms": "30000", "tombstones.on.delete": "false", "decimal.handling.mode": "string"}}');

-- numbers for readers that know no decimals, times for Connect, larger queues
SELECT pasted.add(:'worker', '{"name": "analytics", "config": {
  "connector.class": "io.debezium.connector.postgresql.PostgresConnector", "plugin.name": "pgoutput",
  "database.hostname": "pg", "database.user": "u", "database.password": "p", "database.dbname": "$DB",
  "topic.prefix": "analytics", "table.include.list": "pasted\\.(orders|customers)",
  "decimal.handling.mode": "double", "time.precision.mode": "connect", "interval.handling.mode": "string", "binary.handling.mode": "base64",
  "include.unknown.datatypes": "true", "max.batch.size": "8192", "max.queue.size": "32768", "max.queue.size.in.bytes": "268435456",
  "poll.interval.ms": "250", "snapshot.fetch.size": "20000", "snapshot.max.threads": "4", "incremental.snapshot.chunk.size": "4096",
  "topic.creation.enable": "true", "topic.creation.default.replication.factor": "3", "topic.creation.default.partitions": "6"}}');

-- rows alone for a table or an index at the other end, topics without the prefix
SELECT pasted.add(:'worker', '{"name": "rows", "config": {
  "connector.class": "io.debezium.connector.postgresql.PostgresConnector", "plugin.name": "pgoutput", "slot.name": "rows_slot",
  "database.hostname": "pg", "database.user": "u", "database.password": "p", "database.dbname": "$DB",
  "topic.prefix": "rows", "table.include.list": "pasted.orders", "key.converter.schemas.enable": "false",
  "transforms": "unwrap,short", "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
  "transforms.unwrap.delete.tombstone.handling.mode": "rewrite", "transforms.unwrap.add.fields": "op,table,lsn,source.ts_ms",
  "transforms.short.type": "org.apache.kafka.connect.transforms.RegexRouter",
  "transforms.short.regex": "rows\\.pasted\\.(.+)", "transforms.short.replacement": "$1"}}');

-- the same from the time of Debezium 1
SELECT pasted.add(:'worker', '{"name": "old_rows", "config": {
  "connector.class": "io.debezium.connector.postgresql.PostgresConnector", "plugin.name": "wal2json_rds_streaming",
  "database.hostname": "pg", "database.port": "5432", "database.user": "u", "database.password": "p", "database.dbname": "$DB",
  "database.server.name": "old", "schema.whitelist": "pasted", "column.blacklist": "pasted.orders.note", "slot.drop_on_stop": "false",
  "transforms": "unwrap", "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
  "transforms.unwrap.drop.tombstones": "false", "transforms.unwrap.delete.handling.mode": "rewrite"}}');

-- as an operator writes it: flat, numbers and booleans unquoted, secrets from files
SELECT pasted.add('{"bootstrap.servers": "127.0.0.1:1", "group.id": "connect", "offset.storage.topic": "o", "config.storage.topic": "c", "status.storage.topic": "s", "config.storage.replication.factor": "-1", "config.providers": "file", "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider", "key.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter": "org.apache.kafka.connect.json.JsonConverter"}',
 '{"name": "operator", "connector.class": "io.debezium.connector.postgresql.PostgresConnector", "tasks.max": 1,
  "database.hostname": "postgres.db.svc", "database.port": 5432, "database.user": "${file:/opt/kafka/external-configuration/db/user.properties:user}",
  "database.password": "${file:/opt/kafka/external-configuration/db/user.properties:password}", "database.dbname": "$DB",
  "topic.prefix": "cluster", "plugin.name": "pgoutput", "publication.autocreate.mode": "disabled", "publication.name": "made_by_hand",
  "schema.include.list": "pasted", "snapshot.mode": "no_data", "tombstones.on.delete": true, "provide.transaction.metadata": false}');

-- personal data: left out, masked, hashed, cut
SELECT pasted.add(:'worker', '{"name": "private", "config": {
  "connector.class": "io.debezium.connector.postgresql.PostgresConnector", "plugin.name": "pgoutput",
  "database.hostname": "pg", "database.user": "u", "database.password": "p", "database.dbname": "$DB",
  "topic.prefix": "private", "schema.include.list": "pasted", "table.exclude.list": "pasted.audit.*",
  "column.exclude.list": "pasted.customers.phone", "column.mask.with.8.chars": "pasted.customers.email",
  "column.mask.hash.v2.SHA-256.with.salt.CzQMA0cB5K": "pasted.orders.email", "column.truncate.to.64.chars": "pasted.orders.note",
  "message.key.columns": "pasted.orders:email", "column.propagate.source.type": "pasted\\.orders\\..*"}}');

-- a hosted broker with a password, compression and large messages
SELECT pasted.add('{"bootstrap.servers": "127.0.0.1:1", "security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN", "producer.security.protocol": "SASL_PLAINTEXT", "producer.sasl.mechanism": "PLAIN", "producer.sasl.jaas.config": "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"KEY\" password=\"not-shown\";", "key.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "false"}',
 '{"name": "hosted", "config": {
  "connector.class": "PostgresConnector", "database.hostname": "pg", "database.user": "u", "database.password": "p", "database.dbname": "$DB",
  "topic.prefix": "hosted", "table.include.list": "pasted.orders", "producer.override.compression.type": "zstd",
  "producer.override.max.request.size": "10485760", "producer.override.linger.ms": "20", "producer.override.batch.size": "262144"}}');

-- only what is new, each operation but deletes, large values named, no headers
SELECT pasted.add(:'worker', '{"name": "appending", "config": {
  "connector.class": "io.debezium.connector.postgresql.PostgresConnector", "plugin.name": "pgoutput",
  "database.hostname": "pg", "database.user": "u", "database.password": "p", "database.dbname": "$DB",
  "topic.prefix": "appending", "topic.delimiter": "-", "table.include.list": "pasted.orders", "skipped.operations": "d,t",
  "snapshot.mode": "never", "unavailable.value.placeholder": "__unchanged", "extended.headers.enabled": "false",
  "event.converting.failure.handling.mode": "fail", "schema.refresh.mode": "columns_diff_exclude_unchanged_toast"}}');

-- what is refused: signals by Kafka
SELECT pasted.add(:'worker', '{"name": "signals", "config": {
  "connector.class": "io.debezium.connector.postgresql.PostgresConnector", "plugin.name": "pgoutput",
  "database.hostname": "pg", "database.user": "u", "database.password": "p", "database.dbname": "$DB", "topic.prefix": "signals",
  "table.include.list": "pasted.orders", "signal.data.collection": "pasted.debezium_signal", "signal.enabled.channels": "source,kafka",
  "signal.kafka.topic": "signals", "signal.kafka.bootstrap.servers": "kafka:9092", "incremental.snapshot.chunk.size": "10000"}}');

-- what is refused: exactly once, dropping the slot, leaving errors out
SELECT pasted.add(:'worker', '{"name": "strict", "config": {
  "connector.class": "io.debezium.connector.postgresql.PostgresConnector", "plugin.name": "pgoutput",
  "database.hostname": "pg", "database.user": "u", "database.password": "p", "database.dbname": "$DB", "topic.prefix": "strict",
  "table.include.list": "pasted.orders", "exactly.once.support": "required", "transaction.boundary": "poll", "slot.drop.on.stop": "true",
  "errors.tolerance": "all", "errors.log.enable": "true", "event.processing.failure.handling.mode": "skip"}}');

-- what is refused: Java of one's own
SELECT pasted.add(:'worker', '{"name": "java", "config": {
  "connector.class": "io.debezium.connector.postgresql.PostgresConnector", "plugin.name": "pgoutput",
  "database.hostname": "pg", "database.user": "u", "database.password": "p", "database.dbname": "$DB", "topic.prefix": "java",
  "table.include.list": "pasted.orders", "converters": "money", "money.type": "com.example.MoneyConverter",
  "transforms": "key", "transforms.key.type": "org.apache.kafka.connect.transforms.ValueToKey", "transforms.key.fields": "id"}}');

-- what is refused: a broker that signs with the cloud's own Java module, and an option that was removed
SELECT pasted.add(:'worker', '{"name": "cloud", "config": {
  "connector.class": "io.debezium.connector.postgresql.PostgresConnector", "plugin.name": "pgoutput",
  "database.hostname": "pg", "database.user": "u", "database.password": "p", "database.dbname": "$DB", "topic.prefix": "cloud",
  "table.include.list": "pasted.orders", "producer.override.security.protocol": "SASL_SSL", "producer.override.sasl.mechanism": "AWS_MSK_IAM",
  "producer.override.sasl.jaas.config": "software.amazon.msk.auth.iam.IAMLoginModule required;",
  "event.deserialization.failure.handling.mode": "warn", "producer.override.acks": "1"}}');

\pset format unaligned
SELECT p.name, c.option, c.message
  FROM posted AS p, penstock.check_config(p.config, p.worker) AS c
 WHERE c.severity = 'error' ORDER BY p.name COLLATE "C", c.option COLLATE "C", c.message COLLATE "C";
-- nothing is passed over in silence: every property is an option of the sink, or has a notice
SELECT p.name, key
  FROM posted AS p, jsonb_object_keys(coalesce(p.config->'config', p.config)) AS key
 WHERE key NOT IN ('name', 'connector.class') AND key !~ '^transforms' AND NOT EXISTS (
       SELECT FROM penstock.check_config(p.config, p.worker) AS c WHERE c.option = key)
   AND NOT EXISTS (SELECT FROM penstock.options AS o WHERE o.support = 'implemented' AND o.scope IN ('event', 'source', 'kafka')
       AND (o.name = key OR o.name LIKE '%*' AND starts_with(key, rtrim(o.name, '*'))))
   AND key <> 'database.dbname';
SET client_min_messages = warning;
CREATE PUBLICATION managed_pub FOR TABLE pasted.orders, pasted.customers;
CREATE PUBLICATION made_by_hand FOR TABLE pasted.orders;
SELECT p.name, (SELECT penstock.create_sink(p.config, p.worker)) AS sink FROM posted AS p
 WHERE NOT EXISTS (SELECT FROM penstock.check_config(p.config, p.worker) AS c WHERE c.severity = 'error') ORDER BY p.name COLLATE "C";
SELECT name, connector, options->>'topic.prefix' AS prefix, options->>'debezium.quirks' AS quirks,
       options::text ~ 'correct-horse|not-shown|database\.' AS tells_secrets
  FROM penstock.sinks WHERE options->>'topic.prefix' IS NOT NULL ORDER BY name COLLATE "C";
SELECT count(penstock.drop_sink(name)) AS dropped FROM penstock.sinks AS s JOIN posted AS p USING (name);
DROP PUBLICATION managed_pub, made_by_hand;
DROP SCHEMA pasted CASCADE;
