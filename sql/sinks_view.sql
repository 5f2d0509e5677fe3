-- A sink that runs: views, statistics, wait_for_sink, peek_sink.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS penstock;
RESET client_min_messages;
CREATE SCHEMA run;
CREATE TABLE run.t (id int PRIMARY KEY, v text);
INSERT INTO run.t VALUES (1, 'there before'), (2, 'as well');
\getenv abs_srcdir PG_ABS_SRCDIR
\set wait_until :abs_srcdir '/sql/include/wait_until.sql'
\i :wait_until
SELECT penstock.create_sink('running', 'null', ARRAY['run.t'],
    '{"topic.prefix": "r", "schemas.enable": false}');
SELECT penstock.wait_for_sink('running', timeout => '30s') IS NOT NULL AS delivered;

SELECT name, connector, owner = current_user AS mine, state, state_since IS NOT NULL AS since, reason,
       position IS NOT NULL AS position, slot ~ '^penstock_\d+_\d+$' AS slot, lag_bytes >= 0 AS lag,
       retained_wal_bytes >= 0 AS retained, snapshot_completed_at IS NOT NULL AS snapshot,
       snapshot_row_count, options
  FROM penstock.sinks;

INSERT INTO run.t SELECT g, 'v' FROM generate_series(3, 12) g;
UPDATE run.t SET v = 'w' WHERE id = 3;
DELETE FROM run.t WHERE id = 4;
SELECT penstock.wait_for_sink('running', timeout => '30s') IS NOT NULL AS delivered;
-- 2 rows of the snapshot, 10 inserts, an update, a delete with its tombstone. The counters may
-- follow the position by a moment.
SELECT pg_temp.wait_until('(SELECT event_count = 15 AND last_commit_time IS NOT NULL FROM penstock.pg_stat_penstock_sinks)');
SELECT name, state, pid IS NOT NULL AS pid, event_count, event_bytes > 0 AS bytes, snapshot_row_count,
       transaction_count >= 3 AS transactions, in_flight_count, failures, last_error,
       last_delivered_lsn IS NOT NULL AS delivered, last_commit_time IS NOT NULL AS commit_time
  FROM penstock.pg_stat_penstock_sinks;
SELECT bgw.backend_type, bgw.datname = current_database() AS here
  FROM pg_stat_activity bgw JOIN penstock.pg_stat_penstock_sinks s USING (pid);

SELECT penstock.pg_stat_reset_penstock('running') IS NOT NULL AS reset;
SELECT event_count, snapshot_row_count, stats_reset IS NOT NULL AS reset
  FROM penstock.pg_stat_penstock_sinks;

-- a transaction that has written would wait for itself
BEGIN;
INSERT INTO run.t VALUES (100, 'x');
SELECT penstock.wait_for_sink('running');
ROLLBACK;
SELECT penstock.wait_for_sink('missing');
SELECT penstock.wait_for_sink(NULL);
SELECT penstock.wait_for_sink('running', timeout => '-1s');
-- an LSN that is far away
DO $$
BEGIN
    PERFORM penstock.wait_for_sink('running', 'FFFFFFFF/0', '50ms');
EXCEPTION WHEN query_canceled THEN
    RAISE NOTICE '%', SQLERRM;
END $$;

-- a paused sink holds its place: what comes next can be looked at without taking it
SELECT penstock.pause_sink('running');
SELECT pg_temp.wait_until('(SELECT state = ''paused'' FROM penstock.sinks WHERE name = ''running'')');
SELECT name, state FROM penstock.sinks;
INSERT INTO run.t VALUES (20, 'peek');
DELETE FROM run.t WHERE id = 20;
SELECT topic, key, value::jsonb ->> 'op' AS op, value::jsonb -> 'after' AS after,
       headers ? '__debezium.context.connectorName' AS headers, lsn IS NOT NULL AS lsn
  FROM penstock.peek_sink('running');
SELECT count(*) FROM penstock.peek_sink('running', 2);
SELECT count(*) FROM penstock.peek_sink('running', "limit" => 0);
SELECT count(*) FROM penstock.peek_sink('running');
SELECT count(*) AS left_over FROM pg_replication_slots WHERE temporary;
DO $$
BEGIN
    PERFORM penstock.wait_for_sink('running', timeout => '1s');
EXCEPTION WHEN object_not_in_prerequisite_state THEN
    RAISE NOTICE '%', SQLERRM;
END $$;
SELECT penstock.resume_sink('running');
SELECT pg_temp.wait_until('(SELECT state = ''streaming'' FROM penstock.sinks WHERE name = ''running'')');
SELECT penstock.wait_for_sink('running', timeout => '30s') IS NOT NULL AS delivered;
-- nothing is left, and what was peeked was delivered
SELECT count(*) FROM penstock.peek_sink('running');
SELECT pg_temp.wait_until('(SELECT event_count >= 3 FROM penstock.pg_stat_penstock_sinks)');
SELECT event_count FROM penstock.pg_stat_penstock_sinks;

SELECT penstock.drop_sink('running');
SELECT pg_temp.wait_until('NOT EXISTS (SELECT FROM penstock.sink)');
SELECT count(*) FROM pg_replication_slots WHERE plugin = 'penstock_output';
SET client_min_messages = warning;
DROP SCHEMA run CASCADE;
