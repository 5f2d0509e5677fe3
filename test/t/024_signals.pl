# Signals: pause, resume, stop, log, and bad ones; DDL, TRUNCATE and alter_sink while tables are read;
# rights; a restart; snapshot_sink.
use strict;
use warnings;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PenstockTest;

my $node = new_node('main');
plan skip_all => 'needs a build with failpoints' unless has_failpoints($node);
$node->safe_psql('postgres', q{
	CREATE TABLE signals (id text PRIMARY KEY, type text, data text);
	CREATE TABLE t (id int PRIMARY KEY, v text);
	INSERT INTO t SELECT g, 'v' || g FROM generate_series(1, 20) g;
	CREATE TABLE u (id int PRIMARY KEY, v text); INSERT INTO u VALUES (1, 'one');
	CREATE TABLE keyless (id int, v text); ALTER TABLE keyless REPLICA IDENTITY FULL;
	CREATE TABLE other (id int PRIMARY KEY, v text)});
create_sink($node, 's', options => { 'table.include.list' => 'public[.](t|u|keyless)', 'snapshot.mode' => 'no_data',
	'signal.data.collection' => 'public.signals', 'incremental.snapshot.chunk.size' => 5, 'skipped.operations' => 'none',
	'notification.enabled.channels' => 'sink', 'notification.sink.topic.name' => 'notes' });
wait_for_state($node, 's', 'streaming');

my $number = 0;
sub signal_to
{
	my ($type, $data, $id) = @_;
	$id //= 's' . ++$number;
	my $json = defined $data ? "'" . encode_json($data) =~ s/'/''/gr . "'" : 'NULL';
	$node->safe_psql('postgres', "INSERT INTO signals VALUES ('$id', '$type', $json)");
	wait_delivered($node, 's');
	return $id;
}

sub wait_read
{
	wait_until($node, 'SELECT count(*) = 0 FROM penstock.sink_snapshots', 'tables are read');
	# The last notification follows.
	wait_until($node, "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'penstock snapshot'",
		'the process ends');
	wait_delivered($node, 's');
}

