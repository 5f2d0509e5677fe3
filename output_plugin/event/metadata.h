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

// Of one transaction; texts are made once and copied into each event.
class TransactionInfo {
 public:
  // commit_us: microseconds since 1970. previous_end_lsn: end of the last commit before this
  // transaction in this stream, 0 when there is none. origin: replication origin, empty for none.
  void Set(uint32_t xid, int64_t commit_us, uint64_t previous_end_lsn, std::string_view origin,
           uint64_t origin_lsn);

  uint32_t xid() const { return xid_; }
  void set_xid(uint32_t xid) { xid_ = xid; }
  std::string_view millis() const { return millis_; }
  std::string_view micros() const { return micros_; }
  std::string_view nanos() const { return nanos_; }
  std::string_view sequence_start() const { return sequence_start_; }  // "[null,\" or "[\"1\",\"
  std::string_view origin_json() const { return origin_json_; }
  std::string_view origin_lsn_json() const { return origin_lsn_json_; }

 private:
  uint32_t xid_ = 0;
  std::string millis_, micros_, nanos_, sequence_start_, origin_json_, origin_lsn_json_;
};

// Of one event.
struct EventInfo {
  const TransactionInfo* transaction = nullptr;
  bool has_xid = true;
  uint64_t lsn = 0;
  const char* snapshot = "false";  // source.snapshot
  char op = 'c';
  int64_t now_ns = 0;  // wall clock
};

// "source":{…}, from source_names on with the relation's names.
void AppendSource(Buffer& out, const StreamConstants& stream, std::string_view source_names,
                  const EventInfo& info);

// ,"transaction":null,"op":"c","ts_ms":…,"ts_us":…,"ts_ns":…}
void AppendEnvelopeEnd(Buffer& out, const EventInfo& info);

// Connect type of a metadata field ("op", "source.lsn", "transaction.id").
const char* MetadataType(std::string_view path);

// The value of a metadata field as JSON.
void AppendMetadata(Buffer& out, std::string_view path, const StreamConstants& stream,
                    const RelationPlan& plan, const EventOptions& options, const EventInfo& info);

}  // namespace penstock::event

#endif
