# Changes during the snapshot that are not those of a captured table: other tables do not disturb
# it, a change of the sink itself makes it start again.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PenstockTest;

my $node = new_node('main');
plan skip_all => 'needs a build with failpoints' unless has_failpoints($node);
$node->safe_psql('postgres', 'CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1);
	CREATE TABLE u (id int PRIMARY KEY); INSERT INTO u VALUES (1);
	CREATE TABLE dropped (id int); CREATE TABLE rewritten (id int); CREATE TABLE renamed (id int)');
my $session = $node->background_psql('postgres');

# Creates the sink and stops its worker before it looks at the tables.
sub begin_snapshot
{
	my ($name) = @_;
	$node->safe_psql('postgres', "ALTER SYSTEM SET penstock.failpoint = 'snapshot:wait'");
	$node->reload;
	$session->query_safe('SELECT pg_advisory_lock(42)');
	create_sink($node, $name, tables => 'public.t');
	wait_until($node, "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
		'worker waits before it locks the tables');
	$node->safe_psql('postgres', 'ALTER SYSTEM RESET penstock.failpoint');
	$node->reload;
}

begin_snapshot('others');
$node->safe_psql('postgres', 'DROP TABLE dropped; ALTER TABLE rewritten ALTER id TYPE bigint;
	ALTER TABLE renamed RENAME TO new_name');
my $log = -s $node->logfile;
$session->query_safe('SELECT pg_advisory_unlock(42)');
wait_for_state($node, 'others', 'streaming');
wait_delivered($node, 'others');
is(event_list($node, 'others'), 'r 1', 'the snapshot is complete');
unlike(slurp_file($node->logfile, $log), qr/was changed while the snapshot began/,
	'and was not disturbed by other tables');

# The change waits to be committed while the worker reads by the old options.
begin_snapshot('altered');
my $change = $node->background_psql('postgres');
$change->query_safe("BEGIN; SELECT penstock.alter_sink('altered', ARRAY['public.t', 'public.u'])");
$session->query_safe('SELECT pg_advisory_unlock(42)');
wait_until($node, "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted",
	'worker wants to note the end of the snapshot');
$log = -s $node->logfile;
$change->query_safe('COMMIT');
$change->quit;
wait_for_state($node, 'altered', 'streaming');
wait_delivered($node, 'altered');
is(event_list($node, 'altered', 'u'), 'r 1', 'the table that was added is in the snapshot');
$session->quit;
$node->stop;
done_testing();
