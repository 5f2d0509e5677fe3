# An idle sink keeps no WAL back: its position follows what other tables and databases write.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PenstockTest;

my $node = new_node('main');
$node->safe_psql('postgres', 'CREATE DATABASE other');
$node->safe_psql('postgres', 'CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE not_captured (id int)');
create_sink($node, 'n', connector => 'null', tables => 'public.t');
create_sink($node, 'f', tables => 'public.t');
wait_for_state($node, 'n', 'streaming');
wait_for_state($node, 'f', 'streaming');

for my $case ([ 'postgres', 'another table', 'INSERT INTO not_captured SELECT generate_series(1, 10000)' ],
	[ 'other', 'another database', 'CREATE TABLE x AS SELECT generate_series(1, 10000)' ])
{
	my ($database, $what, $sql) = @$case;
	$node->safe_psql($database, $sql);
	my $lsn = $node->safe_psql('postgres', 'SELECT pg_current_wal_flush_lsn()');
	for my $sink ('n', 'f')
	{
		my $slot = sink_value($node, $sink, 'slot');
		wait_until($node, "SELECT confirmed_flush_lsn >= '$lsn' FROM pg_replication_slots
			WHERE slot_name = '$slot'", "position follows $what");
		pass("sink $sink follows $what");
	}
}

# restart_lsn follows too, once a running-transactions record came by.
my $lsn = $node->safe_psql('postgres', 'SELECT pg_current_wal_flush_lsn()');
$node->safe_psql('postgres', 'CHECKPOINT');
wait_until($node, "SELECT bool_and(restart_lsn >= '$lsn') FROM pg_replication_slots", 'restart_lsn follows');
pass('restart_lsn follows');

# Saved by a timer: an immediate stop brings little back.
wait_until($node, "SELECT bool_and(confirmed_flush_lsn >= '$lsn') FROM pg_replication_slots", 'confirmed');
$node->stop('immediate');
$node->start;
is($node->safe_psql('postgres', "SELECT bool_and(confirmed_flush_lsn >= '$lsn')
	FROM pg_replication_slots"), 't', 'the position was saved');
$node->stop;
done_testing();
