# Memory of the worker during one transaction of a million rows. Long: PENSTOCK_TEST_LONG=1.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);
use PenstockTest;

plan skip_all => 'set PENSTOCK_TEST_LONG=1' unless $ENV{PENSTOCK_TEST_LONG};
plan skip_all => 'needs /proc' unless -r '/proc/self/status';

my $node = new_node('main', "logical_decoding_work_mem = '64MB'\nmax_wal_size = '4GB'\n");
$node->safe_psql('postgres', 'CREATE TABLE t (id bigint PRIMARY KEY, a int, b text, c text,
	n numeric(12,2), f bool, ts timestamptz, j jsonb)');
create_sink($node, 's', tables => 'public.t');
wait_for_state($node, 's', 'streaming');
my $pid = worker_pid($node, 's');
$node->safe_psql('postgres', q{INSERT INTO t SELECT g, g, 'text ' || g, repeat('x', 50), g, true, now(),
	jsonb_build_object('k', g) FROM generate_series(1, 1000000) g});

# The samples are the wait: 100 ms apart until the events are counted.
my $peak_kb = 0;
my $count = 0;
while ($count < 1000000)
{
	for (1 .. 10)
	{
		my ($kb) = slurp_file("/proc/$pid/status") =~ /^RssAnon:\s+(\d+) kB/m;
		$peak_kb = $kb if $kb > $peak_kb;
		usleep(100_000);
	}
	$count = $node->safe_psql('postgres', 'SELECT event_count FROM penstock.pg_stat_penstock_sinks');
}
is($count, 1000000, 'every row');
cmp_ok($peak_kb, '<', 100 * 1024, "peak RssAnon $peak_kb kB");
$node->stop;
done_testing();
