# Heartbeats as records: between transactions, on idle tables, without holding up the position.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PenstockTest;

my $node = new_node('main');
$node->safe_psql('postgres', 'CREATE TABLE t (id int PRIMARY KEY)');
create_sink($node, 'beating', tables => 'public.t', options => {
	'heartbeat.interval.ms' => 50, 'topic.heartbeat.prefix' => 'beat', 'topic.delimiter' => '_' });
create_sink($node, 'second', tables => 'public.t', options => {
	'heartbeat.interval.ms' => 50, 'snapshot.mode' => 'no_data' });
create_sink($node, 'silent', tables => 'public.t');
wait_for_state($node, $_, 'streaming') for qw(beating second silent);

sub beats
{
	my ($name) = @_;
	return grep { $_->{topic} =~ /beat/ } events($node, $name);
}

sub wait_for_beats
{
	my ($name, $count) = @_;
	for (1 .. 600)
	{
		return if beats($name) >= $count;
		select(undef, undef, undef, 0.1);
	}
	die "no heartbeats of $name";
}

is(beats('beating'), 0, 'none before the first transaction');
$node->safe_psql('postgres', 'INSERT INTO t VALUES (0)');
wait_for_beats('beating', 3);
my ($first) = beats('beating');
is($first->{topic}, 'beat_srv', 'topic of heartbeats');
is_deeply($first->{key}, { serverName => 'srv' }, 'key of a heartbeat');
is_deeply([ keys %{ $first->{value} } ], ['ts_ms'], 'value of a heartbeat');
like($first->{value}{ts_ms}, qr/^1\d{12}$/, 'milliseconds');
is($first->{partition}, 0, 'partition of a heartbeat');
is(beats('silent'), 0, 'none where none are asked for');

# A transaction is never torn, and the position goes on.
$node->safe_psql('postgres', 'INSERT INTO t SELECT generate_series(1, 2000)');
wait_delivered($node, $_) for qw(beating second silent);
my @topics = map { $_->{topic} } events($node, 'beating');
my $joined = join '', map { /beat/ ? 'b' : 'e' } @topics;
like($joined, qr/^eb*e{2000}b*$/, 'no heartbeat within a transaction');
wait_for_beats('second', 2);
my @all = events($node, 'second');
is($all[0]{topic}, 'srv.public.t', 'the transaction comes before the first heartbeat');
my $lsn = $node->safe_psql('postgres', 'SELECT pg_switch_wal(); SELECT pg_current_wal_lsn()');
$lsn =~ s/.*\n//s;
wait_until($node, "SELECT bool_and(confirmed_flush_lsn >= '$lsn') FROM pg_replication_slots",
	'idle slots move with heartbeats and without');

# After a restart nothing comes twice but heartbeats.
$node->restart;
wait_for_state($node, 'beating', 'streaming');
wait_delivered($node, 'beating');
is(scalar(grep { $_->{topic} !~ /beat/ } events($node, 'beating')), 2001, 'nothing twice, nothing lost');
$node->stop;
done_testing();
