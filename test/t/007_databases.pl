# Several sinks in several databases run side by side; databases can be dropped.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PenstockTest;

my $node = new_node('main');
for my $database ('one', 'two')
{
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, 'CREATE EXTENSION penstock; CREATE TABLE t (id int PRIMARY KEY);
		INSERT INTO t VALUES (1)');
}
create_sink($node, "one_a", database => 'one', tables => 'public.t');
create_sink($node, "one_b", database => 'one', tables => 'public.t');
create_sink($node, "two_a", database => 'two', tables => 'public.t');
wait_for_state($node, 'one_a', 'streaming', 'one');
wait_for_state($node, 'one_b', 'streaming', 'one');
wait_for_state($node, 'two_a', 'streaming', 'two');
$node->safe_psql('one', 'INSERT INTO t VALUES (2)');
$node->safe_psql('two', 'INSERT INTO t VALUES (3)');
wait_delivered($node, 'one_a', 'one');
wait_delivered($node, 'one_b', 'one');
wait_delivered($node, 'two_a', 'two');
is(event_list($node, 'one_a'), "r 1\nc 2", 'first database, first sink');
is(event_list($node, 'one_b'), "r 1\nc 2", 'first database, second sink');
is(event_list($node, 'two_a'), "r 1\nc 3", 'second database');
is($node->safe_psql('postgres', "SELECT count(DISTINCT pid) FROM pg_stat_activity
	WHERE backend_type = 'penstock sink'"), '3', 'a worker each');

my ($code, $out, $err) = $node->psql('postgres', 'DROP DATABASE two');
isnt($code, 0, 'a database with a running sink is not dropped');
like($err, qr/active logical replication slot|being accessed by other users/, 'and the error says why');
$node->safe_psql('two', "SELECT penstock.drop_sink('two_a')");
wait_until($node, "SELECT count(*) = 0 FROM pg_replication_slots WHERE database = 'two'", 'slot is gone');
wait_until($node, "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = 'two'", 'nobody is there');
$node->safe_psql('postgres', 'DROP DATABASE two');

# Dropping the extension ends its sinks and their slots.
$node->safe_psql('one', 'DROP EXTENSION penstock CASCADE');
wait_until($node, 'SELECT count(*) = 0 FROM pg_replication_slots', 'slots go with the extension');
wait_until($node, "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'penstock sink'",
	'workers go with the extension');
$node->safe_psql('postgres', 'DROP DATABASE one');
$node->stop;
done_testing();
