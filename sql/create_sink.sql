-- create_sink in its native form: what it records, and every way to get it wrong.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS penstock;
RESET client_min_messages;
\getenv abs_srcdir PG_ABS_SRCDIR
\set wait_until :abs_srcdir '/sql/include/wait_until.sql'
\i :wait_until
CREATE SCHEMA shop;
CREATE TABLE shop.orders (id int PRIMARY KEY, note text);
CREATE TABLE shop."Odd, name" (id int PRIMARY KEY);
CREATE TABLE shop.log (line text);
CREATE VIEW shop.view AS SELECT 1 AS one;

-- what is recorded
SELECT penstock.create_sink('plain', 'null', ARRAY['shop.orders'], '{"topic.prefix": "shop"}');
SELECT penstock.create_sink('named', connector => 'null', tables => ARRAY['shop.orders', 'shop.Odd, name'],
    options => '{"topic.prefix": "shop", "decimal.handling.mode": "string", "tombstones.on.delete": false, "money.fraction.digits": 3, "tasks.max": 1}');
SELECT penstock.create_sink('slotted', 'null', ARRAY['shop.orders'],
    '{"topic.prefix": "shop", "slot.name": "regress_slot", "snapshot.mode": "no_data"}');
SELECT name, owner::regrole = current_user::regrole AS mine, connector, options,
       regexp_replace(slot_name, '\d+', 'N', 'g') AS slot, generation, paused, dropping
  FROM penstock.sink ORDER BY id;
SELECT * FROM penstock.sink_tables('named');

-- a transaction that is rolled back leaves nothing
BEGIN;
SELECT penstock.create_sink('undone', 'null', ARRAY['shop.orders'], '{"topic.prefix": "shop"}');
ROLLBACK;
SELECT count(*) FROM penstock.sink WHERE name = 'undone';

-- names
SELECT penstock.create_sink('plain', 'null', ARRAY['shop.orders'], '{"topic.prefix": "shop"}');
SELECT penstock.create_sink('plain', 'null', ARRAY['shop.orders'], '{"topic.prefix": "shop"}', if_not_exists => true);
SELECT penstock.create_sink('', 'null', ARRAY['shop.orders'], '{"topic.prefix": "shop"}');
SELECT penstock.create_sink(NULL, 'null');
SELECT penstock.create_sink('x', NULL);
SELECT penstock.create_sink('{"name": "x"}', '{}');

-- connectors and options
SELECT penstock.create_sink('x', 'kafak', ARRAY['shop.orders']);
SELECT penstock.create_sink('x', 'null', ARRAY['shop.orders'], '{"topic.prefix": "shop", "decimal.handling.mod": "string"}');
SELECT penstock.create_sink('x', 'null', ARRAY['shop.orders'], '{"topic.prefix": "shop", "decimal.handling.mode": "exact"}');
SELECT penstock.create_sink('x', 'null', ARRAY['shop.orders'], '{"topic.prefix": "shop", "money.fraction.digits": 1000}');
SELECT penstock.create_sink('x', 'null', ARRAY['shop.orders'], '{"topic.prefix": "shop", "slot.failover": true}');
SELECT penstock.create_sink('x', 'null', ARRAY['shop.orders'], '{"topic.prefix": "shop", "bootstrap.servers": "k:9092"}');
SELECT penstock.create_sink('x', 'null', ARRAY['shop.orders'], '{"topic.prefix": {"a": {}}}');
SELECT penstock.create_sink('x', 'null', ARRAY['shop.orders'], '["topic.prefix"]');
SELECT penstock.create_sink('x', 'null', ARRAY['shop.orders'], '{"topic.prefix": ');
SELECT penstock.create_sink('x', 'kafka', ARRAY['shop.orders'], '{"topic.prefix": "shop"}');
SELECT penstock.create_sink('x', 'null', ARRAY['shop.orders'], '{"topic.prefix": "shop", "table.include.list": "shop.orders"}');
SELECT penstock.create_sink('x', 'null', ARRAY['shop.orders'], '{"topic.prefix": "shop", "slot.name": "Not A Slot"}');