# Lines of the file since the last call: events as "op id", notifications as "TYPE id table".
my $seen = 0;
sub news
{
	my @lines;
	my @all = events($node, 's');
	for my $event (@all[ $seen .. $#all ])
	{
		my $value = $event->{value};
		if ($event->{topic} eq 'notes')
		{
			my $data = $value->{additional_data};
			my $line = "$value->{type} $value->{id}";
			$line .= " $data->{data_collections}" if $value->{type} =~ /ED$/ && $data->{data_collections};
			$line .= " $data->{status}" if $data->{status};
			push @lines, $line if $value->{type} !~ /IN_PROGRESS|SKIPPED/;
		}
		elsif (defined $value && $value->{op} eq 't') { push @lines, 't'; }
		elsif (defined $value) { push @lines, "$value->{op} " . ($value->{after} || $value->{before})->{id}; }
	}
	$seen = @all;
	return join ', ', @lines;
}

sub log_has
{
	my ($pattern, $what) = @_;
	wait_until($node, "SELECT pg_read_file('" . $node->logfile . "') ~ '$pattern'", $what);
	ok(1, $what);
}

# Failpoint incremental: a chunk waits, its snapshot taken, until advisory lock 42 is free.
my $holder;
sub hold
{
	$holder = $node->background_psql('postgres');
	$holder->query_safe('SELECT pg_advisory_lock(42)');
	$node->safe_psql('postgres', "ALTER SYSTEM SET penstock.failpoint = 'incremental:wait'");
	$node->reload;
	$node->poll_query_until('postgres', "SELECT setting = 'incremental:wait' FROM pg_settings
		WHERE name = 'penstock.failpoint'");
}
sub wait_held
{
	wait_until($node, "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted", 'a chunk waits');
}
# Lets the chunk that waits go on, and the next one wait: the session queues behind the process.
sub next_chunk
{
	my ($sink) = @_;
	my $next = $node->background_psql('postgres');
	$next->query_until(qr/queued/, "\\echo queued\nSELECT pg_advisory_lock(42);\n");
	wait_until($node, "SELECT count(*) > 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted", 'another session waits');
	$holder->quit;
	$holder = $next;
	wait_until($node, "SELECT row_count > 0 FROM penstock.sink_snapshots WHERE name = '$sink'", 'a chunk is delivered');
	wait_held();
}
sub let_go
{
	$node->safe_psql('postgres', "ALTER SYSTEM RESET penstock.failpoint");
	$node->reload;
	$holder->quit;
}

signal_to('execute-snapshot', { 'data-collections' => ['public.t'],
	'additional-conditions' => [ { 'data-collection' => 'public.t', 'filter' => 'id <= 2 -- a comment' } ] }, 'cond');
wait_read();
is(news(), 'STARTED cond public.t, r 1, r 2, TABLE_SCAN_COMPLETED cond public.t SUCCEEDED, COMPLETED cond',
	'rows that meet a condition');

# What is wrong is said, and nothing else happens.
for my $bad (
	[ 'nonsense', {}, 'there is no signal type .nonsense.' ],
	[ 'execute-snapshot', { 'data-collections' => ['public.t'], type => 'blocking' }, 'blocking snapshots are not supported' ],
	[ 'execute-snapshot', { 'data-collections' => ['public.other'] }, 'matches no table that the sink captures' ],
	[ 'execute-snapshot', { 'data-collections' => ['('] }, 'data-collections|regular expression' ],
	[ 'execute-snapshot', undef, 'names no table' ])
{
	my ($type, $data, $pattern) = @$bad;
	my $id = signal_to($type, $data);
	log_has("signal .$id. is ignored: [^\\n]*($pattern)", "bad signal: $pattern");
}
$node->safe_psql('postgres', "INSERT INTO signals VALUES ('nulls', NULL, NULL), ('text', 'log', 'no json')");
log_has('signal .nulls. is ignored: there is no signal type', 'bad signal: nulls');
log_has('signal .text. is ignored: column .data. is not a JSON object', 'bad signal: no JSON');
for my $filter ('id IN (SELECT id FROM other)', 'pg_sleep(1) IS NULL', 'id = 1) OR (true', 'missing = 1')
{
	signal_to('execute-snapshot', { 'data-collections' => ['public.t'],
		'additional-conditions' => [ { 'data-collection' => 'public.t', 'filter' => $filter } ] });
	wait_read();
	like(news(), qr/^STARTED \S+ public.t, TABLE_SCAN_COMPLETED \S+ public.t SQL_EXCEPTION, COMPLETED \S+$/, "condition $filter");
}
signal_to('execute-snapshot', { 'data-collections' => ['public.keyless'] }, 'keyless');
wait_read();
like(news(), qr/NO_PRIMARY_KEY/, 'a table without key');
log_has('table "public.keyless" ends: it has neither', 'is logged');
signal_to('log', { message => 'we are at {}' });
log_has('we are at 0/', 'log');

# A chunk that was read, and rows of it that are changed before it can be sent.
hold();
signal_to('execute-snapshot', { 'data-collections' => ['public.t'] }, 'late');
wait_held();
$node->safe_psql('postgres', "UPDATE t SET v = 'new' WHERE id = 1; DELETE FROM t WHERE id = 2;
	UPDATE t SET id = 30 WHERE id = 3; INSERT INTO t VALUES (0, 'less')");
# A signal is heard although the chunk takes its time.
signal_to('pause-snapshot', undef, 'pause');
signal_to('stop-snapshot', { 'data-collections' => ['public.t'] }, 'stop');
let_go();
wait_read();
like(news(), qr/^STARTED late public.t, u 1, d 2, d 3, c 30, c 0, PAUSED late public.t, ABORTED late public.t$/,
	'pause and stop');

hold();
signal_to('execute-snapshot', { 'data-collections' => [ 'public.t', 'public.u' ] }, 'dedup');
wait_held();
$node->safe_psql('postgres', "UPDATE t SET v = 'newer' WHERE id = 1; UPDATE t SET id = 31 WHERE id = 4");
wait_delivered($node, 's');
let_go();
wait_read();
my $news = news();
like($news, qr/^STARTED dedup public.t,public.u, u 1, d 4, c 31, r 0, r 5, r 6,/, 'changed rows are left out');
like($news, qr/r 20, r 30, TABLE_SCAN_COMPLETED dedup public.t,public.u SUCCEEDED, r 1, TABLE_SCAN_COMPLETED dedup public.u SUCCEEDED, COMPLETED dedup$/,
	'all others come, up to the last that there was, and the next table');
is(fold($node, 's', 't', 'v'), $node->safe_psql('postgres', 'SELECT id, v FROM t ORDER BY id'), 'the file folded is the table');

# The function does what the signal does, for those who may.
$node->safe_psql('postgres', "SELECT penstock.snapshot_sink('s', ARRAY['public.u'])");
wait_read();
like(news(), qr/^STARTED (\S{36}) public.u, r 1, TABLE_SCAN_COMPLETED \1 public.u SUCCEEDED, COMPLETED \1$/, 'snapshot_sink');
my ($code, $out, $error) = $node->psql('postgres', "SELECT penstock.snapshot_sink('s', ARRAY['public.other'])");
like($error, qr/does not capture a table "public.other"/, 'it names tables that are captured');
($code, $out, $error) = $node->psql('postgres', "SELECT penstock.snapshot_sink('s', ARRAY['public.t'], 'random() > 0')");
like($error, qr/functions that are user-defined or not immutable/, 'and conditions that are safe');
$node->safe_psql('postgres', 'CREATE ROLE stranger; GRANT EXECUTE ON FUNCTION penstock.snapshot_sink TO stranger');
($code, $out, $error) = $node->psql('postgres', "SET ROLE stranger; SELECT penstock.snapshot_sink('s', ARRAY['public.t'])");
like($error, qr/must be owner of sink "s"/, 'of sinks of one\'s own');

# Between chunks, the first of which is delivered: paused, changed, resumed.
my $chunk_size = 5;
sub between
{
	my ($id, $sql) = @_;
	hold();
	signal_to('execute-snapshot', { 'data-collections' => ['public.t'] }, $id);
	wait_held();
	next_chunk('s');
	is($node->safe_psql('postgres', 'SELECT row_count FROM penstock.sink_snapshots'), $chunk_size, "$id: rows of a chunk");
	signal_to('pause-snapshot', undef, "$id-pause");
	let_go();
	$node->safe_psql('postgres', $sql);
	signal_to('resume-snapshot', undef, "$id-resume");
	wait_read();
	wait_delivered($node, 's');
	return news();
}
like(between('add', "ALTER TABLE t ADD w int DEFAULT 7; INSERT INTO t VALUES (40, 'x', 1)"),
	qr/c 40, RESUMED add public.t, (r \d+, )*r 31, TABLE_SCAN_COMPLETED add public.t SUCCEEDED/, 'a column is added');
my @last = grep { $_->{topic} eq 'srv.public.t' && defined $_->{value} } events($node, 's');
is($last[-1]{value}{after}{w}, 7, 'and sent');
like(between('retype', 'ALTER TABLE t ALTER id TYPE bigint'), qr/r 40, TABLE_SCAN_COMPLETED retype public.t SUCCEEDED/, 'the key gets another type');
like(between('truncate', "TRUNCATE t; INSERT INTO t VALUES (20, 'after')"), qr/r 20, TABLE_SCAN_COMPLETED truncate public.t SUCCEEDED/, 'the table is truncated');

# Progress survives a restart and alter_sink.
$node->safe_psql('postgres', "INSERT INTO t SELECT g, 'v' || g FROM generate_series(100, 140) g");
hold();
signal_to('execute-snapshot', { 'data-collections' => ['public.t'] }, 'restart');
wait_held();
$holder->quit;
$node->stop('immediate');
$node->start;
$node->safe_psql('postgres', "ALTER SYSTEM RESET penstock.failpoint");
$node->reload;
wait_for_state($node, 's', 'streaming');
wait_read();
is(fold($node, 's', 't', 'v'), $node->safe_psql('postgres', 'SELECT id, v FROM t ORDER BY id'), 'goes on after a crash');
news();
my @read = between('alter', q{SELECT penstock.alter_sink('s', NULL, '{"incremental.snapshot.chunk.size": 7}')}) =~ /\br (\d+)/g;
is_deeply(\@read, [ 20, 100 .. 140 ], 'and after alter_sink, where it was');
$chunk_size = 7;
like(between('drop', 'DROP TABLE t'), qr/TABLE_SCAN_COMPLETED drop public.t SKIPPED, COMPLETED drop/, 'the table is dropped');
is($node->safe_psql('postgres', "SELECT state FROM penstock.sinks WHERE name = 's'"), 'streaming', 'nothing has stopped the sink');

# Rows are read with the rights of the sink's owner.
$node->safe_psql('postgres', q{CREATE ROLE streamer REPLICATION; GRANT USAGE ON SCHEMA penstock TO streamer;
	GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA penstock TO streamer; GRANT SELECT ON u, signals TO streamer;
	SET ROLE streamer; SELECT penstock.create_sink('theirs', 'null', ARRAY['public.u'],
		'{"topic.prefix": "srv", "snapshot.mode": "no_data", "signal.data.collection": "public.signals"}')});
wait_for_state($node, 'theirs', 'streaming');
$node->safe_psql('postgres', 'REVOKE SELECT ON u FROM streamer');
signal_to('execute-snapshot', { 'data-collections' => ['public.u'] }, 'revoked');
wait_delivered($node, 'theirs');
wait_read();
log_has('sink "theirs": [^\\n]*permission denied for table u', 'rights of the owner');
is($node->safe_psql('postgres', "SELECT state FROM penstock.sinks WHERE name = 'theirs'"), 'streaming', 'the sink goes on');
$node->safe_psql('postgres', "SELECT penstock.drop_sink('theirs')");

# A change without an event is no reason to leave a row out.
create_sink($node, 'quiet', options => { 'table.include.list' => 'public.u', 'snapshot.mode' => 'no_data',
	'skipped.operations' => 'u' });
wait_for_state($node, 'quiet', 'streaming');
hold();
$node->safe_psql('postgres', "SELECT penstock.snapshot_sink('quiet', ARRAY['public.u'])");
wait_held();
$node->safe_psql('postgres', "UPDATE u SET v = 'skipped'");
wait_delivered($node, 'quiet');
let_go();
wait_read();
wait_delivered($node, 'quiet');
is(event_list($node, 'quiet'), 'r 1', 'a row whose update is skipped');
$node->safe_psql('postgres', "SELECT penstock.drop_sink('quiet')");

# Nobody has the rows of a table obeyed that they may not read.
$node->safe_psql('postgres', "REVOKE SELECT ON signals FROM streamer; GRANT SELECT ON u TO streamer;
	SET ROLE streamer; SELECT penstock.create_sink('blind', 'null', ARRAY['public.u'],
		'{\"topic.prefix\": \"p\", \"snapshot.mode\": \"no_data\", \"signal.data.collection\": \"public.signals\"}')");
wait_for_state($node, 'blind', 'streaming');
$node->safe_psql('postgres', "INSERT INTO signals VALUES ('blind', 'log', '{\"message\": \"seen\"}')");
wait_until($node, "SELECT state = 'failed' FROM penstock.sinks WHERE name = 'blind'", 'a sink without the right fails');
like(sink_value($node, 'blind', 'reason'), qr/permission denied for table signals/, 'and says why');
$node->safe_psql('postgres', "GRANT SELECT ON signals TO streamer; SELECT penstock.resume_sink('blind')");
wait_for_state($node, 'blind', 'streaming');
log_has('sink .blind.: signal .blind.: seen', 'with the right it obeys');
$node->safe_psql('postgres', "SELECT penstock.drop_sink('blind')");

# A dropped sink leaves nothing behind.
$node->safe_psql('postgres', "SELECT penstock.drop_sink('s')");
wait_until($node, 'SELECT count(*) = 0 FROM penstock.sink', 'the sink goes');
is($node->safe_psql('postgres', 'SELECT count(*) FROM penstock.sink_signal'), '0', 'so do its rows');
$node->stop;
done_testing();
