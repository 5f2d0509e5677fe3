# Statements of the snapshot's own, row filters and publications in snapshots, and snapshots that are
# taken again when the slot is lost.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PenstockTest;

my $node = new_node('main');
$node->safe_psql('postgres', "CREATE TABLE t (id int PRIMARY KEY, v text, big text);
	ALTER TABLE t ALTER big SET STORAGE EXTERNAL; ALTER TABLE t REPLICA IDENTITY FULL;
	CREATE TABLE u (id int PRIMARY KEY, v text);
	INSERT INTO t SELECT g, 'v' || g, repeat('x', 3000) FROM generate_series(1, 250) g;
	INSERT INTO u VALUES (1, 'one'), (2, 'two')");

sub overrides
{
	my ($statement, %more) = @_;
	return { 'snapshot.select.statement.overrides' => 'public.t',
		'snapshot.select.statement.overrides.public.t' => $statement, %more };
}

# In the statement's order, with its own columns' order, names found as in the owner's session.
create_sink($node, 'chosen', options => overrides(
	'SELECT big, v, id FROM t WHERE id > 240 ORDER BY id DESC', 'table.include.list' => 'public[.].*'));
wait_for_state($node, 'chosen', 'streaming');
wait_delivered($node, 'chosen');
is(event_list($node, 'chosen', 't'), join("\n", map { "r $_" } reverse 241 .. 250), 'rows of the statement');
is(event_list($node, 'chosen', 'u'), "r 1\nr 2", 'other tables whole');
my @events = events($node, 'chosen');
is($events[0]{value}{after}{v}, 'v250', 'columns are found by name');
is(length $events[0]{value}{after}{big}, 3000, 'large values too');
is($events[0]{value}{source}{snapshot}, 'first', 'the first is marked');
is($events[9]{value}{source}{snapshot}, 'last_in_data_collection', 'so is the last of its table');

# What the statement may not do; each reason is in the state of the sink.
my %bad = (
	lacking => [ 'SELECT id, v FROM t', qr/does not return column "big"/ ],
	unknown => [ 'SELECT *, 1 AS other FROM t', qr/returns column "other", which the table lacks/ ],
	typed => [ 'SELECT id::text AS id, v, big FROM t', qr/returns column "id" as text.*Cast it to integer/ ],
	writing => [ 'DELETE FROM t', qr/not one SELECT/ ],
	several => [ 'SELECT * FROM t; SELECT * FROM t', qr/not one SELECT/ ]);
for my $name (sort keys %bad)
{
	my ($statement, $reason) = @{ $bad{$name} };
	create_sink($node, $name, tables => 'public.t', options => overrides($statement));
	wait_until($node, "SELECT state = 'failed' FROM penstock.sinks WHERE name = '$name'", "$name fails");
	like(sink_value($node, $name, 'reason'), $reason, "statement that is $name");
	$node->safe_psql('postgres', "SELECT penstock.drop_sink('$name')");
}
is($node->safe_psql('postgres', 'SELECT count(*) FROM t'), '250', 'nothing was deleted');

# It runs with the rights of the owner alone, and cannot write with those of others.
$node->safe_psql('postgres', "CREATE ROLE streamer REPLICATION LOGIN;
	GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA penstock TO streamer; GRANT USAGE ON SCHEMA penstock TO streamer;
	GRANT SELECT ON t TO streamer; CREATE TABLE secret (id int); INSERT INTO secret VALUES (1);
	CREATE FUNCTION spy() RETURNS bool LANGUAGE plpgsql AS 'BEGIN INSERT INTO u VALUES (9); RETURN true; END'");
for my $case ([ 'SELECT * FROM t WHERE EXISTS (SELECT FROM secret)', qr/permission denied for table secret/ ],
	[ 'SELECT * FROM t WHERE spy()', qr/permission denied for table u|read-only/ ])
{
	my ($statement, $reason) = @$case;
	my $options = "jsonb_build_object('topic.prefix', 'srv', 'snapshot.select.statement.overrides', 'public.t',
		'snapshot.select.statement.overrides.public.t', '$statement')";
	$node->safe_psql('postgres', "SET ROLE streamer;
		SELECT penstock.create_sink('spying', 'null', ARRAY['public.t'], $options)");
	wait_until($node, "SELECT state = 'failed' FROM penstock.sinks WHERE name = 'spying'", 'spying fails');
	like(sink_value($node, 'spying', 'reason'), $reason, $statement);
	$node->safe_psql('postgres', "SELECT penstock.drop_sink('spying')");
}

# A reason that is too long is cut between characters.
for my $before ('', 'x')
{
	$node->safe_psql('postgres', "CREATE OR REPLACE FUNCTION complain() RETURNS bool LANGUAGE plpgsql AS
		\$\$ BEGIN RAISE '$before%', repeat('\xc3\xa4', 1000); END \$\$");
	create_sink($node, 'complaining', tables => 'public.t', options => overrides('SELECT * FROM t WHERE complain()'));
	wait_until($node, "SELECT state = 'failed' FROM penstock.sinks WHERE name = 'complaining'", 'complaining fails');
	is($node->safe_psql('postgres', "SELECT convert_from(convert_to(reason, 'UTF8'), 'UTF8') ~ '^$before\xc3\xa4{250,}\$'
		FROM penstock.sinks WHERE name = 'complaining'"), 't', 'a long reason');
	$node->safe_psql('postgres', "SELECT penstock.drop_sink('complaining')");
}

# What its functions set ends with the fetch that called them: it shows neither in the events nor in
# what the worker looks up, and the statement finds its names again.
$node->safe_psql('postgres', "CREATE TABLE s (id int PRIMARY KEY, v text, span tstzrange);
	INSERT INTO s SELECT g, 'v', '[2024-01-01 00:00:00+00,)' FROM generate_series(1, 250) g;
	CREATE FUNCTION meddle() RETURNS text LANGUAGE plpgsql AS \$\$
	DECLARE was text := current_setting('search_path');
	BEGIN
		PERFORM set_config('search_path', 'hidden', false), set_config('TimeZone', 'Asia/Tokyo', false);
		RETURN was;
	END \$\$");
create_sink($node, 'meddling', tables => 'public.s', options => { 'include.unknown.datatypes' => 'true',
	'snapshot.select.statement.overrides' => 'public.s',
	'snapshot.select.statement.overrides.public.s' => 'SELECT id, public.meddle() AS v, span FROM s' });
wait_for_state($node, 'meddling', 'streaming');
wait_delivered($node, 'meddling');
my @rows = map { $_->{value}{after} } events($node, 'meddling');
is(scalar @rows, 250, 'rows of all fetches');
is($rows[$_]{v}, '"$user", public', "search_path of the fetch that begins with row $_") for (0, 100, 200);
is($rows[1]{v}, 'hidden', 'as set within a fetch');
is_deeply([ grep { $_->{span} ne '["2024-01-01 00:00:00+00",)' } @rows ], [], 'the time zone of the worker');
$node->safe_psql('postgres', "SELECT penstock.drop_sink('meddling')");

# Row filters and publications hold for rows that exist as well.
create_sink($node, 'filtered', tables => 'public.t', options => { 'row.filter' => '{"public.t": "id % 100 = 0"}' });
$node->safe_psql('postgres', "CREATE PUBLICATION part FOR TABLE t (id, v) WHERE (id = 7)
	WITH (publish = 'insert')");
create_sink($node, 'published', options =>
	{ 'publication.autocreate.mode' => 'disabled', 'publication.name' => 'part' });
wait_for_state($node, $_, 'streaming') for qw(filtered published);
$node->safe_psql('postgres', "INSERT INTO t VALUES (300, 'x'), (301, 'x'); UPDATE t SET v = 'y' WHERE id IN (1, 100)");
wait_delivered($node, $_) for qw(filtered published);
is(event_list($node, 'filtered'), "r 100\nr 200\nc 300\nu 100", 'rows that meet the condition');
@events = events($node, 'filtered');
is($events[1]{value}{source}{snapshot}, 'last', 'the last of them is marked');
is(event_list($node, 'published'), 'r 7', 'rows of the publication');
@events = events($node, 'published');
is_deeply([ sort keys %{ $events[0]{value}{after} } ], [ 'id', 'v' ], 'columns of the publication');
my ($code, $out, $error) = $node->psql('postgres', "SELECT penstock.create_sink('wrong', 'null', ARRAY['public.u'],
	'{\"topic.prefix\": \"s\", \"row.filter\": {\"public.u\": \"v > 1\"}}')");
like($error, qr/operator does not exist: text > integer/, 'a condition is checked at once');
($code, $out, $error) = $node->psql('postgres', "SELECT penstock.create_sink('wrong', 'null', ARRAY['public.u'],
	'{\"topic.prefix\": \"s\", \"row.filter\": {\"public.uu\": \"true\"}}')");
like($error, qr/names table "public.uu", which the sink does not capture/, 'so is the name of the table');

# snapshot.mode=when_needed: a lost slot is made anew and all rows come again; others stay lost.
$node->safe_psql('postgres', "SELECT penstock.drop_sink(name) FROM penstock.sinks");
wait_until($node, 'SELECT count(*) = 0 FROM pg_replication_slots', 'slots go');
create_sink($node, 'again', tables => 'public.u', options => { 'snapshot.mode' => 'when_needed', 'slot.name' => 'again' });
create_sink($node, 'once', tables => 'public.u', options => { 'slot.name' => 'once' });
wait_for_state($node, $_, 'streaming') for qw(again once);
$node->safe_psql('postgres', "SELECT penstock.pause_sink(name) FROM penstock.sinks");
wait_until($node, 'SELECT NOT bool_or(active) FROM pg_replication_slots', 'workers end');
$node->safe_psql('postgres', "INSERT INTO u VALUES (3, 'three');
	SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots;
	SELECT penstock.resume_sink(name) FROM penstock.sinks");
wait_for_state($node, 'once', 'lost');
wait_for_state($node, 'again', 'streaming');
wait_delivered($node, 'again');
is(event_list($node, 'again'), "r 1\nr 2\nr 1\nr 2\nr 3", 'all rows again');
is(event_list($node, 'once'), "r 1\nr 2", 'nothing without the mode');
like(slurp_file($node->logfile), qr/sink "again" reads all rows again: the replication slot does not exist/, 'it is logged');
$node->safe_psql('postgres', "INSERT INTO u VALUES (4, 'four')");
wait_delivered($node, 'again');
like(event_list($node, 'again'), qr/c 4$/, 'and the stream goes on');
$node->safe_psql('postgres', "SELECT penstock.pause_sink('again')");
wait_until($node, 'SELECT NOT bool_or(active) FROM pg_replication_slots', 'worker ends');
$node->safe_psql('postgres', "INSERT INTO u VALUES (5, 'five');
	SELECT pg_replication_slot_advance('again', pg_current_wal_lsn()); SELECT penstock.resume_sink('again')");
$node->poll_query_until('postgres', "SELECT state = 'streaming' FROM penstock.sinks WHERE name = 'again'");
wait_delivered($node, 'again');
like(event_list($node, 'again'), qr/r 5$/, 'a slot that was moved counts as lost');
$node->stop;
done_testing();
