// elasticsearch_call.cpp: see elasticsearch_call.h.
#include "elasticsearch_call.h"

#include <utility>

namespace penstock::sink {
namespace {

// Statuses that say what is so; everything else may be otherwise in a moment.
bool IsAnswer(const HttpResponse& response) {
  if (response.ok()) return true;
  if (response.status == 400 || response.status == 409 || response.status == 413) return true;
  // What stands before the servers has its own 404, which is not in JSON.
  return response.status == 404 && !response.body.empty() && response.body.front() == '{';
}

}  // namespace

void ElasticsearchCall::Send(HttpRequest request) {
  // Only now: an answer may be rejected after it was taken, and the pauses are to grow then too.
  if (std::exchange(answered_, false)) backoff_.Succeed();
  id_ = http_->Start(std::move(request));
}

bool ElasticsearchCall::Answered(const HttpResponse& response) {
  id_ = 0;
  const AnswerAction action = ActionOfRequest(response.status, ParseError(response).type);
  if (!IsAnswer(response) || action == AnswerAction::kBlocked) {
    Reject(response);
    return false;
  }
  answered_ = true;
  trouble_ = {};
  return true;
}

void ElasticsearchCall::Reject(const HttpResponse& response) {
  answered_ = false;
  trouble_ = RetryStatus(response);
  backoff_.Fail();
}

}  // namespace penstock::sink
