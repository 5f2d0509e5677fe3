// elasticsearch_state.h: what the destination remembers of a sink between two lives of its worker:
// the indexes it writes to and their uuids, in a document of the hidden index "penstock-sinks". An
// index that was deleted meanwhile, or made again, lacks documents; without this the sink would go
// on into the new one as if nothing was missing.
//
// Without the right to that index the sink works all the same, with a warning.
#ifndef PENSTOCK_SINK_ELASTICSEARCH_STATE_H
#define PENSTOCK_SINK_ELASTICSEARCH_STATE_H

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "elasticsearch_call.h"
#include "http_client.h"
#include "sink.h"

namespace penstock::sink {

inline constexpr char kStateIndex[] = "penstock-sinks";

class ElasticsearchState {
 public:
  // snapshot_pending: nothing of before counts, and indexes that an attempt before left half loaded
  // are removed.
  ElasticsearchState(HttpClient* http, const BackoffPolicy& policy, const ClockMs& clock,
                     Identity identity, bool snapshot_pending);

  // Sends what is due.
  void Advance();
  // Takes an answer; false when it is not to a request of ours.
  bool Handle(const HttpResponse& response);

  bool ready() const { return ready_; }  // what is remembered is known
  bool saved() const { return ready_ && (off_ || (!dirty_ && !saving_)); }
  int64_t WaitMs() const { return call_.WaitMs(); }

  // The uuid of an index that was written to before; empty: none is known.
  std::string UuidOf(const std::string& index) const;
  void Remember(const std::string& index, const std::string& uuid);

  const Status& trouble() const { return call_.trouble(); }
  std::string TakeWarning() { return std::exchange(warning_, {}); }

 private:
  enum class Step { kIdle, kSweep, kRemove, kLoad, kMake, kSave };

  HttpRequest Request() const;
  void NextStep();
  void HandleForbidden();
  void HandleSweep(const HttpResponse& response);
  void HandleLoad(const HttpResponse& response);
  void HandleSave(const HttpResponse& response);
  std::string DocumentPath() const;

  Identity identity_;
  ElasticsearchCall call_;
  Step step_;
  std::vector<std::string> leftovers_;
  std::map<std::string, std::string> uuids_;
  bool ready_ = false;
  bool made_ = false;    // the index is there
  bool dirty_ = false;   // to be saved
  bool saving_ = false;  // under way
  bool off_ = false;     // not allowed
  std::string warning_;
};

}  // namespace penstock::sink

#endif
