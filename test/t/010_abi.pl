# Two modules of different builds: a clear error, no crash.
use strict;
use warnings;
use File::Copy;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PenstockTest;

sub read_binary
{
	my ($path) = @_;
	open(my $file, '<:raw', $path) or die "cannot read $path";
	local $/;
	return scalar <$file>;
}

my $node = new_node('main');
create_sink($node, 's', connector => 'null');
wait_for_state($node, 's', 'streaming');
$node->stop;

# The build id is the one string of 16 hexadecimal digits that both modules carry.
my ($libdir) = run_command([ 'pg_config', '--pkglibdir' ]);
my $output = read_binary("$libdir/penstock_output.so");
my %seen = map { $_ => 1 } read_binary("$libdir/penstock.so") =~ /\0([0-9a-f]{16})\0/g;
my ($id) = grep { $seen{$_} && $_ ne '0123456789abcdef' }
  $output =~ /\0([0-9a-f]{16})\0/g;
ok(defined $id, 'both modules carry a build id') or die 'no build id';

my $other = $node->basedir . '/lib';
mkdir $other;
# \x00: digits after \0 would be taken as part of it.
$output =~ s/\x00$id\x00/"\x00" . reverse($id) . "\x00"/ge;
open(my $file, '>:raw', "$other/penstock_output.so") or die 'cannot write';
print $file $output;
close $file;

$node->append_conf('postgresql.conf', "dynamic_library_path = '$other:\$libdir'\n");
$node->start;
wait_for_state($node, 's', 'failed');
like(sink_value($node, 's', 'reason'), qr/another build.*restart the server/s, 'the sink says what to do');
like(slurp_file($node->logfile), qr/WARNING:  penstock_output does not fit penstock/, 'so does the log');

$node->append_conf('postgresql.conf', "dynamic_library_path = '\$libdir'\n");
$node->restart;
wait_for_state($node, 's', 'streaming');
pass('streams again with modules of one build');
$node->stop;
done_testing();
