/* extension/penstock--1.0.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION penstock" to load this file. \quit

-- Made here and not by the control file: a schema that exists already, with another owner, is an
-- error. Its objects guard themselves: views show a role only what it may see, functions check the
-- caller.
CREATE SCHEMA penstock;
GRANT USAGE ON SCHEMA penstock TO PUBLIC;
COMMENT ON SCHEMA penstock IS 'penstock: change events to Kafka, Elasticsearch and files';

--
-- Catalogue
--

-- One row per sink. Rows are not dumped: a sink is bound to a replication slot of this cluster, and
-- a restored copy must not start to deliver.
CREATE TABLE penstock.sink (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name name NOT NULL UNIQUE,
    owner oid NOT NULL,
    connector text NOT NULL,
    options jsonb NOT NULL CHECK (pg_catalog.jsonb_typeof(options) OPERATOR(pg_catalog.=) 'object'),
    slot_name name NOT NULL UNIQUE,
    generation int NOT NULL DEFAULT 1,
    paused bool NOT NULL DEFAULT false,
    dropping bool NOT NULL DEFAULT false,
    snapshot_completed_at timestamptz,
    slot_start_lsn pg_lsn,
    system_identifier bigint,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
-- Options may hold literal secrets.
REVOKE ALL ON penstock.sink FROM PUBLIC;
COMMENT ON TABLE penstock.sink IS 'sinks as they were defined; read view penstock.sinks instead';
COMMENT ON COLUMN penstock.sink.owner IS 'role whose SELECT rights decide what the sink may read';
COMMENT ON COLUMN penstock.sink.options IS 'option name to text, as given';
COMMENT ON COLUMN penstock.sink.generation IS 'raised by every change that a running worker must follow';
COMMENT ON COLUMN penstock.sink.dropping IS 'worker and slot go first, then the row';
COMMENT ON COLUMN penstock.sink.slot_start_lsn IS 'consistent point of the slot: another slot of the same name differs';
COMMENT ON COLUMN penstock.sink.system_identifier IS 'cluster in which the slot was made';

-- Tables that incremental snapshots have still to read. Written by a process of the sink's worker and by
-- snapshot_sink.
CREATE TABLE penstock.sink_snapshot (
    sink_id int NOT NULL REFERENCES penstock.sink ON DELETE CASCADE,
    number bigint GENERATED ALWAYS AS IDENTITY,
    signal_id text,
    relation oid NOT NULL,
    table_name text NOT NULL,
    condition text,
    surrogate_key text,
    announced bool NOT NULL DEFAULT false,
    key_columns text[],
    max_key text[],
    last_key text[],
    row_count bigint NOT NULL DEFAULT 0,
    requested_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (sink_id, number)
);
-- Keys are data of the tables.
REVOKE ALL ON penstock.sink_snapshot FROM PUBLIC;
COMMENT ON TABLE penstock.sink_snapshot IS 'what incremental snapshots have still to read; read view penstock.sink_snapshots instead';
COMMENT ON COLUMN penstock.sink_snapshot.signal_id IS 'id of the signal, or a made-up one';
COMMENT ON COLUMN penstock.sink_snapshot.announced IS 'the snapshot was announced as started';
COMMENT ON COLUMN penstock.sink_snapshot.max_key IS 'of the last row when the table was begun';
COMMENT ON COLUMN penstock.sink_snapshot.last_key IS 'of the last row that was delivered';

CREATE TABLE penstock.sink_signal (
    sink_id int PRIMARY KEY REFERENCES penstock.sink ON DELETE CASCADE,
    kept_lsn pg_lsn NOT NULL,
    kept_number int NOT NULL,
    paused bool NOT NULL DEFAULT false
);
REVOKE ALL ON penstock.sink_signal FROM PUBLIC;
COMMENT ON TABLE penstock.sink_signal IS 'place of the last signal that was kept: it does not count when it is decoded again';
COMMENT ON COLUMN penstock.sink_signal.kept_number IS 'of the signal within its transaction';

--
-- First steps
--

CREATE FUNCTION penstock.check(
    OUT requirement text, OUT current text, OUT required text, OUT ok boolean, OUT setting text,
    OUT restart boolean)
RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH shown AS (
        SELECT pg_catalog.current_setting('shared_preload_libraries') AS preload,
               pg_catalog.current_setting('wal_level') AS wal_level,
               pg_catalog.current_setting('max_replication_slots')::int AS slots,
               (SELECT pg_catalog.count(*) FROM pg_catalog.pg_replication_slots) AS used_slots,
               (SELECT pg_catalog.count(*) FROM pg_catalog.pg_replication_slots
                 WHERE plugin = 'penstock_output') AS sinks,
               (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity
                 WHERE backend_type LIKE 'penstock %') AS workers,
               pg_catalog.current_setting('max_worker_processes')::int AS max_workers,
               pg_catalog.current_setting('penstock.max_sinks', true)::int AS max_sinks,
               pg_catalog.current_setting('output_plugin_libraries', true) AS plugins,
               coalesce(pg_catalog.current_setting('penstock.allow_self', true), 'off') AS allow_self,
               pg_catalog.current_setting('server_version') AS version,
               pg_catalog.current_setting('server_version_num')::int / 10000 AS major
    ), lists AS (
        SELECT s.*,
               ARRAY(SELECT pg_catalog.btrim(e, ' "')
                       FROM pg_catalog.string_to_table(s.preload, ',') AS e) AS preloaded,
               ARRAY(SELECT pg_catalog.btrim(e, ' "')
                       FROM pg_catalog.string_to_table(s.plugins, ',') AS e) AS allowed
          FROM shown AS s
    )
    SELECT r.* FROM lists AS l, LATERAL (VALUES
        ('server version', l.version, '15 to 18', l.major BETWEEN 15 AND 18, NULL, NULL::boolean),
        ('shared_preload_libraries', l.preload, 'penstock', 'penstock' = ANY (l.preloaded),
         'shared_preload_libraries = ''' || pg_catalog.concat_ws(',', nullif(l.preload, ''),
            CASE WHEN 'penstock' = ANY (l.preloaded) THEN NULL ELSE 'penstock' END) || '''', true),
        ('wal_level', l.wal_level, 'logical', l.wal_level = 'logical', 'wal_level = logical', true),
        ('max_replication_slots', l.slots::text, 'one free slot for each new sink',
         l.slots > l.used_slots,
         'max_replication_slots = ' || greatest(l.slots, l.used_slots + 10), true),
        ('max_worker_processes', l.max_workers::text,
         'launcher, scanner, one or two for each sink, beside what else runs',
         l.max_workers >= l.workers + 3,
         'max_worker_processes = ' || greatest(l.max_workers, l.workers + 16), true),
        ('penstock.max_sinks', l.max_sinks::text, 'at least the number of sinks in the cluster',
         l.max_sinks IS NULL OR l.max_sinks > l.sinks,
         'penstock.max_sinks = ' || greatest(l.max_sinks, l.sinks + 32), true),
        ('output_plugin_libraries', coalesce(l.plugins, 'not known to this server'),
         CASE WHEN l.plugins IS NULL THEN 'nothing' ELSE 'penstock_output' END,
         l.plugins IS NULL OR 'penstock_output' = ANY (l.allowed) OR l.allow_self = 'on',
         CASE WHEN l.plugins IS NULL THEN NULL
              ELSE 'output_plugin_libraries = ''' || pg_catalog.concat_ws(', ', nullif(l.plugins, ''),
                CASE WHEN 'penstock_output' = ANY (l.allowed) THEN NULL ELSE 'penstock_output' END)
                || '''' END, false)
    ) AS r(requirement, current, required, ok, setting, restart);
END;
COMMENT ON FUNCTION penstock.check() IS
    'what penstock needs of the server: current value, the configuration line, restart or reload';

CREATE FUNCTION penstock.check_config(config jsonb, worker jsonb DEFAULT NULL,
    OUT severity text, OUT option text, OUT message text, OUT hint text)
RETURNS SETOF record
LANGUAGE c VOLATILE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'penstock_check_config';
COMMENT ON FUNCTION penstock.check_config(jsonb, jsonb) IS
    'what create_sink would say about a Kafka Connect configuration, without doing anything';

--
-- Sinks
--

CREATE FUNCTION penstock.create_sink(name name, connector text, tables text[] DEFAULT NULL,
    options jsonb DEFAULT '{}', if_not_exists boolean DEFAULT false)
RETURNS name
LANGUAGE c VOLATILE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'penstock_create_sink';
REVOKE EXECUTE ON FUNCTION penstock.create_sink(name, text, text[], jsonb, boolean) FROM PUBLIC;
COMMENT ON FUNCTION penstock.create_sink(name, text, text[], jsonb, boolean) IS
    'creates a sink of the caller; it starts after commit';

CREATE FUNCTION penstock.create_sink(config jsonb, worker jsonb DEFAULT NULL)
RETURNS name
LANGUAGE c VOLATILE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'penstock_create_sink_from_config';
REVOKE EXECUTE ON FUNCTION penstock.create_sink(jsonb, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION penstock.create_sink(jsonb, jsonb) IS
    'creates a sink from the JSON that is posted to Kafka Connect for Debezium or an Elasticsearch sink';

CREATE FUNCTION penstock.alter_sink(name name, tables text[] DEFAULT NULL,
    options jsonb DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'penstock_alter_sink';
REVOKE EXECUTE ON FUNCTION penstock.alter_sink(name, text[], jsonb) FROM PUBLIC;
COMMENT ON FUNCTION penstock.alter_sink(name, text[], jsonb) IS
    'changes tables and options; NULL leaves them, a null option goes back to its default';

CREATE FUNCTION penstock.pause_sink(name name)
RETURNS void
LANGUAGE c STRICT VOLATILE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'penstock_pause_sink';
COMMENT ON FUNCTION penstock.pause_sink(name) IS
    'stops the worker after commit; the slot keeps WAL until resume_sink';

CREATE FUNCTION penstock.resume_sink(name name)
RETURNS void
LANGUAGE c STRICT VOLATILE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'penstock_resume_sink';
REVOKE EXECUTE ON FUNCTION penstock.resume_sink(name) FROM PUBLIC;
COMMENT ON FUNCTION penstock.resume_sink(name) IS
    'starts the worker of a paused or failed sink after commit';

CREATE FUNCTION penstock.drop_sink(name name, if_exists boolean DEFAULT false)
RETURNS void
LANGUAGE c STRICT VOLATILE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'penstock_drop_sink';
COMMENT ON FUNCTION penstock.drop_sink(name, boolean) IS
    'removes a sink with its slot after commit; what was delivered stays';

CREATE FUNCTION penstock.snapshot_sink(name name, tables text[], condition text DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'penstock_snapshot_sink';
REVOKE EXECUTE ON FUNCTION penstock.snapshot_sink(name, text[], text) FROM PUBLIC;
COMMENT ON FUNCTION penstock.snapshot_sink(name, text[], text) IS
    'sends the rows of captured tables that exist, while the stream goes on; condition as in row.filter';

CREATE FUNCTION penstock.wait_for_sink(name name, lsn pg_lsn DEFAULT NULL,
    timeout interval DEFAULT NULL)
RETURNS pg_lsn
LANGUAGE c VOLATILE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'penstock_wait_for_sink';
COMMENT ON FUNCTION penstock.wait_for_sink(name, pg_lsn, interval) IS
    'waits until everything up to an LSN (default: now) is delivered; returns the position';

CREATE FUNCTION penstock.peek_sink(name name, "limit" int DEFAULT 10,
    OUT topic text, OUT key text, OUT value text, OUT headers jsonb, OUT lsn pg_lsn)
RETURNS SETOF record
LANGUAGE c STRICT VOLATILE ROWS 10
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'penstock_peek_sink';
REVOKE EXECUTE ON FUNCTION penstock.peek_sink(name, int) FROM PUBLIC;
COMMENT ON FUNCTION penstock.peek_sink(name, int) IS
    'the events that follow the sink''s position, read through a temporary copy of its slot';

CREATE FUNCTION penstock.sink_tables(name name,
    OUT relation regclass, OUT identity text, OUT keyed boolean)
RETURNS SETOF record
LANGUAGE c STRICT VOLATILE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'penstock_sink_tables';
COMMENT ON FUNCTION penstock.sink_tables(name) IS
    'tables that the sink captures now, with their replica identity';

-- Internal: options with secrets shown as ********.
CREATE FUNCTION penstock.mask_options(connector text, options jsonb)
RETURNS jsonb
LANGUAGE c STRICT STABLE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'penstock_mask_options';
COMMENT ON FUNCTION penstock.mask_options(text, jsonb) IS 'options as view penstock.sinks shows them';

CREATE FUNCTION penstock.get_options(
    OUT name text, OUT scope text, OUT type text, OUT "default" text, OUT allowed text[],
    OUT min bigint, OUT max bigint, OUT support text, OUT description text)
RETURNS SETOF record
LANGUAGE c STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'penstock_get_options';
COMMENT ON FUNCTION penstock.get_options() IS 'rows of view penstock.options';

CREATE VIEW penstock.options AS
    SELECT o.name, o.scope, o.type, o."default", o.allowed, o.min, o.max, o.support, o.description
      FROM penstock.get_options() AS o;
COMMENT ON VIEW penstock.options IS
    'every option: who reads it, type, default, range, and whether it works, does not apply or is refused';

--
-- Statistics
--

CREATE FUNCTION penstock.pg_stat_get_penstock_sinks(
    OUT sink_id int, OUT state text, OUT state_since timestamptz, OUT pid int,
    OUT generation int, OUT failures int, OUT next_start_time timestamptz,
    OUT last_error text, OUT last_error_time timestamptz,
    OUT event_count bigint, OUT event_bytes bigint, OUT transaction_count bigint,
    OUT snapshot_row_count bigint, OUT in_flight_count bigint, OUT in_flight_bytes bigint,
    OUT retry_count bigint, OUT skipped_count bigint,
    OUT last_read_lsn pg_lsn, OUT last_delivered_lsn pg_lsn,
    OUT last_delivery_time timestamptz, OUT last_commit_time timestamptz,
    OUT stats_reset timestamptz)
RETURNS SETOF record
LANGUAGE c VOLATILE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'penstock_stat_get_sinks';
-- Views run functions as their reader, so the function itself keeps to the reader's sinks.
COMMENT ON FUNCTION penstock.pg_stat_get_penstock_sinks() IS
    'shared memory entries of the sinks of this database that the caller may see';

CREATE FUNCTION penstock.pg_stat_reset_penstock(name name DEFAULT NULL)
RETURNS timestamptz
LANGUAGE c VOLATILE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'penstock_stat_reset';
REVOKE EXECUTE ON FUNCTION penstock.pg_stat_reset_penstock(name) FROM PUBLIC;
COMMENT ON FUNCTION penstock.pg_stat_reset_penstock(name) IS
    'zeroes the counters of one sink, or of all of this database; returns the reset time';

CREATE VIEW penstock.sinks WITH (security_barrier) AS
    SELECT s.name, s.connector, pg_catalog.pg_get_userbyid(s.owner) AS owner,
           CASE WHEN s.dropping THEN 'dropping'
                WHEN s.paused AND e.pid IS NULL THEN 'paused'
                -- its worker is on the way out and may still deliver
                WHEN s.paused AND e.state OPERATOR(pg_catalog.=) 'paused' THEN 'streaming'
                -- without preload the setting does not exist, and nothing runs
                WHEN pg_catalog.current_setting('penstock.max_sinks', true) IS NULL THEN 'stopped'
                ELSE coalesce(e.state, 'creating') END AS state,
           e.state_since, e.last_error AS reason,
           coalesce(e.last_delivered_lsn, r.confirmed_flush_lsn) AS position,
           s.slot_name AS slot,
           greatest(pg_catalog.pg_wal_lsn_diff(w.lsn,
               coalesce(e.last_delivered_lsn, r.confirmed_flush_lsn)), 0)::bigint AS lag_bytes,
           greatest(pg_catalog.pg_wal_lsn_diff(w.lsn, r.restart_lsn), 0)::bigint
               AS retained_wal_bytes,
           s.snapshot_completed_at, e.snapshot_row_count,
           s.created_at, penstock.mask_options(s.connector, s.options) AS options
      FROM penstock.sink AS s
      LEFT JOIN penstock.pg_stat_get_penstock_sinks() AS e
             ON e.sink_id OPERATOR(pg_catalog.=) s.id
      LEFT JOIN pg_catalog.pg_replication_slots AS r
             ON r.slot_name OPERATOR(pg_catalog.=) s.slot_name
            AND r.database OPERATOR(pg_catalog.=) pg_catalog.current_database()
     CROSS JOIN (SELECT CASE WHEN pg_catalog.pg_is_in_recovery()
                             THEN pg_catalog.pg_last_wal_replay_lsn()
                             ELSE pg_catalog.pg_current_wal_lsn() END) AS w(lsn)
     WHERE pg_catalog.pg_has_role(s.owner, 'USAGE')
        OR pg_catalog.pg_has_role('pg_monitor', 'USAGE');
GRANT SELECT ON penstock.sinks TO PUBLIC;
COMMENT ON VIEW penstock.sinks IS
    'sinks of this database: to each role its own, to pg_monitor all; secrets are hidden';

CREATE VIEW penstock.sink_snapshots WITH (security_barrier) AS
    SELECT s.name, t.table_name AS "table", t.condition,
           t.signal_id, coalesce(p.paused, false) AS paused, t.row_count, t.requested_at
      FROM penstock.sink_snapshot AS t
      JOIN penstock.sink AS s ON s.id OPERATOR(pg_catalog.=) t.sink_id
      LEFT JOIN penstock.sink_signal AS p ON p.sink_id OPERATOR(pg_catalog.=) t.sink_id
     WHERE pg_catalog.pg_has_role(s.owner, 'USAGE')
        OR pg_catalog.pg_has_role('pg_monitor', 'USAGE')
     ORDER BY t.sink_id, t.number;
GRANT SELECT ON penstock.sink_snapshots TO PUBLIC;
COMMENT ON VIEW penstock.sink_snapshots IS
    'tables that incremental snapshots have still to read, and how many rows of each were sent';

CREATE VIEW penstock.pg_stat_penstock_sinks AS
    SELECT s.id AS sink_id, s.name, e.state, e.pid, e.event_count, e.event_bytes,
           e.transaction_count, e.snapshot_row_count, e.in_flight_count, e.in_flight_bytes,
           e.retry_count, e.skipped_count, e.failures, e.last_read_lsn, e.last_delivered_lsn,
           e.last_delivery_time, e.last_commit_time, e.last_error, e.last_error_time,
           e.next_start_time, e.stats_reset
      FROM penstock.sink AS s
      LEFT JOIN penstock.pg_stat_get_penstock_sinks() AS e
             ON e.sink_id OPERATOR(pg_catalog.=) s.id;
GRANT SELECT ON penstock.pg_stat_penstock_sinks TO pg_monitor;
COMMENT ON VIEW penstock.pg_stat_penstock_sinks IS 'counters of the sinks of this database';

--
-- Replica identity
--

CREATE VIEW penstock.replica_identities AS
    SELECT c.oid::regclass AS relation,
           CASE c.relreplident WHEN 'd' THEN 'default' WHEN 'n' THEN 'nothing'
                               WHEN 'f' THEN 'full' ELSE 'index' END AS identity,
           i.indexrelid::regclass AS index,
           CASE WHEN c.relreplident OPERATOR(pg_catalog.=) 'f' THEN true
                WHEN c.relreplident OPERATOR(pg_catalog.=) 'n' THEN false
                ELSE i.indexrelid IS NOT NULL END AS usable,
           (SELECT pg_catalog.array_agg(a.attname ORDER BY k.n)
              FROM pg_catalog.unnest(i.indkey[0:i.indnkeyatts - 1]) WITH ORDINALITY AS k(attnum, n)
              JOIN pg_catalog.pg_attribute AS a
                ON a.attrelid OPERATOR(pg_catalog.=) c.oid
               AND a.attnum OPERATOR(pg_catalog.=) k.attnum) AS columns,
           pg_catalog.format('SELECT penstock.set_replica_identity(%L, ''full'');', c.oid::regclass)
               AS statement_full
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
      LEFT JOIN pg_catalog.pg_index AS i
             ON i.indrelid OPERATOR(pg_catalog.=) c.oid
            AND i.indisvalid AND i.indimmediate
            AND CASE c.relreplident WHEN 'd' THEN i.indisprimary
                                    WHEN 'i' THEN i.indisreplident ELSE false END
     WHERE c.relkind IN ('r', 'p') AND c.relpersistence OPERATOR(pg_catalog.=) 'p'
       AND n.nspname OPERATOR(pg_catalog.<>) ALL (ARRAY['pg_catalog', 'information_schema', 'penstock']::name[])
       AND n.nspname OPERATOR(pg_catalog.!~~) 'pg\_toast%';
GRANT SELECT ON penstock.replica_identities TO PUBLIC;
COMMENT ON VIEW penstock.replica_identities IS
    'what the WAL says of old rows, for each table; not usable: updates and deletes carry no key';

CREATE FUNCTION penstock.set_replica_identity(relation regclass, identity text,
    index name DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'penstock_set_replica_identity';
COMMENT ON FUNCTION penstock.set_replica_identity(regclass, text, name) IS
    'sets the replica identity of a table: default, full, nothing, or index with the name of one';

-- Not an overload: with two literals it would win over the form with regclass.
CREATE FUNCTION penstock.set_replica_identities(pattern text, identity text)
RETURNS SETOF regclass
LANGUAGE c STRICT VOLATILE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'penstock_set_replica_identities';
COMMENT ON FUNCTION penstock.set_replica_identities(text, text) IS
    'sets the replica identity of every table whose schema.table matches a regular expression; returns those that changed';
