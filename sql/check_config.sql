-- Configurations as people post them to Kafka Connect, checked without doing anything.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS penstock;
RESET client_min_messages;
SELECT current_database() AS db \gset
\set worker '{"bootstrap.servers": "kafka:9092", "group.id": "1", "key.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter": "org.apache.kafka.connect.json.JsonConverter", "config.storage.topic": "my_connect_configs", "offset.storage.topic": "my_connect_offsets", "status.storage.topic": "my_connect_statuses"}'
CREATE FUNCTION pg_temp.check_config(config text, worker text DEFAULT NULL,
    OUT severity text, OUT option text, OUT message text, OUT hint text)
RETURNS SETOF record LANGUAGE sql AS $$
    -- the name of the database differs between runs
    SELECT severity, option, replace(message, current_database(), 'DB'),
           replace(hint, current_database(), 'DB')
      FROM penstock.check_config(replace(config, '$DB', current_database())::jsonb, worker::jsonb)
     ORDER BY severity, option COLLATE "C", message COLLATE "C"
$$;

-- 1. Debezium's tutorial, as in its documentation today
SELECT severity, option, message FROM pg_temp.check_config('{
  "name": "inventory-connector",
  "config": {
    "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
    "tasks.max": "1",
    "database.hostname": "postgres",
    "database.port": "5432",
    "database.user": "postgres",
    "database.password": "postgres",
    "database.dbname": "$DB",
    "topic.prefix": "dbserver1",
    "schema.include.list": "inventory"
  }}', :'worker');

-- 2. the same from the time of Debezium 1
SELECT severity, option, message FROM pg_temp.check_config('{
  "name": "inventory-connector",
  "config": {
    "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
    "tasks.max": "1",
    "plugin.name": "wal2json",
    "database.hostname": "postgres",
    "database.port": "5432",
    "database.user": "postgres",
    "database.password": "postgres",
    "database.dbname": "$DB",
    "database.server.name": "dbserver1",
    "schema.whitelist": "inventory",
    "database.history.kafka.bootstrap.servers": "kafka:9092",
    "database.history.kafka.topic": "schema-changes.inventory",
    "snapshot.mode": "exported"
  }}', :'worker');

-- 3. flat form, unwrap and RegexRouter
SELECT severity, option, message FROM pg_temp.check_config('{
  "name": "users",
  "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
  "database.hostname": "db", "database.user": "u", "database.password": "p", "database.dbname": "$DB",
  "topic.prefix": "app", "table.include.list": "public.users", "plugin.name": "pgoutput",
  "publication.autocreate.mode": "filtered", "slot.name": "users_slot",
  "transforms": "unwrap,route",
  "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
  "transforms.unwrap.drop.tombstones": "false",
  "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
  "transforms.route.regex": "([^.]+)\\.([^.]+)\\.([^.]+)",
  "transforms.route.replacement": "$3"
 }', :'worker');

-- 4. the bank: full identity, decimal as strings, own converters without schemas
SELECT severity, option, message FROM pg_temp.check_config('{
  "name": "bank", "config": {
    "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
    "plugin.name": "pgoutput",
    "database.hostname": "postgres", "database.port": 5432, "database.user": "postgres",
    "database.password": "postgres", "database.dbname": "$DB",
    "database.server.name": "bankserver1", "table.include.list": "bank.holding",
    "value.converter": "org.apache.kafka.connect.json.JsonConverter",
    "value.converter.schemas.enable": false,
    "key.converter": "org.apache.kafka.connect.json.JsonConverter",
    "key.converter.schemas.enable": false,
    "decimal.handling.mode": "string"
  }}', :'worker');

-- 5. Avro and a schema registry
SELECT * FROM pg_temp.check_config('{
  "name": "students", "config": {
    "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
    "topic.prefix": "students",
    "key.converter": "io.confluent.connect.avro.AvroConverter",
    "key.converter.schema.registry.url": "http://schema-registry:8081",
    "value.converter": "io.confluent.connect.avro.AvroConverter",
    "value.converter.schema.registry.url": "http://schema-registry:8081"
  }}', '{"bootstrap.servers": "kafka:9092"}');

-- 6. the outbox
SELECT * FROM pg_temp.check_config('{
  "name": "outbox", "config": {
    "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
    "topic.prefix": "o", "bootstrap.servers": "kafka:9092", "tombstones.on.delete": "false",
    "table.include.list": "public.outbox",
    "transforms": "outbox",
    "transforms.outbox.type": "io.debezium.transforms.outbox.EventRouter"
  }}', :'worker') WHERE severity = 'error';

