# Files that options name are opened with the server's rights: the worker looks at the owner's once
# placeholders are resolved.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PenstockTest;

my $node = new_node('main');
my $secrets = $node->basedir . '/secrets';
mkdir $secrets or die $!;
my $outside = $node->basedir . '/outside.pem';
append_to_file($outside, 'x');
append_to_file("$secrets/inside.pem", 'x');
append_to_file("$secrets/paths", "outside=$outside\ninside=$secrets/inside.pem\n");
$node->append_conf('postgresql.conf', "penstock.secrets_directory = '$secrets'\n");
$node->reload;
$node->safe_psql('postgres', 'CREATE TABLE t (id int PRIMARY KEY); CREATE ROLE sender REPLICATION;
	GRANT SELECT ON t TO sender; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA penstock TO sender');

for my $place ('outside', 'inside')
{
	my $options = '{"topic.prefix": "srv", "bootstrap.servers": "127.0.0.1:1",'
	  . " \"ssl.ca.location\": \"\${file:$secrets/paths:$place}\", \"security.protocol\": \"SSL\"}";
	$node->safe_psql('postgres', "SET ROLE sender;
		SELECT penstock.create_sink('$place', 'kafka', ARRAY['public.t'], '$options')");
	wait_until($node, "SELECT reason IS NOT NULL FROM penstock.sinks WHERE name = '$place'", 'a reason');
}
my $denied = qr/owner of the sink may not read file/;
like(sink_value($node, 'outside', 'reason'), $denied, 'outside the directory the path is refused');
unlike(sink_value($node, 'inside', 'reason'), $denied, 'below it the file is opened');
$node->stop;
done_testing();
