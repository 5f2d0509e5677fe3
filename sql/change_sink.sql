-- alter_sink, pause_sink, resume_sink, drop_sink: what they leave in the catalogue.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS penstock;
RESET client_min_messages;
\getenv abs_srcdir PG_ABS_SRCDIR
\set wait_until :abs_srcdir '/sql/include/wait_until.sql'
\i :wait_until
CREATE SCHEMA change;
CREATE TABLE change.a (id int PRIMARY KEY);
CREATE TABLE change.b (id int PRIMARY KEY);
CREATE TABLE change.keyless (id int);
SELECT penstock.create_sink('changing', 'null', ARRAY['change.a'], '{"topic.prefix": "c"}');
CREATE VIEW pg_temp.shown AS
    SELECT options, generation, paused, dropping FROM penstock.sink WHERE name = 'changing';

-- options: given ones are set, null ones go, the others stay
SELECT penstock.alter_sink('changing', options => '{"decimal.handling.mode": "string", "money.fraction.digits": 1}');
SELECT * FROM pg_temp.shown;
SELECT penstock.alter_sink('changing', options => '{"decimal.handling.mode": null, "tombstones.on.delete": false}');
SELECT * FROM pg_temp.shown;

-- tables
SELECT penstock.alter_sink('changing', ARRAY['change.a', 'change.b']);
SELECT * FROM pg_temp.shown;
SELECT relation FROM penstock.sink_tables('changing');
SELECT penstock.alter_sink('changing', ARRAY['change.*']);
SELECT penstock.alter_sink('changing', ARRAY['change.*'], '{"identity.missing": "fail"}');
SELECT relation FROM penstock.sink_tables('changing');

-- what is refused changes nothing
SELECT penstock.alter_sink('changing', options => '{"decimal.handling.mode": "exact"}');
SELECT penstock.alter_sink('changing', options => '{"decimal.handling": "string"}');
SELECT penstock.alter_sink('changing', options => '{"slot.name": "other"}');
SELECT penstock.alter_sink('changing', options => '{"topic.prefix": null}');
SELECT penstock.alter_sink('changing', options => '{"snapshot.mode": "initial_only"}');
BEGIN;
SELECT penstock.create_sink('once', 'null', ARRAY['change.a'], '{"topic.prefix": "c", "snapshot.mode": "initial_only"}');
SAVEPOINT s;
SELECT penstock.alter_sink('once', options => '{"snapshot.mode": null}');
ROLLBACK TO s;
SELECT penstock.alter_sink('once', options => '{"snapshot.mode": "no_data"}');
ROLLBACK TO s;
SELECT penstock.alter_sink('once', options => '{"snapshot.mode": "INITIAL_ONLY", "money.fraction.digits": 1}');
ROLLBACK;
SELECT penstock.alter_sink('changing', ARRAY['change.missing']);
SELECT penstock.alter_sink('changing', ARRAY['change.a'], '{"table.include.list": "x"}');
SELECT penstock.alter_sink('missing');
SELECT penstock.alter_sink(NULL);
SELECT * FROM pg_temp.shown;

-- pause and resume; the generation tells a worker to begin again
SELECT penstock.pause_sink('changing');
SELECT * FROM pg_temp.shown;
SELECT penstock.pause_sink('changing');
SELECT penstock.resume_sink('changing');
SELECT * FROM pg_temp.shown;
SELECT penstock.pause_sink('missing');
SELECT penstock.resume_sink('missing');
BEGIN;
SELECT penstock.pause_sink('changing');
ROLLBACK;
SELECT paused FROM pg_temp.shown;

-- a sink that is being dropped can only go
BEGIN;
SELECT penstock.drop_sink('changing');
SELECT dropping FROM pg_temp.shown;
SELECT penstock.drop_sink('changing');
SAVEPOINT s;
SELECT penstock.alter_sink('changing', ARRAY['change.a']);
ROLLBACK TO s;
SELECT penstock.pause_sink('changing');
ROLLBACK TO s;
SELECT penstock.resume_sink('changing');
ROLLBACK TO s;
SELECT penstock.create_sink('changing', 'null', ARRAY['change.a'], '{"topic.prefix": "c"}');
ROLLBACK;
SELECT dropping FROM pg_temp.shown;

SELECT penstock.drop_sink('changing');
-- the name is free again as soon as the slot is gone: create_sink waits for that
SELECT penstock.create_sink('changing', 'null', ARRAY['change.a'], '{"topic.prefix": "again"}');
SELECT options, generation FROM pg_temp.shown;
SELECT penstock.drop_sink('changing');
SELECT pg_temp.wait_until('NOT EXISTS (SELECT FROM penstock.sink)');
SET client_min_messages = warning;
DROP SCHEMA change CASCADE;
