// worker_heartbeat.cpp: heartbeat.interval.ms: when a heartbeat is due, and what it says.
#include <memory>

#include "pg_prelude.h"
#include "output_plugin/event/heartbeat.h"
#include "pg_guard.h"
// After the prelude.
#include "shared_state.h"
#include "worker.h"
#include "worker_config.h"

struct PenstockHeartbeat {
  penstock::event::Heartbeat record;
  int64 interval_us;
  TimestampTz last_time;
  bool started;
};

extern "C" {

// As in Debezium there is none before a position is known up to which all was read: after the first
// transaction, or where an earlier run left off.
void penstock_start_heartbeats(PenstockWorker* worker, bool position_known) {
  const penstock::SourceOptions& source = worker->config->options.source;
  const penstock::event::EventOptions& event = worker->config->event;
  if (source.heartbeat_interval_ms <= 0 || event.document.addressing) return;
  penstock::pg::RunCxx([&] {
    worker->heartbeat = new PenstockHeartbeat{
        penstock::event::Heartbeat(event, source.heartbeat_prefix),
        source.heartbeat_interval_ms * 1000, GetCurrentTimestamp(), position_known};
  });
}

void penstock_heartbeats_may_start(PenstockWorker* worker) {
  if (worker->heartbeat != nullptr) worker->heartbeat->started = true;
}

bool penstock_make_heartbeat(PenstockWorker* worker, TimestampTz now, PenstockEvent* event) {
  PenstockHeartbeat* heartbeat = worker->heartbeat;
  if (heartbeat == nullptr || !heartbeat->started) return false;
  if (now - heartbeat->last_time < heartbeat->interval_us) return false;
  const int64 unix_us = now + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
  penstock::pg::RunCxx([&] { *event = heartbeat->record.Make(unix_us / 1000); });
  return true;
}

void penstock_heartbeat_sent(PenstockWorker* worker, TimestampTz now) {
  worker->heartbeat->last_time = now;
}

}  // extern "C"
