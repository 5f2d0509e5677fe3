# A worker that cannot deliver, or waits for a slot, lets go at once when told to.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);
use PenstockTest;

# Seconds until the worker's process is gone.
sub seconds_to_stop
{
	my ($node, $pid) = @_;
	my $start = time;
	$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid, 10000)");
	my $seconds = time - $start;
	is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE pid = $pid"), '0',
		'process is gone');
	return $seconds;
}

my $node = new_node('main');
$node->safe_psql('postgres', 'CREATE TABLE t (id int PRIMARY KEY, v text)');

# Nothing listens on this port: the events stay in the worker.
my $port = PostgreSQL::Test::Cluster::get_free_port();
create_sink($node, 'blocked', connector => 'kafka', tables => 'public.t',
	options => { 'bootstrap.servers' => "127.0.0.1:$port", 'snapshot.mode' => 'no_data' });
wait_until($node, "SELECT state IN ('streaming', 'retrying') FROM penstock.sinks", 'slot is made');
$node->safe_psql('postgres', "INSERT INTO t SELECT g, repeat('x', 1000)
	FROM generate_series(1, 100000) g");
wait_for_state($node, 'blocked', 'retrying');
isnt(sink_value($node, 'blocked', 'reason'), '', 'the reason is shown');
my $slot = sink_value($node, 'blocked', 'slot');
is($node->safe_psql('postgres', "SELECT active FROM pg_replication_slots
	WHERE slot_name = '$slot'"), 't', 'the slot is held');
cmp_ok(seconds_to_stop($node, worker_pid($node, 'blocked')), '<', 3, 'stopped in back-pressure');

wait_for_state($node, 'blocked', 'retrying');
my $start = time;
$node->stop('fast');
cmp_ok(time - $start, '<', 10, 'server stops');
$node->start;
wait_for_state($node, 'blocked', 'retrying');
$node->safe_psql('postgres', "SELECT penstock.drop_sink('blocked')");
wait_until($node, 'SELECT count(*) = 0 FROM pg_replication_slots', 'slot is gone');
is($node->safe_psql('postgres', 'SELECT count(*) FROM penstock.sink'), '0', 'row is gone');

# The slot waits for a transaction that runs.
$node->safe_psql('postgres', 'TRUNCATE t');
my $session = $node->background_psql('postgres');
$session->query_safe('BEGIN; INSERT INTO t VALUES (-1)');
create_sink($node, 'waits', tables => 'public.t');
wait_until($node, "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'penstock sink'
	AND wait_event_type = 'Lock'", 'worker waits for the transaction');
is(sink_value($node, 'waits', 'state'), 'creating', 'state while waiting');
cmp_ok(seconds_to_stop($node, worker_pid($node, 'waits')), '<', 3, 'stopped while it waits');
$session->query_safe('COMMIT');
$session->quit;
wait_for_state($node, 'waits', 'streaming');
wait_delivered($node, 'waits');
like(event_list($node, 'waits'), qr/^r -1$/m, 'the transaction is in the snapshot');
$node->stop;
done_testing();
