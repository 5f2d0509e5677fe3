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
	wait_until($node, "SELECT current_setting('penstock.failpoint') = '$value'", 'reload');
}

my $postmaster = slurp_file($node->data_dir . '/postmaster.pid');
my $id = 0;
for my $place ('worker', 'event_writer', 'plugin_change')
{
	for my $kind ('cxx', 'pg')
	{
		my $sink = "${place}_$kind";
		create_sink($node, $sink, tables => 'public.t', options => { 'snapshot.mode' => 'no_data' });
		wait_for_state($node, $sink, 'streaming');
		set_failpoint("$place:$kind");
		# A worker that starts now has the setting.
		my $pid = worker_pid($node, $sink);
		$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid, 10000)");
		$id++;
		$node->safe_psql('postgres', "INSERT INTO t VALUES ($id)");
		wait_for_state($node, $sink, 'failed');
		like(sink_value($node, $sink, 'reason'), $messages{$kind}, "$place, $kind: the reason");
		set_failpoint('');
		wait_for_state($node, $sink, 'streaming');
		wait_delivered($node, $sink);
		is(event_list($node, $sink), "c $id", "$place, $kind: delivered afterwards");
		$node->safe_psql('postgres', "SELECT penstock.drop_sink('$sink')");
		wait_until($node, 'SELECT count(*) = 0 FROM penstock.sink', 'sink is gone');
	}
}

for my $kind ('cxx', 'pg')
{
	my ($code, $out, $err) = $node->psql('postgres', "SET penstock.failpoint = 'sql_function:$kind';
		SELECT * FROM penstock.check_config('{}')");
	like($err, $messages{$kind}, "SQL function, $kind");
}

set_failpoint('scanner:pg');
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
