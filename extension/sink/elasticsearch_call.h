// elasticsearch_call.h: one request at a time that is tried until the server has answered it.
#ifndef PENSTOCK_SINK_ELASTICSEARCH_CALL_H
#define PENSTOCK_SINK_ELASTICSEARCH_CALL_H

#include <cstdint>

#include "../core/retry.h"
#include "../core/status.h"
#include "elasticsearch_answers.h"
#include "http_client.h"

namespace penstock::sink {

class ElasticsearchCall {
 public:
  ElasticsearchCall(HttpClient* http, const BackoffPolicy& policy, const ClockMs& clock)
      : http_(http), backoff_(policy, clock) {}

  // Whether the next request may be sent: none is under way and no pause is due.
  bool Due() const { return id_ == 0 && backoff_.Due(); }
  int64_t WaitMs() const { return id_ != 0 ? -1 : backoff_.WaitMs(); }  // -1: for an answer
  void Send(HttpRequest request);
  bool Waits(uint64_t id) const { return id_ != 0 && id_ == id; }

  // Takes the answer to what was sent; false: the request is to be made again, trouble says why.
  // A 404 counts as an answer when it is the server's own.
  bool Answered(const HttpResponse& response);

  // Takes an answer that the caller deals with by itself.
  void Settle() { id_ = 0; }

  // The answer that was just taken makes no sense: the request is to be made again, later each
  // time.
  void Reject(const HttpResponse& response);

  const Status& trouble() const { return trouble_; }

 private:
  HttpClient* http_;
  Backoff backoff_;
  uint64_t id_ = 0;
  bool answered_ = false;  // and the answer was not rejected
  Status trouble_;
};

}  // namespace penstock::sink

#endif
