// metadata.h: what an event says about its origin: the source block and the fields of it that flat
// events can carry.
#ifndef PENSTOCK_EVENT_METADATA_H
#define PENSTOCK_EVENT_METADATA_H

#include <cstdint>
#include <string>
#include <string_view>

#include "buffer.h"
#include "plan.h"

namespace penstock::event {

// Of one transaction: the source block's members that all its events share, joined into the runs
// of bytes between those that differ.
class TransactionInfo {
 public:
  // commit_us: microseconds since 1970. previous_end_lsn: end of the last commit before this
  // transaction in this stream, 0 when there is none. origin: replication origin, empty for none.
  // xmin: 0 for none. has_xid: false for messages outside transactions.
  void Set(const StreamConstants& stream, uint32_t xid, bool has_xid, int64_t commit_us,
           uint64_t previous_end_lsn, std::string_view origin, uint64_t origin_lsn, uint32_t xmin);

  std::string_view start() const { return start_; }        // "source":{… ,"snapshot":"
  std::string_view sequence() const { return sequence_; }  // ","db":…,"sequence":"[…,\"
  std::string_view times() const { return times_; }        // \"]","ts_us":…,"ts_ns":…
  std::string_view xid() const { return xid_; }            // txId's value and ,"lsn":
  std::string_view end() const { return end_; }            // ,"xmin":null,"origin":…}
  void SetXid(uint32_t xid);

 private:
  std::string start_, sequence_, times_, xid_, end_;
};

// Of one event.
struct EventInfo {
  const TransactionInfo* transaction = nullptr;
  uint64_t lsn = 0;
  bool shows_lsn = true;                // source.lsn is not null
  std::string_view snapshot = "false";  // source.snapshot
  char op = 'c';
  int64_t now_ns = 0;                           // wall clock
  std::string_view transaction_block = "null";  // with provide.transaction.metadata
};

// "source":{…}, from source_names on with the relation's names.
void AppendSource(Buffer& out, std::string_view source_names, const EventInfo& info);

// ,"transaction":…,"op":"c","ts_ms":…,"ts_us":…,"ts_ns":…}
void AppendEnvelopeEnd(Buffer& out, const EventInfo& info);

// Connect type of a metadata field ("op", "source.lsn", "transaction.id").
const char* MetadataType(std::string_view path);

// The value of a metadata field as JSON.
void AppendMetadata(Buffer& out, std::string_view path, const RelationPlan& plan,
                    const EventOptions& options, const EventInfo& info);

}  // namespace penstock::event

#endif
