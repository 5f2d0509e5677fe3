// elasticsearch_answers.h: what the answers to requests mean, as tables.
#ifndef PENSTOCK_SINK_ELASTICSEARCH_ANSWERS_H
#define PENSTOCK_SINK_ELASTICSEARCH_ANSWERS_H

#include <cstdint>
#include <string>
#include <vector>

#include "../core/status.h"
#include "http_client.h"

namespace penstock::sink {

enum class AnswerAction {
  kDone,        // durable, or nothing was to be done
  kStale,       // the index has a newer version: nothing is to be done
  kMalformed,   // this document is refused for good
  kTooLarge,    // smaller requests; a document alone: refused for good
  kOverloaded,  // the same again, more slowly
  kBlocked,     // the index takes no writes for now: the same again
  kAgain,       // nobody knows what became of it: the same again
  kForbidden,   // our credentials: the same again, slowly
  kGone,        // the index is not there any more
  kStop,        // nothing helps but somebody who changes something
};

// Part of a bulk answer, in the order of the request's documents.
struct ItemAnswer {
  int status = 0;
  int64_t seq_no = -1;
  std::string type;    // of the error; empty: none
  std::string reason;  // with that of its cause
};

AnswerAction ActionOfItem(const ItemAnswer& item);

// Of an answer as a whole that is not 2xx.
AnswerAction ActionOfRequest(int status, const std::string& error_type);

// False when the body is no answer to a bulk request of so many documents.
bool ParseBulkAnswer(std::string body, size_t count, std::vector<ItemAnswer>* items);

// {"error":{"type":…,"reason":…}} of any other answer; empty where it is something else.
ItemAnswer ParseError(const HttpResponse& response);

// Why a request is tried again, for the operator: the node, the status, the server's reason.
Status RetryStatus(const HttpResponse& response);

}  // namespace penstock::sink

#endif
