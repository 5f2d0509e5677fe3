// transaction_metadata.h: provide.transaction.metadata: the place of each event in its transaction,
// and the records that tell where a transaction begins and ends.
#ifndef PENSTOCK_EVENT_TRANSACTION_METADATA_H
#define PENSTOCK_EVENT_TRANSACTION_METADATA_H

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "avro_schema.h"
#include "buffer.h"
#include "event_options.h"

namespace penstock::event {

// Of one stream; one transaction after the other.
class TransactionMetadata {
 public:
  explicit TransactionMetadata(const EventOptions& options);

  bool enabled() const { return enabled_; }
  const std::string& topic() const { return topic_; }

  // Of the records' keys and values where they are written as Avro; nullptr: JSON.
  const AvroSchema* key_avro() const { return key_avro_.get(); }
  const AvroSchema* value_avro() const { return value_avro_.get(); }

  void Begin(uint32_t xid, int64_t commit_us);

  // Counts an event of a collection ("schema.table") and returns its transaction block. Valid until
  // the next call.
  std::string_view Count(std::string_view collection, uint64_t lsn);
  // The same for a logical message.
  std::string_view CountMessage(uint64_t lsn);

  // Key and value of the transaction's records; lsn: of its first change, or the end of its commit.
  void WriteKey(Buffer& out, uint64_t lsn) const;
  void WriteBegin(Buffer& out, uint64_t lsn) const;
  void WriteEnd(Buffer& out, uint64_t lsn) const;

 private:
  struct Collection {
    std::string name;
    int64_t event_count = 0;
  };

  void WriteId(Buffer& out, uint64_t lsn) const;
  Collection& Find(std::string_view name);

  bool enabled_ = false;
  std::string topic_;
  std::string key_prefix_, value_prefix_;
  std::shared_ptr<const AvroSchema> key_avro_, value_avro_;
  std::string_view suffix_of_key_, suffix_of_value_;
  bool messages_apart_ = false;

  uint32_t xid_ = 0;
  int64_t commit_ms_ = 0;
  int64_t event_count_ = 0;
  std::vector<Collection> collections_;  // in the order of their first events
  std::unordered_map<std::string, size_t> places_;
  size_t last_ = 0;  // changes come in runs
  Buffer block_;
};

}  // namespace penstock::event

#endif
