// elasticsearch_documents.h: documents on their way, and the order between those of one id.
//
// Of every document (index, id, routing) at most one state is under way in a request and at most
// one waits. A newer event takes the place of the waiting one; while one is under way the newer
// waits for its answer. So states of one id never overtake each other, and a row that changes all
// the time costs two states of memory.
//
// An event that was replaced counts as delivered when the state that replaced it is durable: its
// ticket (transaction and number of events) moves there.
#ifndef PENSTOCK_SINK_ELASTICSEARCH_DOCUMENTS_H
#define PENSTOCK_SINK_ELASTICSEARCH_DOCUMENTS_H

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "../core/delivery_tracker.h"
#include "sink.h"

namespace penstock::sink {

struct ElasticsearchIndex;

class Documents {
 public:
  struct Ticket {
    DeliveryTracker::Group* group;
    uint64_t events;
  };

  struct Document {
    ElasticsearchIndex* index = nullptr;
    const std::string* key = nullptr;  // in the map
    size_t id_offset = 0;              // of the id in the key
    std::string waiting;               // action line, and document line; empty: nothing waits
    std::vector<Ticket> waiting_tickets;
    std::vector<Ticket> sent_tickets;
    bool sent = false;
    bool refused = false;  // the last answer asked to try again

    std::string_view id() const { return std::string_view(*key).substr(id_offset); }
  };

  // A bulk request's documents and where their bytes are in its body.
  struct Item {
    Document* document;
    size_t offset;
    size_t size;
  };
  struct Bulk {
    std::string body;
    std::vector<Item> items;
  };

  explicit Documents(DeliveryTracker* tracker) : tracker_(tracker) {}

  // Takes an event of an index: the document of its value, or the delete without one. number tells
  // indexes apart.
  void Add(ElasticsearchIndex* index, uint32_t number, std::string_view index_name,
           const Event& event);

  // Takes documents that may be sent out of the queue, within the limits but at least one. The
  // queue must not be empty.
  Bulk Take(size_t max_records, size_t max_bytes);

  // The answers of a bulk's documents. body: of the bulk.
  void Delivered(const Item& item);
  void TryAgain(const Item& item, std::string_view body);
  // Whether a newer state waits, so that it does not matter that this one was refused; then that
  // one is the next.
  bool GiveWay(const Item& item);

  bool empty() const { return documents_.empty(); }
  size_t ready() const { return ready_.size(); }
  size_t ready_bytes() const { return ready_bytes_; }
  size_t refused() const { return refused_; }
  uint64_t bytes() const { return bytes_; }  // memory, roughly

 private:
  void MakeReady(Document* document);
  void MarkRefused(Document* document, bool refused);
  void EraseIfDone(Document* document);

  DeliveryTracker* tracker_;
  std::unordered_map<std::string, Document> documents_;
  std::deque<Document*> ready_;  // a state waits and none is under way
  size_t ready_bytes_ = 0;
  size_t refused_ = 0;
  uint64_t bytes_ = 0;
  std::string key_;  // reused
};

}  // namespace penstock::sink

#endif
