# max_slot_wal_keep_size takes the WAL away while the sink is blocked: the checkpointer is not held up,
# the sink is lost, and nothing makes its slot anew behind the user's back.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PenstockTest;

my $node = new_node('main');
$node->safe_psql('postgres', 'CREATE TABLE t (id int PRIMARY KEY, v text)');
my $port = PostgreSQL::Test::Cluster::get_free_port();
create_sink($node, 's', connector => 'kafka', tables => 'public.t',
	options => { 'bootstrap.servers' => "127.0.0.1:$port", 'snapshot.mode' => 'no_data' });
wait_until($node, "SELECT state IN ('streaming', 'retrying') FROM penstock.sinks", 'slot is made');
$node->safe_psql('postgres', "INSERT INTO t SELECT g, repeat('x', 1000)
	FROM generate_series(1, 100000) g");
wait_for_state($node, 's', 'retrying');
$node->safe_psql('postgres', "ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
$node->reload;
$node->safe_psql('postgres', "SELECT pg_switch_wal(); INSERT INTO t VALUES (-$_)") for 1 .. 3;
$node->safe_psql('postgres', 'CHECKPOINT');
wait_for_state($node, 's', 'lost');
like(sink_value($node, 's', 'reason'), qr/invalidated/, 'the reason is shown');
is($node->safe_psql('postgres', 'SELECT wal_status FROM pg_replication_slots'), 'lost',
	'the slot stays as it is');

$node->restart;
wait_for_state($node, 's', 'lost');
is($node->safe_psql('postgres', 'SELECT wal_status FROM pg_replication_slots'), 'lost',
	'also after a restart');
$node->safe_psql('postgres', "SELECT penstock.drop_sink('s')");
wait_until($node, 'SELECT count(*) = 0 FROM pg_replication_slots', 'drop_sink removes the slot');

# The same for a slot that somebody dropped.
create_sink($node, 'f', tables => 'public.t', options => { 'snapshot.mode' => 'no_data' });
wait_for_state($node, 'f', 'streaming');
$node->safe_psql('postgres', "SELECT penstock.pause_sink('f')");
wait_until($node, 'SELECT count(*) = 1 FROM pg_replication_slots WHERE NOT active', 'slot is free');
$node->safe_psql('postgres', 'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots');
$node->safe_psql('postgres', "SELECT penstock.resume_sink('f')");
wait_for_state($node, 'f', 'lost');
like(sink_value($node, 'f', 'reason'), qr/does not exist/, 'missing slot');
is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_replication_slots'), '0', 'not made anew');
$node->stop;
done_testing();
