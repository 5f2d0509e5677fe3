// sink.h: the interface every sink type implements. A sink is used from one thread, the worker's
// main thread; foreign libraries may have threads of their own but never call back into ours.
#ifndef PENSTOCK_SINK_SINK_H
#define PENSTOCK_SINK_SINK_H

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../core/status.h"

namespace penstock::sink {

struct Header {
  std::string_view name;
  std::optional<std::string_view> value;
};

// The Avro schema of a key or value.
struct Schema {
  uint64_t serial = 0;  // the same for one text, never another's; 0: not in Avro
  std::string_view text;
  std::string_view name;  // full name of the record
};

// One event as bytes; valid during Deliver only.
struct Event {
  std::string_view topic;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;  // none: tombstone
  const Header* headers = nullptr;
  size_t header_count = 0;
  int32_t partition = -1;     // -1: the partitioner decides
  int64_t timestamp_ms = -1;  // since 1970; negative: the time of sending
  // End of the transaction, or consistent point of the snapshot: grows in the order in which
  // changes are to be seen.
  uint64_t version_lsn = 0;
  // Of document destinations: key is the id as text, value the document without line breaks.
  std::optional<std::string_view> routing;
  std::string_view mapping;  // {"properties":{…}} of the relation; the same bytes for one plan
  // What has a schema begins with room for the head of Confluent's wire format.
  Schema key_schema, value_schema;
};

using Options = std::map<std::string, std::string>;

// Who the sink is; a destination that stores positions keeps them under this.
struct Identity {
  std::string sink_name;
  std::string system_identifier;  // of the PostgreSQL cluster
  std::string slot_name;
  uint64_t slot_start_lsn =
      0;  // consistent point of the slot: another slot of the same name differs
};

// What the destination remembers of an earlier run.
struct Resume {
  // Everything that ends at or before this LSN is at the destination; 0: it does not know, and the
  // slot's confirmed position decides.
  uint64_t position_lsn = 0;
};

class Sink {
 public:
  virtual ~Sink() = default;
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  // Connects, or begins to. kUnavailable and kAuthentication are tried again by the caller; other
  // errors stop the sink. snapshot_pending: no snapshot has completed under this identity, so
  // whatever an earlier attempt left may be taken back. Must not block longer than about 1 s.
  virtual Result<Resume> Open(const Identity& identity, bool snapshot_pending) = 0;

  // Takes one event; it copies what it needs. Never blocks.
  //   kBusy         the buffer is full (bytes or topic not ready yet): Poll, then call again with
  //                 the same event
  //   kUnavailable  as kBusy, but the destination is known to be away: back off, Poll, call again
  //   kDataError    the event is refused for good; nothing of it was taken. Where that is found
  //                 out later, Poll says so, once what was taken before is durable.
  // Events are delivered in the order of the calls per (topic, key).
  virtual Status Deliver(const Event& event) = 0;

  // Marks the end of a transaction (or of the snapshot). Once everything before it is durable at
  // the destination, DeliveredLsn reaches end_lsn.
  virtual void EndTransaction(uint64_t end_lsn) = 0;

  // Sends what is buffered, handles answers and errors. Waits at most timeout_ms for something to
  // happen (0: not at all). kUnavailable and kAuthentication: still retrying inside; the message
  // says why, for penstock.sinks. Anything else: events may be lost in here, stop the sink with the
  // message and read again from the confirmed position.
  virtual Status Poll(int timeout_ms) = 0;

  // Something the operator should see in the log although delivery goes on; empty: nothing.
  virtual std::string TakeWarning() { return {}; }

  // The end_lsn of the last EndTransaction before which everything is durable; 0 before the first.
  virtual uint64_t DeliveredLsn() const = 0;

  // Events taken and not yet durable.
  virtual uint64_t InFlightEvents() const = 0;
  virtual uint64_t InFlightBytes() const = 0;

  // Nothing is in flight and the stream was read up to lsn without events for us: a destination
  // that stores positions stores it durably (called at most every few seconds). Default: nothing.
  virtual Status StorePosition(uint64_t /*lsn*/) { return {}; }

  // After Abandon: threads of a foreign library still run, so the process must not run exit
  // handlers.
  virtual bool LeftThreads() const { return false; }

  // Whether StorePosition costs something: then it is called at most every few seconds.
  virtual bool StoresPosition() const { return false; }

  // File descriptor that becomes readable when Poll has work; -1: none, poll by time.
  virtual int WakeFd() const { return -1; }

  // Milliseconds until buffered events are to be sent, or an error told, although the descriptor is
  // silent; -1: nothing of the kind.
  virtual int64_t DueMs() const { return -1; }

  // Gives up whatever is buffered and lets go within about a second; never throws. What was not
  // delivered comes again from the slot.
  virtual void Abandon() = 0;
};

// Makes the sink of a type ("kafka", "elasticsearch", "file", "null"). Options are checked already
// (core/sink_config); kInvalidOption names what is still wrong.
Result<std::unique_ptr<Sink>> MakeSink(const std::string& type, const Options& options);

}  // namespace penstock::sink

#endif
