# A document is written whole: a row whose update left a large value out of the WAL is read again by
# a process of its own, whatever became of the row, its table, or the process meanwhile.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);
use PenstockTest;

my $node = new_node('main');

# The last document of each id, as "id n first-character-of-big".
sub documents
{
	my ($sink) = @_;
	my %documents;
	for my $event (events($node, $sink))
	{
		if (!defined $event->{value}) { delete $documents{ $event->{key} }; next; }
		$documents{ $event->{key} } = $event->{value};
	}
	return join("\n", map { "$_ $documents{$_}{n} " . substr($documents{$_}{big}, 0, 1) . ' '
		  . length($documents{$_}{big}) } sort keys %documents);
}

sub make_table
{
	my ($name, $more) = @_;
	$more ||= '';
	$node->safe_psql('postgres', "CREATE TABLE $name (id int PRIMARY KEY, n int, big text) $more");
}

sub fill { $node->safe_psql('postgres', "INSERT INTO $_[0] SELECT g, 0, repeat('a', 3000)
	FROM generate_series(1, 3) g"); }

sub document_sink
{
	my ($name, %options) = @_;
	$node->safe_psql('postgres', "SELECT penstock.create_sink('$name', 'file', ARRAY['public.$name'],
		'" . JSON::PP->new->encode({ format => 'document', file => file_in($node, $name), %options })
		  . "')");
	wait_for_state($node, $name, 'streaming');
	wait_delivered($node, $name);
}

# Changes that the sink sees only after all of them.
sub while_paused
{
	my ($sink, $sql) = @_;
	$node->safe_psql('postgres', "SELECT penstock.pause_sink('$sink')");
	wait_for_state($node, $sink, 'paused');
	$node->safe_psql('postgres', $sql);
	$node->safe_psql('postgres', "SELECT penstock.resume_sink('$sink')");
	wait_delivered($node, $sink);
}

sub reader_is
{
	my ($condition, $what) = @_;
	wait_until($node, "SELECT count(*) > 0 FROM pg_stat_activity
		WHERE backend_type = 'penstock reader' AND $condition", $what);
}

make_table('t');
$node->safe_psql('postgres', 'ALTER TABLE t ALTER big SET STORAGE EXTERNAL');
fill('t');
document_sink('t');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity
	WHERE backend_type = 'penstock reader'"), '0', 'no reader before it is needed');
$node->safe_psql('postgres', 'UPDATE t SET n = 1 WHERE id = 1');
wait_delivered($node, 't');
is(documents('t'), "1 1 a 3000\n2 0 a 3000\n3 0 a 3000", 'unchanged value is in the document');

# The reader holds nothing while it has nothing to do.
reader_is("state = 'idle' AND backend_xmin IS NULL AND backend_xid IS NULL", 'reader is idle');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_locks AS l
	JOIN pg_stat_activity AS a USING (pid) WHERE a.backend_type = 'penstock reader'"), '0',
	'an idle reader has no locks');

while_paused('t', "UPDATE t SET n = 2 WHERE id = 1; UPDATE t SET n = 3, big = repeat('b', 4000)
	WHERE id = 1; UPDATE t SET n = 2 WHERE id = 2; DELETE FROM t WHERE id = 2");
is(documents('t'), "1 3 b 4000\n3 0 a 3000", 'changed again and deleted meanwhile');
while_paused('t', "UPDATE t SET n = 4 WHERE id = 3; UPDATE t SET id = 4 WHERE id = 3;
	INSERT INTO t VALUES (3, 5, 'c')");
is(documents('t'), "1 3 b 4000\n3 5 c 1\n4 4 a 3000", 'key changed and given away meanwhile');
while_paused('t', "UPDATE t SET n = 6 WHERE id = 1; ALTER TABLE t RENAME id TO ident;
	UPDATE t SET n = 7 WHERE ident = 4");
is($node->safe_psql('postgres', "SELECT string_agg(ident || ' ' || n, ',' ORDER BY ident) FROM t"),
	'1 6,3 5,4 7', 'table after the rename');
is(documents('t'), "1 6 b 4000\n3 5 c 1\n4 7 a 3000", 'key column renamed meanwhile');
$node->safe_psql('postgres', 'ALTER TABLE t RENAME ident TO id');

# By an index that is not the key's, and without any.
$node->safe_psql('postgres', "CREATE TABLE other (code text COLLATE \"C\" NOT NULL, id int, n int,
	big text); ALTER TABLE other ALTER big SET STORAGE EXTERNAL;
	CREATE UNIQUE INDEX other_code ON other (code);
	ALTER TABLE other REPLICA IDENTITY USING INDEX other_code;
	INSERT INTO other VALUES ('x', 1, 0, repeat('a', 3000)), ('y', 2, 0, repeat('a', 3000))");
document_sink('other', 'document.id.columns' => 'public\\.other:code');
while_paused('other', "UPDATE other SET n = 1; DROP INDEX other_code;
	ALTER TABLE other REPLICA IDENTITY FULL; CREATE INDEX ON other (id)");
is(documents('other'), "x 1 a 3000\ny 1 a 3000", 'without an index on the key');

# A partition under its root's name.
make_table('part', 'PARTITION BY RANGE (id)');
$node->safe_psql('postgres', 'CREATE TABLE part_1 (big text, id int NOT NULL, gone int, n int);
	ALTER TABLE part_1 DROP COLUMN gone; ALTER TABLE part_1 ALTER big SET STORAGE EXTERNAL;
	ALTER TABLE part ATTACH PARTITION part_1 FOR VALUES FROM (0) TO (100)');
fill('part');
document_sink('part', 'publish.via.partition.root' => 'true');
$node->safe_psql('postgres', 'UPDATE part SET n = 1 WHERE id = 2');
wait_delivered($node, 'part');
is(documents('part'), "1 0 a 3000\n2 1 a 3000\n3 0 a 3000", 'row of a partition');

# Another row that has the id of a deleted one by now counts only if it passes the row filter.
$node->safe_psql('postgres', "CREATE TABLE filtered (nr int PRIMARY KEY, id int, n int, big text);
	ALTER TABLE filtered REPLICA IDENTITY FULL;
	INSERT INTO filtered VALUES (1, 1, 0, 'a'), (2, 1, -1, 'b'), (3, 2, 0, 'a'), (4, 2, -1, 'b'), (5, 2, 5, 'c')");
document_sink('filtered', 'document.id.columns' => 'public\\.filtered:id',
	'row.filter' => '{"public.filtered": "n >= 0"}');
$node->safe_psql('postgres', 'DELETE FROM filtered WHERE nr IN (1, 3)');
wait_delivered($node, 'filtered');
is(documents('filtered'), '2 5 c 1', 'rows outside the filter are no documents');

# The table has gone: so has the row.
make_table('gone');
$node->safe_psql('postgres', 'ALTER TABLE gone ALTER big SET STORAGE EXTERNAL');
fill('gone');
document_sink('gone');
while_paused('gone', 'UPDATE gone SET n = 1 WHERE id = 1; DELETE FROM gone WHERE id = 2;
	DROP TABLE gone');
is(documents('gone'), "1 0 a 3000\n3 0 a 3000", 'table dropped meanwhile');

# A commit that is in the WAL, but not visible: its synchronous standby does not answer.
my $session = $node->background_psql('postgres');
$node->safe_psql('postgres', "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
$node->reload;
wait_until($node, "SELECT current_setting('synchronous_standby_names') = 'nobody'", 'reload');
$session->query_until(qr/begun/, "\\echo begun\nUPDATE t SET n = 8 WHERE id = 1;\n");
reader_is("wait_event = 'transactionid'", 'reader waits for the transaction');
unlike(documents('t'), qr/1 8/, 'not before it is visible');
wait_until($node, "SELECT state = 'retrying' AND reason ~ 'not visible to others yet'
	FROM penstock.sinks WHERE name = 't'", 'the reason is shown');
pass('the reason is shown');
is($node->safe_psql('postgres', 'SET synchronous_commit = local; SELECT n FROM t WHERE id = 1'),
	'6', 'nobody else sees it');
$node->safe_psql('postgres', 'SET synchronous_commit = local;
	ALTER SYSTEM RESET synchronous_standby_names');
$node->reload;
$session->query_safe('SELECT 1');
$session->quit;
wait_delivered($node, 't');
like(documents('t'), qr/^1 8 b 4000$/m, 'delivered once it is visible');
is(sink_value($node, 't', 'state'), 'streaming', 'streaming again');

# A lock on the table: it waits, says why, and lets go at once when told to.
$session = $node->background_psql('postgres');
$node->safe_psql('postgres', "SELECT penstock.pause_sink('t')");
wait_for_state($node, 't', 'paused');
$session->query_safe('UPDATE t SET n = 9 WHERE id = 4');
$session->query_safe('BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE');
$node->safe_psql('postgres', "SELECT penstock.resume_sink('t')");
reader_is("wait_event = 'relation'", 'reader waits for the lock');
$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
	WHERE backend_type = 'penstock reader'");
reader_is("wait_event = 'relation'", 'another reader waits');
wait_until($node, "SELECT state = 'retrying' AND reason ~ 'lock on table \"t\"'
	FROM penstock.sinks WHERE name = 't'", 'lock in the reason');
pass('the reason names the lock');
my $pid = worker_pid($node, 't');
my $start = time;
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid, 10000)");
cmp_ok(time - $start, '<', 3, 'worker stops while it waits for a row');
reader_is("wait_event = 'relation'", 'the next worker has a reader');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity
	WHERE backend_type = 'penstock reader' AND wait_event = 'relation'"), '1',
	'the reader of before has gone');
$session->query_safe('COMMIT');
wait_delivered($node, 't');
like(documents('t'), qr/^4 9 a 3000$/m, 'delivered after the lock');

# An error stops the sink with its message.
SKIP:
{
	skip 'needs a build with failpoints', 2 unless has_failpoints($node);
	$node->safe_psql('postgres', "ALTER SYSTEM SET penstock.failpoint = 'row_reader:pg'");
	$node->reload;
	wait_until($node, "SELECT current_setting('penstock.failpoint') <> ''", 'reload');
	$node->safe_psql('postgres', 'UPDATE t SET n = 10 WHERE id = 4');
	wait_for_state($node, 't', 'failed');
	like(sink_value($node, 't', 'reason'), qr/could not read a row again: failpoint row_reader/,
		'message of the reader');
	$node->safe_psql('postgres', 'ALTER SYSTEM RESET penstock.failpoint');
	$node->reload;
	wait_delivered($node, 't');
	like(documents('t'), qr/^4 10 a 3000$/m, 'delivered afterwards');
}

# Shutdown while a row is waited for.
$node->safe_psql('postgres', "SELECT penstock.pause_sink('t')");
wait_for_state($node, 't', 'paused');
$session->query_safe('UPDATE t SET n = 11 WHERE id = 4');
$session->query_safe('BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE');
$node->safe_psql('postgres', "SELECT penstock.resume_sink('t')");
reader_is("wait_event = 'relation'", 'reader waits for the lock');
$start = time;
$node->stop('fast');
cmp_ok(time - $start, '<', 10, 'server stops');
$session->quit;

# No free process: one for PostgreSQL's own launcher, ours, the sinks.
$node->append_conf('postgresql.conf', "max_worker_processes = 6\n");
$node->start;
wait_until($node, "SELECT count(*) = 4 FROM pg_stat_activity WHERE backend_type = 'penstock sink'",
	'workers run');
$node->safe_psql('postgres', 'UPDATE t SET n = 12 WHERE id = 4');
wait_until($node, "SELECT state = 'retrying' AND reason ~ 'increase max_worker_processes'
	FROM penstock.sinks WHERE name = 't'", 'no free process');
pass('the reason names the setting');
$node->append_conf('postgresql.conf', "max_worker_processes = 20\n");
$node->restart;
wait_delivered($node, 't');
like(documents('t'), qr/^4 12 a 3000$/m, 'delivered with a free process');

unlike(slurp_file($node->logfile), qr/terminated by signal|all server processes terminated/,
	'no process crashed');
$node->stop;
done_testing();
