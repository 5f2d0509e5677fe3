// elasticsearch_state.cpp: see elasticsearch_state.h.
#include "elasticsearch_state.h"

#include <utility>

#include "elasticsearch_json.h"

namespace penstock::sink {
namespace {

constexpr char kMakeBody[] =
    R"({"settings":{"number_of_shards":1,"auto_expand_replicas":"0-1","hidden":true},)"
    R"("mappings":{"dynamic":false}})";
constexpr int kForbidden = 403;

}  // namespace

ElasticsearchState::ElasticsearchState(HttpClient* http, const BackoffPolicy& policy,
                                       const ClockMs& clock, Identity identity,
                                       bool snapshot_pending)
    : identity_(std::move(identity)),
      call_(http, policy, clock),
      step_(snapshot_pending ? Step::kSweep : Step::kLoad) {}

std::string ElasticsearchState::UuidOf(const std::string& index) const {
  const auto found = uuids_.find(index);
  return found == uuids_.end() ? std::string() : found->second;
}

void ElasticsearchState::Remember(const std::string& index, const std::string& uuid) {
  std::string& known = uuids_[index];
  if (known == uuid) return;
  known = uuid;
  dirty_ = true;
}

std::string ElasticsearchState::DocumentPath() const {
  // Slots of two clusters may have one name.
  return std::string("/") + kStateIndex + "/_doc/" +
         UrlEncode(identity_.system_identifier + "_" + identity_.slot_name);
}

void ElasticsearchState::NextStep() {
  if (step_ != Step::kIdle) return;
  if (!leftovers_.empty()) {
    step_ = Step::kRemove;
    return;
  }
  ready_ = true;
  if (dirty_ && !off_) step_ = made_ ? Step::kSave : Step::kMake;
}

HttpRequest ElasticsearchState::Request() const {
  switch (step_) {
    case Step::kSweep:
      return {"GET", "/_mapping?expand_wildcards=all&filter_path=*.mappings._meta.penstock"};
    case Step::kRemove:
      return {"DELETE", "/" + UrlEncode(leftovers_.back())};
    case Step::kLoad:
      return {"GET", DocumentPath()};
    case Step::kMake:
      return {"PUT", std::string("/") + kStateIndex, kMakeBody};
    case Step::kSave:
    case Step::kIdle:
      break;
  }
  return {"PUT", DocumentPath(), StateBody(identity_, uuids_)};
}

void ElasticsearchState::Advance() {
  NextStep();
  if (step_ == Step::kIdle || !call_.Due()) return;
  if (step_ == Step::kSave) {
    saving_ = true;
    dirty_ = false;
  }
  call_.Send(Request());
}

bool ElasticsearchState::Handle(const HttpResponse& response) {
  if (!call_.Waits(response.id)) return false;
  const AnswerAction action = ActionOfRequest(response.status, ParseError(response).type);
  if (response.status == kForbidden && action == AnswerAction::kForbidden) {
    call_.Settle();
    HandleForbidden();
  } else if (!call_.Answered(response)) {
    if (std::exchange(saving_, false)) dirty_ = true;
  } else if (step_ == Step::kSweep) {
    HandleSweep(response);
  } else if (step_ == Step::kRemove) {
    leftovers_.pop_back();  // gone, by us or before us
    step_ = Step::kIdle;
  } else if (step_ == Step::kLoad) {
    HandleLoad(response);
  } else {
    HandleSave(response);
  }
  Advance();
  return true;
}

void ElasticsearchState::HandleForbidden() {
  if (step_ == Step::kRemove) leftovers_.pop_back();
  if (step_ == Step::kLoad || step_ == Step::kMake || step_ == Step::kSave) {
    off_ = true;
    saving_ = false;
    warning_ = std::string("no right to the index \"") + kStateIndex +
               "\": an index that is deleted while the sink's worker does not run will not be "
               "noticed";
  }
  step_ = Step::kIdle;
}

void ElasticsearchState::HandleSweep(const HttpResponse& response) {
  std::vector<std::pair<std::string, IndexMarker>> markers;
  if (response.ok() && !ParseMarkers(response.body, &markers)) {
    call_.Reject(response);
    return;
  }
  for (const auto& [name, marker] : markers) {
    if (marker.created && marker.loading && SameSink(marker, identity_)) leftovers_.push_back(name);
  }
  step_ = Step::kIdle;
}

void ElasticsearchState::HandleLoad(const HttpResponse& response) {
  if (response.ok()) {
    if (!ParseState(response.body, identity_, &uuids_)) {
      call_.Reject(response);
      return;
    }
    made_ = true;
  }
  step_ = Step::kIdle;
}

// Of kMake or kSave.
void ElasticsearchState::HandleSave(const HttpResponse& response) {
  saving_ = false;
  const bool making = step_ == Step::kMake;
  step_ = Step::kIdle;
  const bool there_already = ParseError(response).type == "resource_already_exists_exception";
  if (response.ok() || (making && there_already)) {
    made_ = true;
    return;
  }
  if (response.status == 404) made_ = false;
  dirty_ = true;
  call_.Reject(response);
}

}  // namespace penstock::sink
