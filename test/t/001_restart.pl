# A file sink streams; after clean and immediate restarts of the server nothing is missing and
# nothing stands twice.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PenstockTest;

my $node = new_node('main');
$node->safe_psql('postgres', 'CREATE TABLE t (id int PRIMARY KEY, v text)');
$node->safe_psql('postgres', "INSERT INTO t VALUES (1, 'before'), (2, 'before')");
create_sink($node, 's', tables => 'public.t');
wait_for_state($node, 's', 'streaming');
is(event_list($node, 's'), "r 1\nr 2", 'snapshot');

$node->safe_psql('postgres', "INSERT INTO t VALUES (3, 'x'); UPDATE t SET v = 'y' WHERE id = 1;
	DELETE FROM t WHERE id = 2");
wait_delivered($node, 's');
my $expected = "r 1\nr 2\nc 3\nu 1\nd 2";
is(event_list($node, 's'), $expected, 'stream');

my $id = 10;
for my $mode ('fast', 'immediate', 'fast', 'immediate')
{
	$node->safe_psql('postgres', "INSERT INTO t VALUES ($id)");
	$expected .= "\nc $id";
	$id++;
	$node->stop($mode);
	$node->start;
	$node->safe_psql('postgres', "INSERT INTO t VALUES ($id)");
	$expected .= "\nc $id";
	$id++;
	wait_for_state($node, 's', 'streaming');
	wait_delivered($node, 's');
	is(event_list($node, 's'), $expected, "after $mode restart");
}

# A transaction that is open over a restart of the worker alone.
my $session = $node->background_psql('postgres');
$session->query_safe('BEGIN; INSERT INTO t VALUES (100)');
my $pid = worker_pid($node, 's');
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
wait_until($node, "SELECT pid IS DISTINCT FROM $pid AND state = 'streaming'
	FROM penstock.pg_stat_penstock_sinks WHERE name = 's'", 'another worker');
$session->query_safe('INSERT INTO t VALUES (101); COMMIT');
$session->quit;
wait_delivered($node, 's');
is(event_list($node, 's'), "$expected\nc 100\nc 101", 'transaction over a restart of the worker');
$node->stop;
done_testing();
