# Databases in other encodings: events are UTF-8, and a text that cannot be stops the sink with its place.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PenstockTest;

my $node = new_node('main');

sub texts
{
	my ($database, $options) = @_;
	my ($rows, $error);
	return $node->psql($database,
		"SELECT data::json->'after'->>'b' FROM pg_logical_slot_peek_changes('slot_$database', NULL, NULL, "
		  . "'topic.prefix', 'x', 'schemas.enable', 'false'$options)", stderr => \$error, stdout => \$rows)
	  ? $error : $rows;
}

for my $encoding ('LATIN1', 'SQL_ASCII')
{
	my $database = lc $encoding;
	$node->safe_psql('postgres',
		"CREATE DATABASE $database ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
	$node->safe_psql($database, "CREATE TABLE t (id int PRIMARY KEY, b text);
		SELECT pg_create_logical_replication_slot('slot_$database', 'penstock_output');
		INSERT INTO t VALUES (1, convert_from('\\x6be4', '$encoding'))");
}

# psql asks for UTF8 through PGCLIENTENCODING.
$ENV{PGCLIENTENCODING} = 'UTF8';
is(texts('latin1', ''), "k\xc3\xa4", 'a text of LATIN1 comes as UTF-8');

my $error = texts('sql_ascii', '');
like($error, qr/invalid byte sequence for encoding "UTF8": 0xe4/, 'no event in another encoding');
like($error, qr/column "b" of table "public.t"/, 'the error names the place');
like($error, qr/HINT: .*column\.exclude\.list/, 'and the way out');
is(texts('sql_ascii', ", 'column.exclude.list', 'public.t.b'"), '', 'which works');
$node->stop;
done_testing();
