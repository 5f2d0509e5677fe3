# What others do to catalogue and slot: an extension that is created again, rows that are locked,
# fewer entries than sinks, a slot that is moved.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PenstockTest;

my $node = new_node('main', "penstock.max_sinks = 3\n");
$node->safe_psql('postgres', 'CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)');
create_sink($node, 'before', tables => 'public.t');
wait_for_state($node, 'before', 'streaming');
wait_delivered($node, 'before');

# Numbers start again with the extension; a sink of before is never taken for the new one.
my $options = "'{\"topic.prefix\": \"srv\", \"schemas.enable\": \"false\", \"file\": \""
  . file_in($node, 'after') . "\"}'";
$node->safe_psql('postgres', "DROP EXTENSION penstock; CREATE EXTENSION penstock;
	SELECT penstock.create_sink('after', 'file', ARRAY['public.t'], $options)");
wait_delivered($node, 'after');
is(event_list($node, 'after'), 'r 1', 'the new sink takes its own snapshot');
$node->safe_psql('postgres', 'INSERT INTO t VALUES (2)');
wait_delivered($node, 'after');
is(event_list($node, 'after'), "r 1\nc 2", 'and has its own worker');
wait_until($node, "SELECT count(*) = 1 FROM pg_replication_slots", 'the old slot goes');
is(event_list($node, 'before'), 'r 1', 'the old worker is gone');

# The same number by hand.
$node->safe_psql('postgres', "UPDATE penstock.sink SET created_at = created_at + interval '1 second',
	snapshot_completed_at = NULL, slot_name = 'by_hand'");
wait_until($node, "SELECT count(*) = 1 AND min(slot_name) = 'by_hand' FROM pg_replication_slots",
	'a row with another time of creation is another sink');
wait_for_state($node, 'after', 'streaming');
wait_delivered($node, 'after');
is(event_list($node, 'after'), "r 1\nc 2\nr 1\nr 2", 'which takes its own snapshot');

# A slot that was moved while no worker held it.
$node->safe_psql('postgres', "SELECT penstock.pause_sink('after')");
wait_until($node, 'SELECT NOT active FROM pg_replication_slots', 'worker ends');
$node->safe_psql('postgres', "INSERT INTO t VALUES (3);
	SELECT pg_replication_slot_advance('by_hand', pg_current_wal_lsn());
	SELECT penstock.resume_sink('after')");
wait_for_state($node, 'after', 'lost');
like(sink_value($node, 'after', 'reason'), qr/moved by somebody else/, 'a moved slot is noticed');

# A lock on the row of a sink that is dropped holds up no other database.
$node->safe_psql('postgres', 'CREATE DATABASE other');
$node->safe_psql('other', 'CREATE EXTENSION penstock; CREATE TABLE t (id int PRIMARY KEY)');
my $session = $node->background_psql('postgres');
$session->query_safe('BEGIN; SELECT 1 FROM penstock.sink FOR KEY SHARE');
$node->safe_psql('postgres', 'UPDATE penstock.sink SET dropping = true');
wait_until($node, 'SELECT count(*) = 0 FROM pg_replication_slots', 'the slot goes');
create_sink($node, 'elsewhere', database => 'other', tables => 'public.t');
# Its slot waits for the transaction that holds the lock, as every new slot does.
wait_until($node, "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'penstock sink'",
	'a worker starts elsewhere');
is($node->safe_psql('postgres', "SET lock_timeout = '5s'; SELECT penstock.drop_sink('after');
	SELECT count(*) FROM penstock.sink"), "\n1", 'nor does a second drop wait for it');
$session->query_safe('COMMIT');
wait_until($node, 'SELECT count(*) = 0 FROM penstock.sink', 'then the row goes');
wait_for_state($node, 'elsewhere', 'streaming', 'other');

# A lock on a table that is not captured does not keep a sink from being created.
$node->safe_psql('postgres', 'CREATE TABLE u (id int PRIMARY KEY)');
$session->query_safe('BEGIN; LOCK TABLE u');
my $result = $node->psql('postgres', "SET lock_timeout = '5s';
	SELECT penstock.create_sink('first', 'null', ARRAY['public.t'], '{\"topic.prefix\": \"srv\"}')");
is($result, 0, 'create_sink does not wait for the lock of another table');
$session->query_safe('ROLLBACK');
$session->quit;

# More sinks than entries: those without one can be dropped.
create_sink($node, 'second', connector => 'null', tables => 'public.t');
wait_for_state($node, 'first', 'streaming');
wait_for_state($node, 'second', 'streaming');
$node->safe_psql('other', "SELECT penstock.drop_sink('elsewhere')");
wait_until($node, 'SELECT count(*) = 0 FROM penstock.sink', 'sink is gone', 'other');
$node->append_conf('postgresql.conf', "penstock.max_sinks = 1\n");
$node->restart;
wait_for_state($node, 'first', 'streaming');
$node->safe_psql('postgres', "SELECT penstock.drop_sink('second')");
wait_until($node, "SELECT count(*) = 1 FROM penstock.sink", 'a sink without an entry goes');
is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_replication_slots'), '1', 'with its slot');
is(sink_value($node, 'first', 'state'), 'streaming', 'the other one stays');
$node->stop;
done_testing();
