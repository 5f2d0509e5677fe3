// elasticsearch_documents.h: documents on their way, and the order between those of one id.
//
// Of every document (index, id) at most one state is under way in a request, and at most one waits
// for each routing. A newer event takes the place of the one that waits with its routing; while one
// is under way the others wait for its answer. So states of one id never overtake each other, and a
// row that changes all the time costs two states of memory.
//
// The routing is no part of a document: two routings may lead to one shard, and there the id is one
// document. A row whose routing changes is a delete with the old and a document with the new one,
// with one version: in the wrong order the delete would win.
//
// An event that was replaced counts as delivered when the state that replaced it is durable: its
// ticket (transaction and number of events) moves there.
#ifndef PENSTOCK_SINK_ELASTICSEARCH_DOCUMENTS_H
#define PENSTOCK_SINK_ELASTICSEARCH_DOCUMENTS_H

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "../core/delivery_tracker.h"
#include "output_plugin/event/buffer.h"
#include "sink.h"

namespace penstock::sink {

struct ElasticsearchIndex;

class Documents {
 public:
  struct Ticket {
    DeliveryTracker::Group* group;
    uint64_t events;
  };

  struct State {
    std::string text;  // action line, and document line; empty while it is in a request
    std::optional<std::string> routing;
    std::vector<Ticket> tickets;
  };

  struct Document {
    ElasticsearchIndex* index = nullptr;
    const std::string* key = nullptr;  // in the map: the index's number, the id
    std::vector<State> waiting;        // in order; no two with the same routing
    State under_way;
    bool sent = false;     // one is under way
    bool refused = false;  // the last answer asked to try again

    std::string_view id() const { return std::string_view(*key).substr(sizeof(uint32_t)); }
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
  // Whether a newer state waits with the same routing, so that it does not matter that this one was
  // refused; then the first that waits is the next.
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
  std::string key_;     // reused
  event::Buffer text_;  // reused
};

}  // namespace penstock::sink

#endif
