-- Corners of running sinks: messages outside transactions, tables that are gone.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS penstock;
RESET client_min_messages;
CREATE ROLE regress_penstock_edges REPLICATION;
CREATE SCHEMA edges AUTHORIZATION regress_penstock_edges;
CREATE TABLE edges.t (id int PRIMARY KEY);
GRANT SELECT ON edges.t TO regress_penstock_edges;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA penstock TO regress_penstock_edges;
\getenv abs_srcdir PG_ABS_SRCDIR
\set wait_until :abs_srcdir '/sql/include/wait_until.sql'
\i :wait_until
SET ROLE regress_penstock_edges;
SELECT penstock.create_sink('edges', 'null', ARRAY['edges.*'], '{"topic.prefix": "e", "schemas.enable": "false"}');
SELECT penstock.wait_for_sink('edges', timeout => '30s') IS NOT NULL AS delivered;

-- no transaction follows, the position moves all the same
SELECT 'sent' FROM pg_logical_emit_message(false, 'beat', 'x');
RESET ROLE;
-- makes sure that the message is flushed
CREATE TABLE edges.flush ();
DROP TABLE edges.flush;
SELECT penstock.wait_for_sink('edges', timeout => '30s') IS NOT NULL AS delivered;
SELECT pg_temp.wait_until('(SELECT event_count = 1 FROM penstock.pg_stat_penstock_sinks WHERE name = ''edges'')');
SELECT event_count, in_flight_count FROM penstock.pg_stat_penstock_sinks WHERE name = 'edges';

-- a sink that was just resumed does not count as paused
SELECT penstock.pause_sink('edges');
SELECT penstock.resume_sink('edges');
SELECT penstock.wait_for_sink('edges', timeout => '30s') IS NOT NULL AS delivered;
SELECT penstock.pause_sink('edges');
SELECT penstock.resume_sink('edges');
SELECT penstock.wait_for_sink('edges', timeout => '30s') IS NOT NULL AS delivered;
SELECT penstock.pause_sink('edges');
SELECT penstock.resume_sink('edges');
SELECT penstock.wait_for_sink('edges', timeout => '30s') IS NOT NULL AS delivered;
SELECT penstock.pause_sink('edges');
SELECT penstock.resume_sink('edges');
SELECT penstock.wait_for_sink('edges', timeout => '30s') IS NOT NULL AS delivered;
SELECT penstock.pause_sink('edges');
SELECT penstock.resume_sink('edges');
SELECT penstock.wait_for_sink('edges', timeout => '30s') IS NOT NULL AS delivered;

-- a table that the owner could not read is not shown because it is gone
SELECT penstock.pause_sink('edges');
SELECT pg_temp.wait_until('(SELECT state = ''paused'' FROM penstock.sinks WHERE name = ''edges'')');
CREATE TABLE edges.secret (id int PRIMARY KEY, word text);
INSERT INTO edges.secret VALUES (1, 'hunter2');
DROP TABLE edges.secret;
\set SHOW_CONTEXT never
SET ROLE regress_penstock_edges;
SELECT count(*) FROM penstock.peek_sink('edges');
RESET ROLE;
SELECT penstock.drop_sink('edges');
SELECT pg_temp.wait_until('NOT EXISTS (SELECT FROM penstock.sink)');
SET client_min_messages = warning;
DROP SCHEMA edges CASCADE;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA penstock FROM regress_penstock_edges;
DROP ROLE regress_penstock_edges;
