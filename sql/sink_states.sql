-- Sinks that cannot go on: a named state with the reason, and the way out.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS penstock;
RESET client_min_messages;
CREATE ROLE regress_penstock_states REPLICATION;
CREATE SCHEMA states;
GRANT USAGE ON SCHEMA states TO regress_penstock_states;
CREATE TABLE states.t (id int PRIMARY KEY);
INSERT INTO states.t VALUES (0);
GRANT SELECT ON states.t TO regress_penstock_states;
GRANT EXECUTE ON FUNCTION penstock.create_sink(name, text, text[], jsonb, boolean) TO regress_penstock_states;
\getenv abs_srcdir PG_ABS_SRCDIR
\set wait_until :abs_srcdir '/sql/include/wait_until.sql'
\i :wait_until

-- a broker that does not answer: the worker stays and tries again
SELECT penstock.create_sink('away', 'kafka', ARRAY['states.t'], '{"topic.prefix": "s", "bootstrap.servers": "127.0.0.1:1"}');
SELECT pg_temp.wait_until('(SELECT state = ''retrying'' FROM penstock.sinks WHERE name = ''away'')');
SELECT reason ~ '127.0.0.1:1' AS reason FROM penstock.sinks WHERE name = 'away';
DO $$
DECLARE
    detail text;
BEGIN
    PERFORM penstock.wait_for_sink('away', timeout => '100ms');
EXCEPTION WHEN query_canceled THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RAISE NOTICE '% (% the reason)', SQLERRM, CASE WHEN detail ~ '127.0.0.1:1' THEN 'with' ELSE 'without' END;
END $$;
SELECT penstock.drop_sink('away');

-- a file that cannot be made
SELECT penstock.create_sink('nowhere', 'file', ARRAY['states.t'], '{"topic.prefix": "s", "file": "/nonexistent/penstock.jsonl"}');
SELECT pg_temp.wait_until('(SELECT state = ''failed'' FROM penstock.sinks WHERE name = ''nowhere'')');
SELECT reason ~ '/nonexistent' AS reason FROM penstock.sinks WHERE name = 'nowhere';
SELECT penstock.drop_sink('nowhere');

-- an owner who has lost the right to read
SET ROLE regress_penstock_states;
SELECT penstock.create_sink('revoked', 'null', ARRAY['states.t'], '{"topic.prefix": "s"}');
RESET ROLE;
SELECT penstock.wait_for_sink('revoked', timeout => '30s') IS NOT NULL AS delivered;
REVOKE SELECT ON states.t FROM regress_penstock_states;
INSERT INTO states.t VALUES (1);
SELECT pg_temp.wait_until('(SELECT state = ''failed'' FROM penstock.sinks WHERE name = ''revoked'')');
SELECT reason FROM penstock.sinks WHERE name = 'revoked';
-- today's rights count, though the change was made without them
GRANT SELECT ON states.t TO regress_penstock_states;
SELECT penstock.resume_sink('revoked');
SELECT penstock.wait_for_sink('revoked', timeout => '30s') IS NOT NULL AS delivered;
SELECT penstock.drop_sink('revoked');

-- changes without a replica identity are counted
CREATE TABLE states.bare (a int);
SELECT penstock.create_sink('bare', 'null', ARRAY['states.bare'], '{"topic.prefix": "s", "identity.missing": "skip"}');
SELECT penstock.wait_for_sink('bare', timeout => '30s') IS NOT NULL AS delivered;
INSERT INTO states.bare VALUES (1), (2);
UPDATE states.bare SET a = 3 WHERE a = 1;
DELETE FROM states.bare;
SELECT penstock.wait_for_sink('bare', timeout => '30s') IS NOT NULL AS delivered;
SELECT skipped_count FROM penstock.pg_stat_penstock_sinks WHERE name = 'bare';
SELECT penstock.drop_sink('bare');

SELECT pg_temp.wait_until('NOT EXISTS (SELECT FROM penstock.sink)');
SET client_min_messages = warning;
DROP SCHEMA states CASCADE;
REVOKE EXECUTE ON FUNCTION penstock.create_sink(name, text, text[], jsonb, boolean) FROM regress_penstock_states;
DROP ROLE regress_penstock_states;
