-- Replica identities: the view, and the two functions that set them.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS penstock;
RESET client_min_messages;
CREATE SCHEMA ri;
CREATE TABLE ri.keyed (b int, a int, PRIMARY KEY (a, b));
CREATE TABLE ri.keyless (a int);
CREATE TABLE ri.uniq (a int NOT NULL, b int);
CREATE UNIQUE INDEX uniq_a ON ri.uniq (a) INCLUDE (b);
CREATE TABLE ri."Mixed Case" (a int);
CREATE TABLE ri.part (a int PRIMARY KEY) PARTITION BY RANGE (a);
CREATE TABLE ri.part_1 PARTITION OF ri.part FOR VALUES FROM (0) TO (10);
CREATE UNLOGGED TABLE ri.unlogged (a int);

SELECT relation, identity, index, usable, columns FROM penstock.replica_identities
 WHERE relation::text LIKE 'ri.%' ORDER BY relation::text COLLATE "C";

SELECT penstock.set_replica_identity('ri.keyless', 'full');
SELECT penstock.set_replica_identity('ri.uniq', 'index', 'uniq_a');
SELECT penstock.set_replica_identity('ri.keyed', 'NOTHING');
SELECT penstock.set_replica_identity('ri."Mixed Case"'::regclass, identity => 'full');
SELECT relation, identity, index, usable, columns FROM penstock.replica_identities
 WHERE relation::text LIKE 'ri.%' ORDER BY relation::text COLLATE "C";

-- the statement that the view offers does what it says
SELECT penstock.set_replica_identity('ri."Mixed Case"', 'default');
SELECT statement_full FROM penstock.replica_identities WHERE relation = 'ri."Mixed Case"'::regclass \gexec
SELECT identity FROM penstock.replica_identities WHERE relation = 'ri."Mixed Case"'::regclass;

-- by pattern, anchored, without case
SELECT * FROM penstock.set_replica_identities('RI\.key.*', 'full');
SELECT * FROM penstock.set_replica_identities('key.*', 'full');
SELECT * FROM penstock.set_replica_identities('ri\..*', 'default');
SELECT relation, identity FROM penstock.replica_identities
 WHERE relation::text LIKE 'ri.%' ORDER BY relation::text COLLATE "C";

-- errors
SELECT penstock.set_replica_identity('ri.keyless', 'some');
SELECT penstock.set_replica_identity('ri.uniq', 'index');
SELECT penstock.set_replica_identity('ri.uniq', 'full', 'uniq_a');
SELECT penstock.set_replica_identity('ri.uniq', 'index', 'missing');
SELECT penstock.set_replica_identity('ri.missing', 'full');
SELECT penstock.set_replica_identity(NULL, 'full');
SELECT penstock.set_replica_identity(0::oid, 'full');
SELECT penstock.set_replica_identities('(', 'full');

-- only the owner of a table
CREATE ROLE regress_penstock_guest;
GRANT USAGE ON SCHEMA ri TO regress_penstock_guest;
SET ROLE regress_penstock_guest;
SELECT penstock.set_replica_identity('ri.keyless', 'full');
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA ri CASCADE;
DROP ROLE regress_penstock_guest;
