// elasticsearch_documents.cpp: see elasticsearch_documents.h.
#include "elasticsearch_documents.h"

#include "output_plugin/event/buffer.h"
#include "output_plugin/event/json_text.h"

namespace penstock::sink {
namespace {

// What a document costs beside its bytes, roughly: nodes, strings, tickets.
constexpr size_t kDocumentBytes = 400;

// What is given to the tracker: its sum of bytes is not used, memory is counted here.
constexpr size_t kNoBytes = 0;

// The number, whether there is a routing and how long it is, the routing, the id. Fixed lengths in
// front make it unambiguous.
size_t MakeKey(uint32_t number, const Event& event, std::string* key) {
  const std::string_view routing = event.routing.value_or(std::string_view());
  const uint64_t routing_size = event.routing ? routing.size() + 1 : 0;
  key->assign(reinterpret_cast<const char*>(&number), sizeof(number));
  key->append(reinterpret_cast<const char*>(&routing_size), sizeof(routing_size));
  key->append(routing);
  const size_t id_offset = key->size();
  key->append(event.key.value_or(std::string_view()));
  return id_offset;
}

std::string Render(std::string_view index_name, const Event& event) {
  event::Buffer out;
  out.Append(event.value ? "{\"index\":{\"_index\":" : "{\"delete\":{\"_index\":");
  event::AppendString(out, index_name);
  out.Append(",\"_id\":");
  event::AppendString(out, event.key.value_or(std::string_view()));
  out.Append(",\"version\":");
  event::AppendUint(out, event.version_lsn);
  out.Append(",\"version_type\":\"external_gte\"");
  if (event.routing) {
    out.Append(",\"routing\":");
    event::AppendString(out, *event.routing);
  }
  out.Append("}}\n");
  if (event.value) {
    out.Append(*event.value);
    out.Append('\n');
  }
  return std::string(out.view());
}

void AddTicket(std::vector<Documents::Ticket>* tickets, Documents::Ticket ticket) {
  if (!tickets->empty() && tickets->back().group == ticket.group) {
    tickets->back().events += ticket.events;
  } else {
    tickets->push_back(ticket);
  }
}

}  // namespace

void Documents::Add(ElasticsearchIndex* index, uint32_t number, std::string_view index_name,
                    const Event& event) {
  const size_t id_offset = MakeKey(number, event, &key_);
  const auto [place, is_new] = documents_.try_emplace(key_);
  Document* document = &place->second;
  if (is_new) {
    document->index = index;
    document->key = &place->first;
    document->id_offset = id_offset;
    bytes_ += kDocumentBytes + key_.size();
  }
  const bool was_ready = !document->sent && !document->waiting.empty();
  bytes_ -= document->waiting.size();
  if (was_ready) ready_bytes_ -= document->waiting.size();
  document->waiting = Render(index_name, event);
  bytes_ += document->waiting.size();
  AddTicket(&document->waiting_tickets, {tracker_->Add(kNoBytes), 1});
  if (was_ready) {
    ready_bytes_ += document->waiting.size();
  } else if (!document->sent) {
    MakeReady(document);
  }
}

void Documents::MakeReady(Document* document) {
  ready_.push_back(document);
  ready_bytes_ += document->waiting.size();
}

Documents::Bulk Documents::Take(size_t max_records, size_t max_bytes) {
  Bulk bulk;
  size_t records = 0;
  size_t bytes = 0;
  while (records < ready_.size() && records < max_records) {
    const size_t size = ready_[records]->waiting.size();
    if (records > 0 && bytes + size > max_bytes) break;
    bytes += size;
    ++records;
  }
  bulk.body.reserve(bytes);
  bulk.items.reserve(records);
  for (size_t i = 0; i < records; ++i) {
    Document* document = ready_.front();
    ready_.pop_front();
    bulk.items.push_back({document, bulk.body.size(), document->waiting.size()});
    bulk.body += document->waiting;
    std::string().swap(document->waiting);
    document->sent_tickets.swap(document->waiting_tickets);
    document->sent = true;
  }
  ready_bytes_ -= bytes;
  return bulk;
}

void Documents::Delivered(const Item& item) {
  Document* document = item.document;
  for (const Ticket& ticket : document->sent_tickets) {
    for (uint64_t i = 0; i < ticket.events; ++i) tracker_->Acknowledge(ticket.group, kNoBytes);
  }
  document->sent_tickets.clear();
  document->sent = false;
  bytes_ -= item.size;
  MarkRefused(document, false);
  if (!document->waiting.empty()) MakeReady(document);
  EraseIfDone(document);
}

void Documents::TryAgain(const Item& item, std::string_view body) {
  Document* document = item.document;
  MarkRefused(document, true);
  if (GiveWay(item)) return;
  document->waiting = body.substr(item.offset, item.size);
  document->waiting_tickets.swap(document->sent_tickets);
  document->sent = false;
  MakeReady(document);
}

bool Documents::GiveWay(const Item& item) {
  Document* document = item.document;
  if (document->waiting.empty()) return false;
  // Older tickets first, as they came.
  for (const Ticket& ticket : document->waiting_tickets) AddTicket(&document->sent_tickets, ticket);
  document->waiting_tickets.swap(document->sent_tickets);
  document->sent_tickets.clear();
  document->sent = false;
  bytes_ -= item.size;
  MakeReady(document);
  return true;
}

void Documents::MarkRefused(Document* document, bool refused) {
  if (document->refused == refused) return;
  document->refused = refused;
  refused ? ++refused_ : --refused_;
}

void Documents::EraseIfDone(Document* document) {
  if (document->sent || !document->waiting.empty()) return;
  bytes_ -= kDocumentBytes + document->key->size();
  documents_.erase(documents_.find(*document->key));
}

}  // namespace penstock::sink
