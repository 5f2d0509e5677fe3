// incremental_link.cpp: starts and ends the process, and moves messages without waiting.
#include "incremental_link.h"
#include "pg_guard.h"
// After the prelude.
extern "C" {
#include "port/pg_bswap.h"
}
#include "worker_config.h"

namespace penstock::pg {

namespace {

const SideProcessKind kReader = {"penstock snapshot", "penstock_snapshot_main",
                                 "the process that reads incremental snapshots"};

void Greet(PenstockWorker* worker, IncrementalLink* link) {
  IncrementalGreeting greeting = {};
  StringInfoData message;
  greeting.sink_id = worker->entry->sink_id;
  greeting.created_at = worker->entry->created_at;
  greeting.owner = worker->row.owner;
  greeting.sink_name = worker->row.name;
  greeting.chunk_rows = worker->config->options.source.chunk_rows;
  greeting.options = penstock_event_options(worker);
  initStringInfo(&message);
  PutIncrementalGreeting(&message, &greeting);
  RunCxx([&] { link->outbox.emplace_back(message.data, message.len); });
  pfree(message.data);
}

}  // namespace

const char* StartLink(PenstockWorker* worker, IncrementalLink* link) {
  link->incarnation++;
  const char* problem = StartSideProcess(&link->side, &kReader, worker->row.name);
  if (problem != nullptr) return problem;
  link->wanted = false;
  Greet(worker, link);
  return nullptr;
}

void ForgetMessages(IncrementalLink* link) {
  RunCxx([link] {
    std::deque<std::string> kept;
    for (std::string& message : link->inbox) {
      if (static_cast<FromProcess>(message[0]) == FromProcess::kNotify) {
        kept.push_back(std::move(message));
      }
    }
    link->inbox = std::move(kept);
    link->outbox.clear();
  });
  link->kept = link->done = link->detached = false;
}

void FlushLink(IncrementalLink* link) {
  while (link->side.segment != nullptr && !link->outbox.empty() && !link->detached) {
    const std::string* message = &link->outbox.front();
    const shm_mq_result result =
        shm_mq_send(link->side.requests, message->size(), message->data(), true, true);
    if (result == SHM_MQ_WOULD_BLOCK) return;
    if (result == SHM_MQ_DETACHED) link->detached = true;
    link->outbox.pop_front();
  }
}

void Post(IncrementalLink* link, ToProcess word, uint32 number) {
  const uint32 bytes = pg_hton32(number);
  RunCxx([&] {
    std::string message(1, static_cast<char>(word));
    message.append(reinterpret_cast<const char*>(&bytes), sizeof(bytes));
    link->outbox.push_back(std::move(message));
  });
  FlushLink(link);
}

void ReceiveMessages(IncrementalLink* link) {
  while (link->side.segment != nullptr && !link->detached) {
    Size length;
    void* data;
    const shm_mq_result result = shm_mq_receive(link->side.replies, &length, &data, true);
    if (result == SHM_MQ_WOULD_BLOCK) return;
    if (result == SHM_MQ_DETACHED) {
      link->detached = true;
      return;
    }
    const auto word = static_cast<FromProcess>(*static_cast<char*>(data));
    if (word == FromProcess::kKept) {
      link->kept = true;
    } else if (word == FromProcess::kDone) {
      link->done = true;
    } else {
      RunCxx([&] { link->inbox.emplace_back(static_cast<char*>(data), length); });
    }
  }
}

}  // namespace penstock::pg
