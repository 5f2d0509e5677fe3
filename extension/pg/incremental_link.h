// incremental_link.h: the worker's end of incremental_channel.h: the process that reads and the
// messages that wait to be sent or to be taken. Nothing here waits.
#ifndef PENSTOCK_INCREMENTAL_LINK_H
#define PENSTOCK_INCREMENTAL_LINK_H

#include <deque>
#include <string>

#include "incremental_channel.h"

namespace penstock::pg {

struct IncrementalLink {
  SideProcess side = {};
  uint64 incarnation = 0;  // of the process
  std::deque<std::string> inbox;
  std::deque<std::string> outbox;
  bool wanted = false;    // a process should run
  bool kept = false;      // the process said so of the last signal
  bool done = false;      // the process said that it ends
  bool detached = false;  // it has ended
};

// NULL, or why there is no process.
const char* StartLink(PenstockWorker* worker, IncrementalLink* link);
// Of what has come only notifications still count.
void ForgetMessages(IncrementalLink* link);
// Sends what is queued as far as there is room.
void FlushLink(IncrementalLink* link);
// Queues an answer to the attempt of this number, and sends.
void Post(IncrementalLink* link, ToProcess word, uint32 number);
// Takes what has come into the inbox, but for what counts at once.
void ReceiveMessages(IncrementalLink* link);

}  // namespace penstock::pg

#endif
