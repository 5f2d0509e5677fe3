# A C++ exception and a PostgreSQL ERROR in every kind of entry point: an error, never a crash.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PenstockTest;

my $node = new_node('main');
plan skip_all => 'needs a build with failpoints' unless has_failpoints($node);
my %messages = (cxx => qr/C\+\+ exception/, pg => qr/failpoint/);
$node->safe_psql('postgres', 'CREATE TABLE t (id int PRIMARY KEY)');

sub set_failpoint
{
	my ($value) = @_;
	$node->safe_psql('postgres', "ALTER SYSTEM SET penstock.failpoint = '$value'");
	$node->reload;
}

my $postmaster = slurp_file($node->data_dir . '/postmaster.pid');
my $id = 0;
for my $place ('worker', 'event_writer', 'plugin_change')
{
	for my $kind ('cxx', 'pg')
	{
		create_sink($node, 's', tables => 'public.t', options => { 'snapshot.mode' => 'no_data' });
		wait_for_state($node, 's', 'streaming');
		set_failpoint("$place:$kind");
		my $pid = worker_pid($node, 's');
		$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)") if $place eq 'worker';
		$id++;
		$node->safe_psql('postgres', "INSERT INTO t VALUES ($id)");
		wait_for_state($node, 's', 'failed');
		like(sink_value($node, 's', 'reason'), $messages{$kind}, "$place, $kind: the reason");
		set_failpoint('');
		wait_for_state($node, 's', 'streaming');
		wait_delivered($node, 's');
		is(event_list($node, 's'), "c $id", "$place, $kind: delivered afterwards");
		$node->safe_psql('postgres', "SELECT penstock.drop_sink('s')");
		wait_until($node, 'SELECT count(*) = 0 FROM penstock.sink', 'sink is gone');
	}
}

for my $kind ('cxx', 'pg')
{
	my ($code, $out, $err) = $node->psql('postgres', "SET penstock.failpoint = 'sql_function:$kind';
		SELECT * FROM penstock.check_config('{}')");
	like($err, $messages{$kind}, "SQL function, $kind");

	$node->safe_psql('postgres', "SELECT pg_create_logical_replication_slot('plain', 'penstock_output')");
	$id++;
	$node->safe_psql('postgres', "INSERT INTO t VALUES ($id)");
	($code, $out, $err) = $node->psql('postgres', "SET penstock.failpoint = 'plugin_change:$kind';
		SELECT * FROM pg_logical_slot_get_changes('plain', NULL, NULL)");
	like($err, $messages{$kind}, "output plugin, $kind");
	$node->safe_psql('postgres', "SELECT pg_drop_replication_slot('plain')");
}

set_failpoint('scanner:pg');
$node->poll_query_until('postgres', 'SELECT true');
my $start = -s $node->logfile;
$node->safe_psql('postgres', "SELECT penstock.create_sink('late', 'null', NULL,
	'{\"topic.prefix\": \"srv\"}')");
$node->wait_for_log(qr/ERROR:  failpoint scanner/, $start);
set_failpoint('');
wait_for_state($node, 'late', 'streaming');
pass('scanner, pg: the next scan finds the sink');

is(slurp_file($node->data_dir . '/postmaster.pid'), $postmaster, 'the server never restarted');
unlike(slurp_file($node->logfile), qr/terminated by signal|all server processes terminated/,
	'no process crashed');
$node->stop;
done_testing();
