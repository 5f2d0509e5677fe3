# PenstockTest.pm: what the TAP tests share. Every wait polls for a condition.
package PenstockTest;

use strict;
use warnings;
use Exporter 'import';
use File::Temp;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(new_node has_allow_list has_failpoints create_sink wait_for_state wait_delivered
  events event_list sink_value worker_pid wait_until file_in fold);

# Whether this minor release has output_plugin_libraries.
sub has_allow_list
{
	my ($out) = run_command([ 'postgres', '--describe-config' ]);
	return $out =~ /^output_plugin_libraries\t/m;
}

# A running server with penstock preloaded and the extension in database postgres.
sub new_node
{
	my ($name, $config) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(allows_streaming => 'logical');
	$node->append_conf('postgresql.conf', "shared_preload_libraries = 'penstock'\n"
		. "max_worker_processes = 20\npenstock.naptime = 1\nlog_min_messages = info\n"
		. "penstock.restart_max_interval = 1\nautovacuum = off\n");
	$node->append_conf('postgresql.conf',
		"output_plugin_libraries = 'pgoutput, test_decoding, penstock_output'\n")
	  if has_allow_list();
	$node->append_conf('postgresql.conf', $config) if defined $config;
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION penstock');
	return $node;
}

sub has_failpoints
{
	my ($node) = @_;
	return $node->safe_psql('postgres',
		"SELECT count(*) FROM pg_settings WHERE name = 'penstock.failpoint'");
}

# The file a sink of this name writes to.
sub file_in
{
	my ($node, $name) = @_;
	return $node->basedir . "/$name.jsonl";
}

# A file sink unless options say otherwise; schemas off.
sub create_sink
{
	my ($node, $name, %args) = @_;
	my $connector = $args{connector} || 'file';
	my %options = ('topic.prefix' => 'srv', 'schemas.enable' => 'false', %{ $args{options} || {} });
	$options{'file'} = file_in($node, $name) if $connector eq 'file';
	my $json = encode_json(\%options);
	my $tables = $args{tables} ? "ARRAY['$args{tables}']" : 'NULL';
	$node->safe_psql($args{database} || 'postgres',
		"SELECT penstock.create_sink('$name', '$connector', $tables, '$json')");
}

sub sink_value
{
	my ($node, $name, $column, $database) = @_;
	return $node->safe_psql($database || 'postgres',
		"SELECT $column FROM penstock.sinks WHERE name = '$name'");
}

sub wait_until
{
	my ($node, $query, $what, $database) = @_;
	$node->poll_query_until($database || 'postgres', $query) or die "timed out: $what";
}

sub wait_for_state
{
	my ($node, $name, $state, $database) = @_;
	wait_until($node, "SELECT state = '$state' FROM penstock.sinks WHERE name = '$name'",
		"sink $name $state", $database);
}

# Waits until all that is committed now is delivered.
sub wait_delivered
{
	my ($node, $name, $database) = @_;
	$node->safe_psql($database || 'postgres', "SELECT penstock.wait_for_sink('$name')");
}

sub worker_pid
{
	my ($node, $name) = @_;
	return $node->safe_psql('postgres',
		"SELECT pid FROM penstock.pg_stat_penstock_sinks WHERE name = '$name'");
}

# The decoded lines of a file sink.
sub events
{
	my ($node, $name) = @_;
	my $json = JSON::PP->new->utf8;
	return map { $json->decode($_) } split /\n/, slurp_file(file_in($node, $name));
}

# "op id" of every event of a table, tombstones left out.
sub event_list
{
	my ($node, $name, $table) = @_;
	my @list;
	for my $event (events($node, $name))
	{
		my $value = $event->{value};
		next if !defined $value || (defined $table && $value->{source}{table} ne $table);
		my $row = $value->{after} || $value->{before};
		push @list, "$value->{op} $row->{id}";
	}
	return join("\n", @list);
}

# The table as the events leave it: "id value" lines in order of id.
sub fold
{
	my ($node, $name, $table, $column) = @_;
	my %rows;
	for my $event (events($node, $name))
	{
		my $value = $event->{value};
		next if !defined $value || ($value->{source}{table} // '') ne $table;
		if ($value->{op} eq 'd') { delete $rows{ $value->{before}{id} }; }
		elsif ($value->{op} eq 't') { %rows = (); }
		else { $rows{ $value->{after}{id} } = $value->{after}{$column}; }
	}
	return join("\n", map { "$_|$rows{$_}" } sort { $a <=> $b } keys %rows);
}

1;
