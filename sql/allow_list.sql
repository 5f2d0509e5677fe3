-- output_plugin_libraries, on servers that have it. The other expected output is of those that do not.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS penstock;
RESET client_min_messages;
CREATE TABLE allowed (id int PRIMARY KEY);
SELECT current_setting('output_plugin_libraries', true) IS NOT NULL AS guarded \gset
\if :guarded
SET output_plugin_libraries = pgoutput, test_decoding;
SELECT ok, setting FROM penstock.check() WHERE requirement = 'output_plugin_libraries';
SELECT penstock.create_sink('x', 'null', ARRAY['public.allowed'], '{"topic.prefix": "shop"}');
SELECT count(*) FROM pg_create_logical_replication_slot('x', 'penstock_output');
RESET output_plugin_libraries;
\endif
SELECT count(*) FROM penstock.check() WHERE requirement = 'output_plugin_libraries' AND NOT ok;
DROP TABLE allowed;