-- tables
SELECT penstock.create_sink('x', 'null', ARRAY['orders'], '{"topic.prefix": "shop"}');
SELECT penstock.create_sink('x', 'null', ARRAY['shop.missing'], '{"topic.prefix": "shop"}');
SELECT penstock.create_sink('x', 'null', ARRAY['nowhere.orders'], '{"topic.prefix": "shop"}');
SELECT penstock.create_sink('x', 'null', ARRAY['shop.view'], '{"topic.prefix": "shop"}');
SELECT penstock.create_sink('x', 'null', ARRAY['shop.orders', NULL], '{"topic.prefix": "shop"}');

CREATE TABLE shop.sales (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE shop.sales_1 PARTITION OF shop.sales FOR VALUES FROM (0) TO (100);
CREATE UNLOGGED TABLE shop.unlogged (id int PRIMARY KEY);
SELECT penstock.create_sink('x', 'null', ARRAY['shop.unlogged'], '{"topic.prefix": "shop"}');
SELECT penstock.create_sink('x', 'null', ARRAY['shop.sales'], '{"topic.prefix": "shop"}');
BEGIN;
SELECT penstock.create_sink('root', 'null', ARRAY['shop.sales'], '{"topic.prefix": "shop", "publish.via.partition.root": true}');
SELECT relation FROM penstock.sink_tables('root');
SELECT penstock.create_sink('leaf', 'null', ARRAY['shop.sales_1'], '{"topic.prefix": "shop"}');
SELECT relation FROM penstock.sink_tables('leaf');
ROLLBACK;
SELECT penstock.create_sink('x', 'null', '{}', '{"topic.prefix": "shop"}');

-- a table whose updates would carry no key
SELECT penstock.create_sink('x', 'null', ARRAY['shop.*'], '{"topic.prefix": "shop"}');
SELECT penstock.create_sink('lax', 'null', ARRAY['shop.*'], '{"topic.prefix": "shop", "identity.missing": "skip"}');
SELECT * FROM penstock.sink_tables('lax');

-- a prefix for topics and a table that is not there yet
BEGIN;
SELECT regexp_replace(penstock.create_sink('later', 'null', options => '{"table.include.list": "later\\..*", "topic.prefix": "l"}'), '\d', 'N');
ROLLBACK;

-- a slot of this name is there already
SELECT 1 FROM pg_create_physical_replication_slot('regress_taken');
SELECT penstock.create_sink('x', 'null', ARRAY['shop.orders'], '{"topic.prefix": "shop", "slot.name": "regress_taken"}');
SELECT pg_drop_replication_slot('regress_taken');

-- a slot belongs to one sink, and no given name blocks one that is made up
BEGIN;
SELECT penstock.create_sink('x', 'null', ARRAY['shop.orders'], '{"topic.prefix": "shop", "slot.name": "regress_shared"}');
SAVEPOINT s;
SELECT penstock.create_sink('y', 'null', ARRAY['shop.orders'], '{"topic.prefix": "shop", "slot.name": "regress_shared"}');
ROLLBACK TO s;
SELECT penstock.create_sink('y', 'null', ARRAY['shop.orders'], jsonb_build_object('topic.prefix', 'shop', 'slot.name',
    format('penstock_%s_%s', d.oid, s.id + 3))) FROM pg_database AS d, penstock.sink AS s WHERE d.datname = current_database() AND s.name = 'x';
SELECT penstock.create_sink('z', 'null', ARRAY['shop.orders'], '{"topic.prefix": "shop"}');
SELECT count(DISTINCT slot_name) FROM penstock.sink WHERE name IN ('x', 'y', 'z');
ROLLBACK;

-- drop, twice, and by those who may not exist
SELECT penstock.drop_sink('missing');
SELECT penstock.drop_sink('missing', if_exists => true);
SELECT penstock.drop_sink(name) FROM (VALUES ('plain'), ('named'), ('slotted'), ('lax')) AS v(name);
-- worker and slot go first, then the row
SELECT pg_temp.wait_until('NOT EXISTS (SELECT FROM penstock.sink)');
SELECT count(*) FROM pg_replication_slots WHERE plugin = 'penstock_output';
SET client_min_messages = warning;
DROP SCHEMA shop CASCADE;
