# What rewrites, empties or removes a table between the slot's consistent point and its reading
# makes the snapshot start again; it never loses or doubles rows.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PenstockTest;

my $node = new_node('main');
plan skip_all => 'needs a build with failpoints' unless has_failpoints($node);

my %changes = (
	truncate => 'TRUNCATE t; INSERT INTO t VALUES (7, 7)',
	alter => 'ALTER TABLE t ALTER v TYPE bigint',
	cluster => 'CLUSTER t USING t_pkey',
	rename => 'ALTER TABLE t RENAME TO gone; CREATE TABLE t (id int PRIMARY KEY, v int);
		INSERT INTO t VALUES (8, 8)',
	drop => 'DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (9, 9)',
	add_column => 'ALTER TABLE t ADD w int');

for my $change (sort keys %changes)
{
	$node->safe_psql('postgres', "DROP TABLE IF EXISTS t, gone; CREATE TABLE t (id int PRIMARY KEY, v int);
		INSERT INTO t SELECT g, g FROM generate_series(1, 5) g");
	$node->safe_psql('postgres', "ALTER SYSTEM SET penstock.failpoint = 'snapshot:wait'");
	$node->reload;
	my $session = $node->background_psql('postgres');
	$session->query_safe('SELECT pg_advisory_lock(42)');
	create_sink($node, $change, tables => 'public.t');
	wait_until($node, "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
		'worker waits before it locks the tables');
	is(sink_value($node, $change, 'state'), 'snapshotting', "$change: state");
	$node->safe_psql('postgres', $changes{$change});
	$node->safe_psql('postgres', 'ALTER SYSTEM RESET penstock.failpoint');
	$node->reload;
	my $log = -s $node->logfile;
	$session->query_safe('SELECT pg_advisory_unlock(42)');
	$session->quit;
	wait_for_state($node, $change, 'streaming');
	$node->safe_psql('postgres', 'UPDATE t SET v = v + 1');
	wait_delivered($node, $change);
	is(fold($node, $change, 't', 'v'), $node->safe_psql('postgres', 'SELECT id, v FROM t ORDER BY id'),
		"$change: events fold to the table");
	like(slurp_file($node->logfile, $log), qr/was changed while the snapshot began/, "$change: taken again");
	$node->safe_psql('postgres', "SELECT penstock.drop_sink('$change')");
	wait_until($node, 'SELECT count(*) = 0 FROM penstock.sink', 'sink is gone');
}
$node->stop;
done_testing();
