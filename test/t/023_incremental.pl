# Incremental snapshots under load: rows are inserted, updated, deleted and change their keys while the
# table is read, the server is killed in between, and the file folded is the table.
use strict;
use warnings;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PenstockTest;

my $node = new_node('main', "restart_after_crash = on\nfsync = off\n");
$node->safe_psql('postgres', q{
	CREATE TABLE signals (id text PRIMARY KEY, type text, data text);
	CREATE TABLE t (id int PRIMARY KEY, v text);
	CREATE TABLE u (id int, v text);
	CREATE UNIQUE INDEX u_id ON u (id); ALTER TABLE u ALTER id SET NOT NULL; ALTER TABLE u REPLICA IDENTITY FULL;
	INSERT INTO t SELECT g, 'old ' || g FROM generate_series(1, 2000) g;
	INSERT INTO u SELECT g, 'old ' || g FROM generate_series(1, 1000) g});
create_sink($node, 's', options => { 'table.include.list' => 'public[.][tu]', 'snapshot.mode' => 'no_data', 'extended.headers.enabled' => 'false',
	'signal.data.collection' => 'public.signals', 'incremental.snapshot.chunk.size' => 20 });
wait_for_state($node, 's', 'streaming');

# Rows come, go and change, their keys too; some transactions hold their changes back for a while.
# Each session has keys of its own, so that none fails because of another.
my $script = $node->basedir . '/load.sql';
append_to_file($script, q{
\set k 4 * random(0, 624) + 1 + :client_id
\set n 4 * random(0, 624) + 1 + :client_id
\set what random(1, 5)
\set wait random(0, 20)
BEGIN;
UPDATE t SET v = 'new ' || txid_current() WHERE id = :k;
UPDATE u SET v = 'new ' || txid_current() WHERE id = :k;
SELECT pg_sleep(:wait / 1000.0);
\if :what = 1
DELETE FROM t WHERE id = :n;
DELETE FROM u WHERE id = :n;
\elif :what = 2
UPDATE t SET id = :n WHERE id = :k AND NOT EXISTS (SELECT FROM t WHERE id = :n);
\elif :what = 3
INSERT INTO t VALUES (:n, 'more') ON CONFLICT DO NOTHING;
INSERT INTO u VALUES (:n, 'more') ON CONFLICT DO NOTHING;
\endif
END;
});
sub load
{
	my ($seconds) = @_;
	return IPC::Run::start([ 'pgbench', '-n', '-f', $script, '-c', '4', '-T', $seconds, '--max-tries=100',
		'-h', $node->host, '-p', $node->port, 'postgres' ], '>', \my $out, '2>', \my $err);
}

sub read_again
{
	my ($id, @tables) = @_;
	my $list = join ',', map { qq("public.$_") } @tables;
	$node->safe_psql('postgres', "INSERT INTO signals VALUES ('$id', 'execute-snapshot',
		'{\"data-collections\": [$list]}')");
}

sub wait_read
{
	wait_delivered($node, 's');
	wait_until($node, 'SELECT count(*) = 0 FROM penstock.sink_snapshots', 'tables are read');
	wait_delivered($node, 's');
}

sub table_of
{
	my ($table) = @_;
	return $node->safe_psql('postgres', "SELECT id, v FROM $table ORDER BY id");
}

# The tables as the events leave them, how many rows of each were read, their markers, and how many
# events of each kind there are. Not by JSON: there are many.
sub fold_file
{
	my (%tables, %reads, %markers, %ops);
	for my $line (split /\n/, slurp_file(file_in($node, 's')))
	{
		my ($before, $after, $marker, $table, $op) = $line =~
		  /"before":(null|\{[^}]*\}),"after":(null|\{[^}]*\}),"source":\{.*?"snapshot":"(\w+)".*?"table":"(\w)".*?"op":"(\w)"/
		  or next;
		$ops{$op}++;
		my ($id, $v) = ($op eq 'd' ? $before : $after) =~ /"id":(\d+),"v":(?:"([^"]*)"|null)/;
		if ($op eq 'd') { delete $tables{$table}{$id}; }
		else { $tables{$table}{$id} = $v; }
		if ($op eq 'r') { $reads{$table}++; $markers{$marker}++; }
	}
	my %text = map { my $rows = $tables{$_};
		($_ => join "\n", map { "$_|$rows->{$_}" } sort { $a <=> $b } keys %$rows) } keys %tables;
	return (\%text, \%reads, \%markers, \%ops);
}

my $load = load(600);
read_again('first', 't', 'u');
wait_until($node, 'SELECT sum(row_count) > 1000 FROM penstock.sink_snapshots', 'some rows are read');
$node->stop('immediate');
IPC::Run::finish($load);
$node->start;
wait_for_state($node, 's', 'streaming');
$load = load(10);
wait_read();
my ($tables, $reads) = fold_file();
cmp_ok($reads->{t}, '>', 1500, 'rows were read');
cmp_ok($reads->{t}, '<', 2400, 'and not from the beginning after the crash');
# A second time, all of it under load.
read_again('second', 't', 'u');
IPC::Run::finish($load);
wait_read();
my ($markers, $ops);
($tables, $reads, $markers, $ops) = fold_file();
cmp_ok($ops->{$_}, '>', 20, "while rows changed: $_") for qw(c u d);
is($tables->{t}, table_of('t'), 'the file folded is the table');
is($tables->{u}, table_of('u'), 'also without a primary key');
is_deeply([ keys %$markers ], ['incremental'], 'rows are marked');
$node->stop;
done_testing();
