// elasticsearch_documents.cpp: see elasticsearch_documents.h.
#include "elasticsearch_documents.h"

#include <algorithm>
#include <utility>

#include "output_plugin/event/json_text.h"

namespace penstock::sink {
namespace {

// What a document costs beside its bytes, roughly: nodes, strings, tickets.
constexpr size_t kDocumentBytes = 400;
constexpr size_t kKeptTextBytes = 1u << 20;  // of the memory in which lines are put together

// What is given to the tracker: its sum of bytes is not used, memory is counted here.
constexpr size_t kNoBytes = 0;

// The number, of fixed length, and the id.
void MakeKey(uint32_t number, const Event& event, std::string* key) {
  key->assign(reinterpret_cast<const char*>(&number), sizeof(number));
  key->append(event.key.value_or(std::string_view()));
}

void Render(event::Buffer& out, std::string_view index_name, const Event& event) {
  out.Clear();
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
}

void AddTicket(std::vector<Documents::Ticket>* tickets, Documents::Ticket ticket) {
  if (!tickets->empty() && tickets->back().group == ticket.group) {
    tickets->back().events += ticket.events;
  } else {
    tickets->push_back(ticket);
  }
}

// Older tickets first, as they came.
void PutInFront(std::vector<Documents::Ticket> older, std::vector<Documents::Ticket>* tickets) {
  for (const Documents::Ticket& ticket : *tickets) AddTicket(&older, ticket);
  tickets->swap(older);
}

std::vector<Documents::State>::iterator WithRouting(std::vector<Documents::State>* states,
                                                    std::optional<std::string_view> routing) {
  return std::find_if(states->begin(), states->end(), [routing](const Documents::State& state) {
    return state.routing == routing;
  });
}

}  // namespace

void Documents::Add(ElasticsearchIndex* index, uint32_t number, std::string_view index_name,
                    const Event& event) {
  MakeKey(number, event, &key_);
  const auto [place, is_new] = documents_.try_emplace(key_);
  Document* document = &place->second;
  if (is_new) {
    document->index = index;
    document->key = &place->first;
    bytes_ += kDocumentBytes + key_.size();
  }
  const bool was_ready = !document->sent && !document->waiting.empty();
  if (was_ready) ready_bytes_ -= document->waiting.front().text.size();
  State state;
  const auto replaced = WithRouting(&document->waiting, event.routing);
  if (replaced == document->waiting.end()) {
    if (event.routing) state.routing.emplace(*event.routing);
  } else {
    bytes_ -= replaced->text.size();
    state = std::move(*replaced);
    document->waiting.erase(replaced);
  }
  Render(text_, index_name, event);
  state.text = text_.view();
  text_.ShrinkTo(kKeptTextBytes);
  bytes_ += state.text.size();
  AddTicket(&state.tickets, {tracker_->Add(kNoBytes), 1});
  document->waiting.push_back(std::move(state));
  if (was_ready) {
    ready_bytes_ += document->waiting.front().text.size();
  } else if (!document->sent) {
    MakeReady(document);
  }
}

void Documents::MakeReady(Document* document) {
  ready_.push_back(document);
  ready_bytes_ += document->waiting.front().text.size();
}

Documents::Bulk Documents::Take(size_t max_records, size_t max_bytes) {
  Bulk bulk;
  size_t records = 0;
  size_t bytes = 0;
  while (records < ready_.size() && records < max_records) {
    const size_t size = ready_[records]->waiting.front().text.size();
    if (records > 0 && bytes + size > max_bytes) break;
    bytes += size;
    ++records;
  }
  bulk.body.reserve(bytes);
  bulk.items.reserve(records);
  for (size_t i = 0; i < records; ++i) {
    Document* document = ready_.front();
    ready_.pop_front();
    State& state = document->under_way;
    state = std::move(document->waiting.front());
    document->waiting.erase(document->waiting.begin());
    bulk.items.push_back({document, bulk.body.size(), state.text.size()});
    bulk.body += state.text;
    std::string().swap(state.text);
    document->sent = true;
  }
  ready_bytes_ -= bytes;
  return bulk;
}

void Documents::Delivered(const Item& item) {
  Document* document = item.document;
  for (const Ticket& ticket : document->under_way.tickets) {
    for (uint64_t i = 0; i < ticket.events; ++i) tracker_->Acknowledge(ticket.group, kNoBytes);
  }
  document->under_way = {};
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
  document->under_way.text = body.substr(item.offset, item.size);
  document->waiting.insert(document->waiting.begin(), std::move(document->under_way));
  document->under_way = {};
  document->sent = false;
  MakeReady(document);
}

bool Documents::GiveWay(const Item& item) {
  Document* document = item.document;
  const auto newer = WithRouting(&document->waiting, document->under_way.routing);
  if (newer == document->waiting.end()) return false;
  PutInFront(std::move(document->under_way.tickets), &newer->tickets);
  document->under_way = {};
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
