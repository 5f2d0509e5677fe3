# Settings for the whole server that would hurt a worker do not reach it.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PenstockTest;

my $node = new_node('main');
$node->safe_psql('postgres', 'CREATE TABLE t (id int PRIMARY KEY);
	INSERT INTO t SELECT generate_series(1, 100000)');
my $config = "default_transaction_read_only = on\ndefault_transaction_isolation = 'serializable'\n"
  . "statement_timeout = '2ms'\nlock_timeout = '1ms'\n";
$config .= "transaction_timeout = '2ms'\n" if $node->pg_version >= 17;
$config .= "penstock.worker_nice = 3\n";
$node->append_conf('postgresql.conf', $config);
$node->reload;

my $path = file_in($node, 's');
$ENV{PGOPTIONS} = '-c statement_timeout=0 -c default_transaction_read_only=off -c lock_timeout=0';
$ENV{PGOPTIONS} .= ' -c transaction_timeout=0' if $node->pg_version >= 17;
create_sink($node, 's', tables => 'public.t');
wait_for_state($node, 's', 'streaming');
my ($server) = split /\n/, slurp_file($node->data_dir . '/postmaster.pid');
my $worker = $node->safe_psql('postgres',
	"SELECT pid FROM pg_stat_activity WHERE backend_type = 'penstock sink'");
is(getpriority(0, $worker) - getpriority(0, $server), 3, 'penstock.worker_nice');
$node->safe_psql('postgres', 'INSERT INTO t SELECT generate_series(100001, 200000)');
wait_delivered($node, 's');
my @lines = split /\n/, slurp_file($path);
is(scalar @lines, 200000, 'every row, snapshot and stream');
$node->safe_psql('postgres', "SELECT penstock.drop_sink('s')");
wait_until($node, 'SELECT count(*) = 0 FROM penstock.sink', 'the scanner can write');
pass('drop_sink');
$node->stop;
done_testing();
