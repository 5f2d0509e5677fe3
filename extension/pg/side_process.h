// side_process.h: a process beside a sink's worker, and the channel between them: two message
// queues in a dynamic shared memory segment that the worker makes. The worker decodes and must not
// run SQL on tables; such a process does it instead.
//
// Plain data, so that an ERROR may pass everything.
#ifndef PENSTOCK_SIDE_PROCESS_H
#define PENSTOCK_SIDE_PROCESS_H

#include "pg_prelude.h"

extern "C" {
#include "lib/stringinfo.h"
#include "postmaster/bgworker.h"
#include "storage/dsm.h"
#include "storage/shm_mq.h"
}
#include "output_plugin/rendezvous.h"
#include "shared_state.h"
#include "worker.h"

namespace penstock::pg {

// ---- the worker's side -------------------------------------------------------------------------

struct SideProcessKind {
  const char* type;      // as pg_stat_activity.backend_type has it
  const char* function;  // of penstock.so
  const char* purpose;   // "the process that …", for messages
};

struct SideProcess {
  dsm_segment* segment;  // NULL: there is no process
  shm_mq_handle* requests;
  shm_mq_handle* replies;
  BackgroundWorkerHandle* handle;
};

// NULL, or why there is no process, in the caller's memory context; what there is too little of may
// be enough the next time. Other errors are raised.
const char* StartSideProcess(SideProcess* side, const SideProcessKind* kind, const char* sink_name);
void StopSideProcess(SideProcess* side);

// Whether an error may be a matter of the moment.
bool IsTransient(int sqlstate);

// ---- the process's side ------------------------------------------------------------------------

struct SideEnds {
  shm_mq_handle* requests;
  shm_mq_handle* replies;
};

// Called first, with the background worker's argument: attaches, connects to the worker's database
// and overrides settings. Ends the process where the worker has gone.
SideEnds EnterSideProcess(Datum argument);
// Waits for a message, at most this long. False: none came. Ends the process when the worker has
// gone. Outside a transaction.
bool ReceiveRequest(shm_mq_handle* requests, long timeout_ms, uint32 wait_event, void** data,
                    Size* length);
// Fills a writer that keeps events only, and returns what makes them.
const PenstockOutputApi* MakeSideWriter(PenstockEventWriter* writer, Oid owner, void* self,
                                        void (*write)(void* self, const PenstockEvent* event));

// ---- messages: integers in network order, texts zero-terminated --------------------------------

StringInfoData ReadingMessage(const void* data, Size length);
void PutMessageText(StringInfo message, const char* text);
void PutMessageBytes(StringInfo message, const char* bytes, uint32 length);  // NULL is kept
const char* GetMessageBytes(StringInfo message, uint32* length);
// options: list of DefElem with string values.
void PutMessageOptions(StringInfo message, List* options);
List* GetMessageOptions(StringInfo message);

}  // namespace penstock::pg

#endif
