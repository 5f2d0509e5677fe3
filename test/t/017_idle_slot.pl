# PostgreSQL 18 invalidates slots that nobody used for idle_replication_slot_timeout: that may be a
# paused sink's, never a running one's, and the sink says what happened.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use PenstockTest;

my $node = new_node('main');
plan skip_all => 'needs PostgreSQL 18'
  unless $node->safe_psql('postgres',
	"SELECT count(*) FROM pg_settings WHERE name = 'idle_replication_slot_timeout'");
$node->safe_psql('postgres', 'CREATE TABLE t (id int PRIMARY KEY)');
create_sink($node, 's', tables => 'public.t');
wait_for_state($node, 's', 'streaming');
$node->safe_psql('postgres', "ALTER SYSTEM SET idle_replication_slot_timeout = '1s'");
$node->reload;
wait_until($node, "SELECT clock_timestamp() - backend_start > interval '2 s' FROM pg_stat_activity
	WHERE backend_type = 'penstock sink'", 'the worker runs for longer than that');
$node->safe_psql('postgres', 'CHECKPOINT; INSERT INTO t VALUES (1)');
wait_delivered($node, 's');
is(event_list($node, 's'), 'c 1', 'a running sink without changes is not idle');

$node->safe_psql('postgres', "SELECT penstock.pause_sink('s')");
wait_until($node, "SELECT NOT active AND clock_timestamp() - inactive_since > interval '2 s'
	FROM pg_replication_slots", 'the slot of the paused sink is idle');
# WAL that only the slot holds, without which the server sees no reason to act.
$node->safe_psql('postgres', 'INSERT INTO t VALUES (2); SELECT pg_switch_wal(); CHECKPOINT');
is($node->safe_psql('postgres', 'SELECT invalidation_reason FROM pg_replication_slots'),
	'idle_timeout', 'the server invalidates it');
$node->safe_psql('postgres', "SELECT penstock.resume_sink('s')");
wait_for_state($node, 's', 'lost');
like(sink_value($node, 's', 'reason'), qr/invalidated, .*idle_replication_slot_timeout/,
	'the reason names the setting');
$node->stop;
done_testing();
