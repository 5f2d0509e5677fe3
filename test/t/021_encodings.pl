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
	$node->safe_psql($database, "CREATE EXTENSION penstock;
		CREATE TABLE t (id int PRIMARY KEY, b text);
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

# Sinks: of LATIN1 the same text, from the snapshot and from the stream, in names and labels too.
$node->safe_psql('latin1', "CREATE TYPE mood AS ENUM ('fr\xc3\xb6hlich');
	CREATE TABLE \"stra\xc3\x9fe\" (id int PRIMARY KEY, \"gr\xc3\xb6\xc3\x9fe\" mood, b text[]);
	INSERT INTO \"stra\xc3\x9fe\" VALUES (1, 'fr\xc3\xb6hlich', '{\xc3\xa4}')");
create_sink($node, 'latin', database => 'latin1');
wait_for_state($node, 'latin', 'streaming', 'latin1');
$node->safe_psql('latin1', "INSERT INTO \"stra\xc3\x9fe\" VALUES (2, 'fr\xc3\xb6hlich', '{\xc3\xbc}')");
wait_delivered($node, 'latin', 'latin1');
my @latin = grep { $_->{value}{source}{table} ne 't' } events($node, 'latin');
is(join(' ', map { "$_->{value}{after}{\"gr\xf6\xdfe\"} $_->{value}{after}{b}[0]" } @latin),
	"fr\xf6hlich \xe4 fr\xf6hlich \xfc", 'values of LATIN1 in snapshot and stream');
is($latin[0]{value}{source}{table}, "stra\xdfe", 'and names');

sub wait_stopped
{
	my ($what) = @_;
	wait_until($node, "SELECT state = 'failed' AND reason LIKE '%invalid byte sequence%' FROM penstock.sinks WHERE name = 'ascii'",
		$what, 'sql_ascii');
	pass($what);
}

# Of SQL_ASCII a text that is no UTF-8 stops the sink before the row; what lies before it is delivered.
$node->safe_psql('sql_ascii', "DELETE FROM t; CREATE TABLE other (id int PRIMARY KEY, b text);
	INSERT INTO t VALUES (1, 'plain'), (2, 'k\xc3\xa4')");
create_sink($node, 'ascii', database => 'sql_ascii');
wait_for_state($node, 'ascii', 'streaming', 'sql_ascii');
$node->safe_psql('sql_ascii', "INSERT INTO t VALUES (3, 'before');
	INSERT INTO t VALUES (4, convert_from('\\x6be4', 'SQL_ASCII')); INSERT INTO t VALUES (5, 'after')");
wait_stopped('a text that is no UTF-8 stops the sink');
is(fold($node, 'ascii', 't', 'b'), "1|plain\n2|k\xe4\n3|before", 'what was committed before is delivered');
$node->safe_psql('sql_ascii', "SELECT penstock.alter_sink('ascii', options => '{\"column.exclude.list\": \"public.t.b\"}')");
wait_delivered($node, 'ascii', 'sql_ascii');
is(event_list($node, 'ascii', 't'), "r 1\nr 2\nc 3\nc 4\nc 5", 'without the column all rows come, each once');

# Tables with such names: left out they touch nobody, captured they stop the sink.
create_sink($node, 'chosen', database => 'sql_ascii', tables => 'public.other');
wait_for_state($node, 'chosen', 'streaming', 'sql_ascii');
$node->safe_psql('sql_ascii', "DO \$\$ BEGIN
	EXECUTE format('CREATE TABLE %I (id int PRIMARY KEY)', convert_from('\\x74e4', 'SQL_ASCII'));
	EXECUTE format('INSERT INTO %I VALUES (1)', convert_from('\\x74e4', 'SQL_ASCII')); END \$\$;
	INSERT INTO other VALUES (1, 'x')");
wait_delivered($node, 'chosen', 'sql_ascii');
is(event_list($node, 'chosen', 'other'), 'c 1', 'a name that is no UTF-8 does not stop sinks that leave it out');
create_sink($node, 'later', database => 'sql_ascii', tables => 'public.other');
wait_for_state($node, 'later', 'streaming', 'sql_ascii');
is(event_list($node, 'later', 'other'), 'r 1', 'nor their snapshots');
wait_stopped('a sink that captures it stops');

# A "char" may be any byte in every database.
$node->safe_psql('postgres', 'CREATE TABLE bytes (id int PRIMARY KEY, c "char", a "char"[])');
create_sink($node, 'bytes');
wait_for_state($node, 'bytes', 'streaming');
$node->safe_psql('postgres', q{INSERT INTO bytes VALUES (1, (-28)::"char", ARRAY['x', (-1)::"char"])});
wait_delivered($node, 'bytes');
my ($byte) = events($node, 'bytes');
is($byte->{value}{after}{c}, '\\344', 'of "char" a byte beyond ASCII as later releases print it');
is_deeply($byte->{value}{after}{a}, [ 'x', '\\377' ], 'and in arrays');
$node->stop;
done_testing();
