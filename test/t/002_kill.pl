# SIGKILL of a worker restarts the server's sessions; the sink goes on without loss.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PenstockTest;

my $node = new_node('main', "restart_after_crash = on\n");
$node->safe_psql('postgres', 'CREATE TABLE t (id int PRIMARY KEY, v text)');
create_sink($node, 's', tables => 'public.t');
wait_for_state($node, 's', 'streaming');
$node->safe_psql('postgres', 'INSERT INTO t SELECT g FROM generate_series(1, 500) g');
my $pid = worker_pid($node, 's');
kill 'KILL', $pid;
$node->poll_query_until('postgres', "SELECT state = 'streaming' AND pid IS DISTINCT FROM $pid
	FROM penstock.pg_stat_penstock_sinks") or die 'sink does not come back';
$node->safe_psql('postgres', 'INSERT INTO t SELECT g FROM generate_series(501, 600) g');
wait_delivered($node, 's');
is(event_list($node, 's'), join("\n", map { "c $_" } 1 .. 600), 'every row once, in order');
$node->stop;
done_testing();
