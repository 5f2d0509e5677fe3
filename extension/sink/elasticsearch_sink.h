// elasticsearch_sink.h: sink type elasticsearch: every row is a document of an index, in
// Elasticsearch or OpenSearch. Documents are written whole in bulk requests, with the position of
// their transaction as external version: whatever is sent again has no effect, and nothing old
// replaces anything newer.
//
// The worker's thread makes every call; nothing waits. Statuses of Poll: kUnavailable and
// kAuthentication while requests are tried again; anything else needs somebody to act, or a new
// beginning from the confirmed position.
#ifndef PENSTOCK_SINK_ELASTICSEARCH_SINK_H
#define PENSTOCK_SINK_ELASTICSEARCH_SINK_H

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "../core/delivery_tracker.h"
#include "../core/retry.h"
#include "elasticsearch_answers.h"
#include "elasticsearch_documents.h"
#include "elasticsearch_indexes.h"
#include "elasticsearch_options.h"
#include "http_client.h"
#include "sink.h"

namespace penstock::sink {

class ElasticsearchSink final : public Sink {
 public:
  explicit ElasticsearchSink(ElasticsearchOptions options, ClockMs clock = SteadyClockMs());
  ~ElasticsearchSink() override;

  Result<Resume> Open(const Identity& identity, bool snapshot_pending) override;
  Status Deliver(const Event& event) override;
  void EndTransaction(uint64_t end_lsn) override;
  Status Poll(int timeout_ms) override;
  std::string TakeWarning() override;
  uint64_t DeliveredLsn() const override { return work_ ? work_->tracker.DeliveredLsn() : 0; }
  uint64_t InFlightEvents() const override { return work_ ? work_->tracker.InFlightEvents() : 0; }
  uint64_t InFlightBytes() const override { return work_ ? work_->documents.bytes() : 0; }
  int WakeFd() const override { return http_.wake_fd(); }
  bool LeftThreads() const override { return left_threads_; }
  void Abandon() override;

  uint64_t stale_documents() const { return stale_; }  // for tests

 private:
  using Bulk = Documents::Bulk;
  using Item = Documents::Item;

  // An answer that waits until it is known that the index is still the same.
  struct Held {
    Bulk bulk;
    std::vector<ItemAnswer> items;
  };

  // Everything that one Open begins anew.
  struct Work {
    Work(HttpClient* http, const ElasticsearchOptions& options, const ClockMs& clock,
         const Identity& identity, bool snapshot_pending)
        : documents(&tracker),
          indexes(http, options, clock, identity, snapshot_pending),
          loading(snapshot_pending) {}
    DeliveryTracker tracker;
    Documents documents;
    ElasticsearchIndexes indexes;
    std::unordered_map<uint64_t, Bulk> bulks;  // under way, by request
    std::vector<Held> held;
    bool loading;             // no EndTransaction since Open with a pending snapshot
    bool finishing = false;   // the snapshot's end is delivered once its indexes are in order
    uint64_t loaded_lsn = 0;  // its end
  };

  bool Full() const;
  Status Refused() const;
  void Send();
  bool BulkDue() const;
  size_t Concurrency() const;
  void HandleBulk(HttpResponse* response, Bulk bulk);
  void HandleItems(const Bulk& bulk, const std::vector<ItemAnswer>& items);
  void HandleItem(const Item& item, const ItemAnswer& answer, AnswerAction action);
  void HandleMalformed(const Item& item, const ItemAnswer& answer);
  void HandleTooLarge(const Bulk& bulk, const ItemAnswer& error);
  void HandleStale(const Item& item);
  bool MayBeAnotherIndex(const Bulk& bulk, const std::vector<ItemAnswer>& items);
  static void VerifyIndexes(const Bulk& bulk);
  void SendAgain(const Bulk& bulk, const Status& why);
  void Back(const Status& why, int64_t at_least_ms);
  void SlowDown(size_t bulk_bytes);
  bool IsSlow(const HttpResponse& response);
  void SpeedUp();
  void ReleaseHeld();
  void FinishSnapshot();
  Status Health();
  void SetWake();

  ElasticsearchOptions options_;
  ClockMs clock_;
  HttpClient http_;
  std::unique_ptr<Work> work_;
  std::vector<HttpResponse> answers_;  // reused
  Backoff backoff_;                    // between bulk requests
  int64_t not_before_ms_ = 0;          // the server's Retry-After
  size_t concurrency_;
  size_t good_bulks_ = 0;  // since the concurrency changed
  size_t lost_bulks_ = 0;  // in a row, on their way when the connection ended
  size_t max_records_;     // of a bulk
  size_t max_bulk_bytes_;  // smaller once the server has found one too large
  size_t bulk_bytes_;      // smaller while the server is overloaded
  int64_t lingers_since_ms_ = -1;
  int64_t progress_ms_ = 0;  // last answer, or nothing was waiting
  Status trouble_;           // being tried again
  Status failed_;            // for good
  uint64_t stale_ = 0;
  int64_t warned_ms_ = 0;
  uint64_t stale_told_ = 0;
  uint64_t malformed_ = 0;  // left out by policy
  uint64_t malformed_told_ = 0;
  std::string malformed_text_;  // of the last one
  bool left_threads_ = false;
};

}  // namespace penstock::sink

#endif
