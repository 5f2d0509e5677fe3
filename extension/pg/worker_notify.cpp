// worker_notify.cpp: notification.enabled.channels: tells the destination, the log, or both how
// snapshots go.
#include <string>

#include "pg_prelude.h"
#include "output_plugin/event/notification.h"
#include "pg_guard.h"
// After the prelude.
extern "C" {
#include "mb/pg_wchar.h"
}
#include "output_plugin/rendezvous.h"
#include "shared_state.h"
#include "worker.h"
#include "worker_config.h"
#include "worker_notify.h"

namespace {

using penstock::event::Notification;

// Version 4.
void MakeUuid(char* text, size_t size) {
  uint8 bytes[16];
  if (!pg_strong_random(bytes, sizeof bytes)) elog(ERROR, "could not generate random values");
  bytes[6] = (bytes[6] & 0x0F) | 0x40;
  bytes[8] = (bytes[8] & 0x3F) | 0x80;
  pg_snprintf(text, size, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
              bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7],
              bytes[8], bytes[9], bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]);
}

const char* Utf8(const char* text) {
  return text == nullptr ? nullptr
                         : pg_server_to_any(text, static_cast<int>(strlen(text)), PG_UTF8);
}

Notification::Data DataOf(const char* table, const char* tables, int64 rows) {
  Notification::Data data;
  if (table == nullptr) return data;
  data.emplace_back(rows < 0 ? "current_collection_in_progress" : "scanned_collection", table);
  if (rows >= 0) {
    data.emplace_back("total_rows_scanned", std::to_string(rows));
    data.emplace_back("status", "SUCCEEDED");
  }
  data.emplace_back("data_collections", tables);
  return data;
}

// The record is a C++ object; the writer, which may raise an ERROR, is called without one.
// make_data: runs inside RunCxx.
template <typename MakeData>
void Send(PenstockWorker* worker, const char* about, const char* type, const char* id,
          MakeData make_data) {
  PenstockEvent event;
  const int64 now_us =
      GetCurrentTimestamp() + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
  penstock::pg::RunCxx([&] {
    static Notification* record = nullptr;  // one sink a process
    if (record == nullptr) {
      record = new Notification(worker->config->event,
                                worker->config->options.source.notification_topic);
    }
    event = record->Make(about, id, type, make_data(), now_us / 1000);
  });
  const PenstockEventWriter* writer = penstock_event_writer(worker);
  writer->write(writer->self, &event);
}

}  // namespace

bool penstock_notify(PenstockWorker* worker, const char* type, const char* table,
                     const char* tables, int64 rows) {
  const penstock::SourceOptions& source = worker->config->options.source;
  if (source.notify_log) {
    ereport(LOG, (errmsg("sink \"%s\": initial snapshot %s%s%s", worker->row.name, type,
                         table == nullptr ? "" : ", table ", table == nullptr ? "" : table)));
  }
  if (!source.notify_sink) return false;
  char id[40];
  MakeUuid(id, sizeof id);
  table = Utf8(table);
  tables = Utf8(tables);
  Send(worker, "Initial Snapshot", type, id, [=] { return DataOf(table, tables, rows); });
  return true;
}

bool penstock_notify_incremental(PenstockWorker* worker, const char* type, const char* id,
                                 const char* const* pairs) {
  const penstock::SourceOptions& source = worker->config->options.source;
  const char* texts[17] = {};
  char uuid[40];
  StringInfoData shown;
  initStringInfo(&shown);
  for (int i = 0; i < 16 && pairs[i] != nullptr; i++) {
    texts[i] = Utf8(pairs[i]);
    if (i % 2 == 1) appendStringInfo(&shown, ", %s %s", pairs[i - 1], pairs[i]);
  }
  if (source.notify_log) {
    ereport(LOG,
            (errmsg("sink \"%s\": incremental snapshot %s%s", worker->row.name, type, shown.data)));
  }
  if (!source.notify_sink) return false;
  MakeUuid(uuid, sizeof uuid);
  Send(worker, "Incremental Snapshot", type, id[0] == '\0' ? uuid : Utf8(id), [&texts] {
    Notification::Data data;
    for (int i = 0; texts[i] != nullptr && texts[i + 1] != nullptr; i += 2) {
      data.emplace_back(texts[i], texts[i + 1]);
    }
    return data;
  });
  return true;
}
