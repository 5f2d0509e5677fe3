# Snapshot and stream together are exact while others write: no gap, no overlap.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PenstockTest;

my $node = new_node('main');
$node->safe_psql('postgres', q{
	CREATE TABLE t (id int PRIMARY KEY, v int);
	INSERT INTO t SELECT g, 0 FROM generate_series(1, 20000) g;
	CREATE TABLE stop (id int);
	CREATE PROCEDURE write(seed int) LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM setseed(seed / 10.0);
		FOR i IN 1 .. 1000000 LOOP
			UPDATE t SET v = v + 1 WHERE id = 1 + (random() * 20000)::int;
			DELETE FROM t WHERE id = 1 + (random() * 20000)::int;
			INSERT INTO t VALUES (100000 + seed * 1000000 + i, seed);
			IF i % 5 = 0 THEN ROLLBACK; ELSE COMMIT; END IF;
			EXIT WHEN EXISTS (SELECT FROM stop);
		END LOOP;
	END $$});
my @writers;
for my $seed (1 .. 3)
{
	push @writers, IPC::Run::start([ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-d',
		$node->connstr('postgres'), '-c', "CALL write($seed)" ], '>', \my $out, '2>', \my $err);
}
wait_until($node, 'SELECT count(*) > 100 FROM t WHERE id > 100000', 'writers write');
create_sink($node, 's', tables => 'public.t');
wait_for_state($node, 's', 'streaming');
my $written = $node->safe_psql('postgres', 'SELECT max(id) FROM t');
wait_until($node, "SELECT count(*) > 300 FROM t WHERE id > $written - 1000000", 'writers still write');
$node->safe_psql('postgres', 'INSERT INTO stop VALUES (1)');
$_->finish for @writers;
wait_delivered($node, 's');

my %in_snapshot;
my $twice = 0;
for my $event (events($node, 's'))
{
	my $value = $event->{value} or next;
	next if $value->{op} ne 'r' && $value->{op} ne 'c';
	$twice++ if $in_snapshot{ $value->{after}{id} }++;
}
is($twice, 0, 'no row comes from the snapshot and from the stream');
is(fold($node, 's', 't', 'v'), $node->safe_psql('postgres', 'SELECT * FROM t ORDER BY id'),
	'events fold to the table');
$node->stop;
done_testing();
