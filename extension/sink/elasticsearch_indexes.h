// elasticsearch_indexes.h: every index is looked at, made or completed before the first document
// goes to it, and its mapping grows with the table.
//
//   look ─► (create ─► look) or adopt ─► refresh off ─► record ─► ready
//    │         not there       there       snapshot only            │ ▲
//    └► remove ─► look                                  new mapping ▼ │ verify, finish loading
//       half loaded by an attempt before
//
// The name may be an alias of one index; then what is asked of the index goes to the index itself.
//
// An index is recognised by its uuid: another uuid under the same name is an index that lacks what
// was written before, and stops the sink.
#ifndef PENSTOCK_SINK_ELASTICSEARCH_INDEXES_H
#define PENSTOCK_SINK_ELASTICSEARCH_INDEXES_H

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "elasticsearch_call.h"
#include "elasticsearch_json.h"
#include "elasticsearch_options.h"
#include "elasticsearch_state.h"
#include "sink.h"

namespace penstock::sink {

enum class IndexStep {
  kLook,
  kRemove,  // half loaded by an attempt before
  kCreate,
  kAdopt,       // an index that exists gets our mapping and marker
  kRefreshOff,  // while the snapshot is loaded
  kRecord,      // the state index learns of it
  kReady,
  kMapping,    // the table has changed
  kVerify,     // is it still the index we know?
  kRefreshOn,  // the snapshot is loaded
  kRefresh,
  kUnmark,
  kFailed,
};

struct ElasticsearchIndex {
  ElasticsearchIndex(std::string index_name, std::string_view index_topic, uint32_t index_number,
                     ElasticsearchCall index_call)
      : name(std::move(index_name)),
        topic(index_topic),
        number(index_number),
        call(std::move(index_call)) {}

  const std::string name;
  const std::string topic;
  const uint32_t number;
  IndexStep step = IndexStep::kLook;
  ElasticsearchCall call;
  bool with_mapping = true;
  std::set<std::string, std::less<>> mappings;  // the plans' texts that are in the index
  const std::string* mapping = nullptr;         // the last one, of them or on its way
  std::string concrete;  // the index itself where the name is an alias; empty: not known yet
  std::string uuid;
  std::string other_meta = "{}";
  std::set<std::string> foreign_fields;  // mapped by somebody else: left as they are
  bool made_now = false;                 // by this life of the worker
  bool verify = false;                   // wanted, or under way
  bool refresh_is_off = false;
  int misses = 0;      // answers in a row that it is not there
  IndexMarker marker;  // as it is to be in the index
  Status failed;
};

class ElasticsearchIndexes {
 public:
  ElasticsearchIndexes(HttpClient* http, const ElasticsearchOptions& options, const ClockMs& clock,
                       const Identity& identity, bool snapshot_pending);

  // The index of an event, ready to be written to. kBusy: not yet; kUnavailable: not yet, and there
  // is trouble; else it can never be.
  Status Prepare(const Event& event, ElasticsearchIndex** index);

  void Advance();
  // Takes an answer; false when it is not to a request of ours.
  bool Handle(const HttpResponse& response);

  // Is the index still the one we know? Until the answer it is not ready.
  static void Verify(ElasticsearchIndex* index) { index->verify = true; }
  bool verifying() const;

  // The snapshot is delivered: refresh as it was, everything searchable, markers removed.
  void FinishLoading();
  bool finished() const;

  // What is said of an index that is not the one that was written to.
  static Status Gone(const ElasticsearchIndex& index);

  // Trouble of what is under way, being tried again.
  Status trouble() const;
  // For good, found out while nobody asks Prepare.
  const Status& failed() const { return failed_; }
  int64_t WaitMs() const;  // until something is to be sent; -1: nothing
  std::string TakeWarning();

 private:
  using Index = ElasticsearchIndex;
  struct StepRow {
    IndexStep step;
    HttpRequest (ElasticsearchIndexes::*make)(const Index& index) const;
    void (ElasticsearchIndexes::*handle)(Index* index, const HttpResponse& response);
  };
  static const StepRow kSteps[];
  static const StepRow* FindStep(IndexStep step);

  Status Add(const Event& event, Index** index);
  void AdvanceIndex(Index* index);
  static void Fail(Index* index, Status status);
  static bool LookAgain(Index* index, const HttpResponse& response);

  HttpRequest Look(const Index& index) const;
  HttpRequest Remove(const Index& index) const;
  HttpRequest Create(const Index& index) const;
  HttpRequest PutMapping(const Index& index) const;
  HttpRequest Unmark(const Index& index) const;
  HttpRequest RefreshOff(const Index& index) const;
  HttpRequest RefreshOn(const Index& index) const;
  HttpRequest Refresh(const Index& index) const;

  void HandleLook(Index* index, const HttpResponse& response);
  void HandleMissing(Index* index, const HttpResponse& response);
  Status OtherWriter(const Index& index, const IndexFacts& facts) const;
  void HandleFound(Index* index, IndexFacts facts);
  void HandleVerify(Index* index, const HttpResponse& response);
  void HandleRemove(Index* index, const HttpResponse& response);
  void HandleCreate(Index* index, const HttpResponse& response);
  void HandleMapping(Index* index, const HttpResponse& response);
  void HandleStep(Index* index, const HttpResponse& response);
  void Record(Index* index);
  bool RetryWithFlatObject(const ItemAnswer& error);
  std::string MappingFor(const Index& index) const;

  HttpClient* http_;
  const ElasticsearchOptions& options_;
  BackoffPolicy policy_;
  ClockMs clock_;
  Identity identity_;
  bool loading_;  // the snapshot is not complete
  bool flat_object_ = false;
  ElasticsearchState state_;
  std::map<std::string, std::unique_ptr<Index>> indexes_;  // by name
  std::map<std::string, Index*, std::less<>> by_topic_;
  Index* last_ = nullptr;  // most events are of the same table as the one before
  Status failed_;
  std::vector<std::string> warnings_;
};

}  // namespace penstock::sink

#endif