-- 7. heartbeats, signals and notifications
SELECT * FROM pg_temp.check_config('{
  "name": "busy", "config": {
    "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
    "topic.prefix": "busy",
    "heartbeat.interval.ms": "10000",
    "heartbeat.action.query": "INSERT INTO heartbeat (ts) VALUES (now())",
    "signal.data.collection": "public.debezium_signal",
    "notification.enabled.channels": "sink",
    "notification.sink.topic.name": "n",
    "max.batch.size": "4096", "max.queue.size": "16384", "poll.interval.ms": "100"
  }}', :'worker') WHERE option !~ 'storage|group';

-- 8. topic creation and producer settings
SELECT severity, option, message FROM pg_temp.check_config('{
  "name": "topics", "config": {
    "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
    "topic.prefix": "t",
    "topic.creation.default.partitions": "3",
    "topic.creation.default.replication.factor": "1",
    "topic.creation.default.cleanup.policy": "compact",
    "producer.override.compression.type": "lz4"
  }}', '{"bootstrap.servers": "kafka:9092", "producer.linger.ms": "50", "plugin.path": "/kafka/connect", "rest.port": "8083", "listeners": "http://0.0.0.0:8083"}');

-- 9. secrets through Kafka Connect's providers
SELECT severity, option, message FROM pg_temp.check_config('{
  "name": "secret", "config": {
    "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
    "topic.prefix": "s", "database.dbname": "${file:/opt/secrets.properties:db}",
    "database.password": "${file:/opt/secrets.properties:password}",
    "producer.override.security.protocol": "SASL_SSL",
    "producer.override.sasl.mechanism": "PLAIN",
    "producer.override.sasl.jaas.config": "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\"topsecret\";"
  }}', :'worker') WHERE option !~ 'storage|group';

-- 10. column filters, message keys, types
SELECT severity, option, message FROM pg_temp.check_config('{
  "name": "columns", "config": {
    "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
    "topic.prefix": "c",
    "column.exclude.list": "public.users.password,public.users.token",
    "message.key.columns": "public.users:email",
    "time.precision.mode": "connect", "hstore.handling.mode": "map", "interval.handling.mode": "string",
    "binary.handling.mode": "base64", "include.unknown.datatypes": "true",
    "skipped.operations": "none", "snapshot.mode": "never", "snapshot.locking.mode": "none",
    "provide.transaction.metadata": "false", "sanitize.field.names": "true"
  }}', :'worker') WHERE option !~ 'storage|group';

-- 11. masks
SELECT severity, option, message FROM pg_temp.check_config('{
  "name": "masks", "config": {
    "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
    "topic.prefix": "m", "column.mask.with.10.chars": "public.users.ssn",
    "column.mask.hash.v2.SHA-256.with.salt.pepper": "public.users.name",
    "column.truncate.to.20.chars": "public.users.about", "column.propagate.source.type": ".*"
  }}', :'worker') WHERE option LIKE 'column%';
SELECT severity, option, message, hint FROM pg_temp.check_config('{
  "name": "masks", "config": {
    "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
    "topic.prefix": "m", "column.mask.hash.v2.MD2.with.salt.pepper": "public.users.name"
  }}', :'worker') WHERE severity = 'error';

-- 12. another connector, and another database
SELECT * FROM pg_temp.check_config('{
  "name": "mysql", "config": {
    "connector.class": "io.debezium.connector.mysql.MySqlConnector",
    "database.server.id": "184054", "topic.prefix": "m", "database.dbname": "elsewhere"
  }}', :'worker') WHERE severity = 'error';

-- 13. a typing error, a wrong value, a missing host
SELECT * FROM pg_temp.check_config('{
  "name": "typo", "config": {
    "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
    "topic.prefix": "t", "table.include.lst": "a.b", "decimal.handling.mode": "exact",
    "tombstones.on.delete": "perhaps"
  }}', '{"key.converter": "org.apache.kafka.connect.json.JsonConverter"}') WHERE severity = 'error';
SELECT * FROM pg_temp.check_config('{
  "name": "nohost", "config": {
    "connector.class": "io.debezium.connector.postgresql.PostgresConnector", "topic.prefix": "t"
  }}') WHERE severity = 'error';

-- 14. not a configuration at all
SELECT * FROM pg_temp.check_config('[]');
SELECT * FROM pg_temp.check_config('{}');
SELECT * FROM pg_temp.check_config('{"name": "x", "config": {"a": {"b": {"c": 1}}}}');
SELECT penstock.check_config(NULL);
