# What the server must be set to: each missing setting is an error or a sink in a named state with
# the reason, never a hot loop.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PenstockTest;

my $create = q{SELECT penstock.create_sink('s', 'null', NULL, '{"topic.prefix": "srv"}')};

sub create_error
{
	my ($node) = @_;
	my ($code, $out, $err) = $node->psql('postgres', $create);
	isnt($code, 0, 'create_sink refuses');
	return $err;
}

my $bare = PostgreSQL::Test::Cluster->new('bare');
$bare->init;
$bare->append_conf('postgresql.conf', "wal_level = logical\n");
$bare->start;
$bare->safe_psql('postgres', 'CREATE EXTENSION penstock');
like(create_error($bare), qr/shared_preload_libraries/, 'without preload');
is($bare->safe_psql('postgres', 'SELECT count(*) > 0 FROM penstock.options'), 't',
	'functions that need no shared memory work without preload');
$bare->append_conf('postgresql.conf', "shared_preload_libraries = 'penstock'\nwal_level = replica\n");
$bare->restart;
like(create_error($bare), qr/wal_level/, 'with wal_level=replica');
$bare->stop;

SKIP:
{
	skip 'this minor release has no output_plugin_libraries', 5 unless has_allow_list();
	my $node = new_node('listed', "output_plugin_libraries = 'pgoutput'\n");
	my ($code, $out, $err) = $node->psql('postgres', $create);
	if ($code == 0)
	{
		wait_for_state($node, 's', 'failed');
		$err = sink_value($node, 's', 'reason');
	}
	like($err, qr/output_plugin_libraries/, 'not listed: the reason');
	$node->append_conf('postgresql.conf', "penstock.allow_self = on\n");
	$node->reload;
	$node->safe_psql('postgres', $create) if $code != 0;
	wait_for_state($node, 's', 'streaming');
	pass('with penstock.allow_self the worker lists itself');
	is($node->safe_psql('postgres', 'SHOW output_plugin_libraries'), 'pgoutput',
		'the setting of others is as it was');
	$node->stop;

	# A worker that was made when it was listed is told when it no longer is.
	$node->append_conf('postgresql.conf', "penstock.allow_self = off\n");
	$node->start;
	wait_for_state($node, 's', 'failed');
	like(sink_value($node, 's', 'reason'), qr/output_plugin_libraries/, 'existing sink: the reason');
	my $failures = $node->safe_psql('postgres', 'SELECT failures FROM penstock.pg_stat_penstock_sinks');
	cmp_ok($failures, '>=', 1, 'failures are counted');
	$node->stop;
}

my $small = new_node('small', "max_worker_processes = 3\npenstock.max_sinks = 2\n");
# One scan sees both; one worker takes the last slot.
$small->safe_psql('postgres', q{SELECT penstock.create_sink(name, 'null', NULL,
	'{"topic.prefix": "srv"}') FROM (VALUES (name 's1'), ('s2')) AS v(name)});
wait_until($small, "SELECT count(*) = 1 FROM penstock.sinks WHERE state = 'failed'
	AND reason LIKE '%max_worker_processes%'", 'no free worker slot');
pass('no free worker slot: failed with the reason');
wait_until($small, "SELECT count(*) = 1 FROM penstock.sinks WHERE state = 'streaming'", 'the other runs');
$small->stop;
done_testing();
