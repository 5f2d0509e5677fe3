// elasticsearch_indexes.cpp: see elasticsearch_indexes.h.
#include "elasticsearch_indexes.h"

#include <algorithm>
#include <utility>

#include "elasticsearch_names.h"

namespace penstock::sink {
namespace {

constexpr char kAnew[] =
    "Drop the sink, delete the index and create the sink anew, so that a snapshot fills it.";

std::string Quoted(const ElasticsearchIndex& index) { return "index \"" + index.name + "\""; }

// How often in a row an index that ought to be there may be missing: a node may lag behind the one
// that made it.
constexpr int kMaxMisses = 5;

std::string PathOfName(const ElasticsearchIndex& index, const char* rest) {
  return "/" + UrlEncode(index.name) + rest;
}

// Of the index itself: through an alias a setting would reach every index behind it.
std::string Path(const ElasticsearchIndex& index, const char* rest) {
  return "/" + UrlEncode(index.concrete.empty() ? index.name : index.concrete) + rest;
}

}  // namespace

const ElasticsearchIndexes::StepRow ElasticsearchIndexes::kSteps[] = {
    {IndexStep::kLook, &ElasticsearchIndexes::Look, &ElasticsearchIndexes::HandleLook},
    {IndexStep::kRemove, &ElasticsearchIndexes::Remove, &ElasticsearchIndexes::HandleRemove},
    {IndexStep::kCreate, &ElasticsearchIndexes::Create, &ElasticsearchIndexes::HandleCreate},
    {IndexStep::kAdopt, &ElasticsearchIndexes::PutMapping, &ElasticsearchIndexes::HandleMapping},
    {IndexStep::kRefreshOff, &ElasticsearchIndexes::RefreshOff, &ElasticsearchIndexes::HandleStep},
    {IndexStep::kMapping, &ElasticsearchIndexes::PutMapping, &ElasticsearchIndexes::HandleMapping},
    {IndexStep::kVerify, &ElasticsearchIndexes::Look, &ElasticsearchIndexes::HandleVerify},
    {IndexStep::kRefreshOn, &ElasticsearchIndexes::RefreshOn, &ElasticsearchIndexes::HandleStep},
    {IndexStep::kRefresh, &ElasticsearchIndexes::Refresh, &ElasticsearchIndexes::HandleStep},
    {IndexStep::kUnmark, &ElasticsearchIndexes::Unmark, &ElasticsearchIndexes::HandleStep},
};

const ElasticsearchIndexes::StepRow* ElasticsearchIndexes::FindStep(IndexStep step) {
  for (const StepRow& row : kSteps) {
    if (row.step == step) return &row;
  }
  return nullptr;  // nothing to ask the server
}

ElasticsearchIndexes::ElasticsearchIndexes(HttpClient* http, const ElasticsearchOptions& options,
                                           const ClockMs& clock, const Identity& identity,
                                           bool snapshot_pending)
    : http_(http),
      options_(options),
      policy_{options.retry_backoff_ms, options.retry_backoff_max_ms, 2.0, 0.2},
      clock_(clock),
      identity_(identity),
      loading_(snapshot_pending),
      state_(http, policy_, clock, identity, snapshot_pending) {}

Status ElasticsearchIndexes::Prepare(const Event& event, ElasticsearchIndex** index) {
  if (last_ == nullptr || last_->topic != event.topic) {
    const auto found = by_topic_.find(event.topic);
    last_ = found == by_topic_.end() ? nullptr : found->second;
    if (last_ == nullptr) {
      if (Status status = Add(event, &last_); !status.ok()) return status;
    }
  }
  *index = last_;
  if (last_->step == IndexStep::kFailed) return last_->failed;
  if (last_->step == IndexStep::kReady) {
    if (!last_->with_mapping || *last_->mapping == event.mapping) return {};
    // Several relations may share an index, each with its plan.
    const auto known = last_->mappings.find(event.mapping);
    const bool is_new = known == last_->mappings.end();
    last_->mapping = &*(is_new ? last_->mappings.emplace(event.mapping).first : known);
    if (!is_new) return {};
    last_->step = IndexStep::kMapping;
  }
  if (Status status = trouble(); !status.ok()) {
    return {StatusCode::kUnavailable, status.message(), status.hint()};
  }
  return {StatusCode::kBusy, Quoted(*last_) + " is being prepared"};
}

Status ElasticsearchIndexes::Add(const Event& event, Index** index) {
  Result<std::string> name = IndexName(event.topic);
  if (!name.ok()) return name.status();
  const auto found = indexes_.find(name.value());
  if (found != indexes_.end()) {
    return {StatusCode::kInvalidOption,
            "topics \"" + found->second->topic + "\" and \"" + std::string(event.topic) +
                "\" would share index \"" + name.value() + "\"",
            "Name their indexes in option index.map."};
  }
  auto added =
      std::make_unique<Index>(name.value(), event.topic, static_cast<uint32_t>(indexes_.size()),
                              ElasticsearchCall(http_, policy_, clock_));
  const auto& ignored = options_.schema_ignore_topics;
  added->with_mapping = !options_.schema_ignore &&
                        std::find(ignored.begin(), ignored.end(), event.topic) == ignored.end();
  added->mapping = &*added->mappings.emplace(event.mapping).first;
  *index = added.get();
  by_topic_.emplace(event.topic, added.get());
  indexes_.emplace(name.value(), std::move(added));
  return {};
}

void ElasticsearchIndexes::Advance() {
  state_.Advance();
  if (!state_.ready()) return;
  for (auto& [name, index] : indexes_) AdvanceIndex(index.get());
}

void ElasticsearchIndexes::AdvanceIndex(Index* index) {
  if (index->step == IndexStep::kRecord) Record(index);
  if (index->step == IndexStep::kReady && index->verify) index->step = IndexStep::kVerify;
  if (index->step == IndexStep::kReady && index->marker.loading && !loading_) {
    index->step = index->marker.refresh_off ? IndexStep::kRefreshOn : IndexStep::kRefresh;
  }
  const StepRow* row = FindStep(index->step);
  if (row != nullptr && index->call.Due()) index->call.Send((this->*row->make)(*index));
}

bool ElasticsearchIndexes::Handle(const HttpResponse& response) {
  if (state_.Handle(response)) return true;
  for (auto& [name, index] : indexes_) {
    if (!index->call.Waits(response.id)) continue;
    if (index->call.Answered(response)) {
      (this->*FindStep(index->step)->handle)(index.get(), response);
    }
    return true;
  }
  return false;
}

void ElasticsearchIndexes::Fail(Index* index, Status status) {
  index->step = IndexStep::kFailed;
  index->failed = std::move(status);
}

bool ElasticsearchIndexes::LookAgain(Index* index, const HttpResponse& response) {
  if (response.status != 404 || ++index->misses >= kMaxMisses) return false;
  index->call.Reject(response);
  return true;
}

Status ElasticsearchIndexes::Gone(const Index& index) {
  return {StatusCode::kDataError,
          Quoted(index) + " was deleted, or deleted and made again: documents are missing in it",
          kAnew};
}

// --- requests -----------------------------------------------------------------------------------

HttpRequest ElasticsearchIndexes::Look(const Index& index) const {
  return {"GET", PathOfName(index, kIndexFactsPath)};
}

HttpRequest ElasticsearchIndexes::Remove(const Index& index) const {
  return {"DELETE", Path(index, "")};
}

HttpRequest ElasticsearchIndexes::Create(const Index& index) const {
  return {"PUT", PathOfName(index, ""),
          CreateIndexBody(options_.index_settings, index.marker.refresh_off, MappingFor(index),
                          index.marker)};
}

HttpRequest ElasticsearchIndexes::PutMapping(const Index& index) const {
  return {"PUT", Path(index, "/_mapping"),
          PutMappingBody(MappingFor(index), index.foreign_fields, index.other_meta, index.marker)};
}

HttpRequest ElasticsearchIndexes::Unmark(const Index& index) const {
  IndexMarker marker = index.marker;
  marker.loading = marker.refresh_off = false;
  return {"PUT", Path(index, "/_mapping"), PutMappingBody("", {}, index.other_meta, marker)};
}

HttpRequest ElasticsearchIndexes::RefreshOff(const Index& index) const {
  return {"PUT", Path(index, "/_settings"), RefreshIntervalBody("-1")};
}

HttpRequest ElasticsearchIndexes::RefreshOn(const Index& index) const {
  std::optional<std::string> interval;
  if (index.marker.created) interval = RefreshIntervalOf(options_.index_settings);
  return {"PUT", Path(index, "/_settings"), RefreshIntervalBody(interval)};
}

HttpRequest ElasticsearchIndexes::Refresh(const Index& index) const {
  return {"POST", Path(index, "/_refresh")};
}

std::string ElasticsearchIndexes::MappingFor(const Index& index) const {
  if (!index.with_mapping) return {};
  return flat_object_ ? WithFlatObject(*index.mapping) : *index.mapping;
}

// --- answers ------------------------------------------------------------------------------------

void ElasticsearchIndexes::HandleLook(Index* index, const HttpResponse& response) {
  IndexFacts facts;
  if (response.status == 404) {
    HandleMissing(index, response);
  } else if (response.ok() && ParseIndexFacts(response.body, &facts)) {
    HandleFound(index, std::move(facts));
  } else if (response.ok()) {
    Fail(index, {StatusCode::kDataError, Quoted(*index) + " is an alias of several indexes",
                 "A row's document may be in any of them. Name a single index, or an alias of one, "
                 "in option index.map."});
  } else {
    Fail(index, {StatusCode::kDataError,
                 Quoted(*index) + " cannot be used: " + ParseError(response).reason});
  }
}

void ElasticsearchIndexes::HandleMissing(Index* index, const HttpResponse& response) {
  if (index->made_now || !state_.UuidOf(index->name).empty()) {
    if (!LookAgain(index, response)) Fail(index, Gone(*index));
  } else if (!options_.create_index) {
    Fail(index, {StatusCode::kDataError, Quoted(*index) + " does not exist",
                 "Make it, or let the sink make it with index.create=true."});
  } else {
    index->marker = MarkerOf(identity_);
    index->marker.created = true;
    index->marker.loading = index->marker.refresh_off = loading_;
    index->step = IndexStep::kCreate;
  }
}

// Why an index that somebody else writes cannot be ours as well.
Status ElasticsearchIndexes::OtherWriter(const Index& index, const IndexFacts& facts) const {
  if (!facts.marker || SameSink(*facts.marker, identity_)) return {};
  if (facts.marker->system_identifier != identity_.system_identifier) {
    return {StatusCode::kDataError,
            Quoted(index) + " was written by another PostgreSQL cluster, system identifier " +
                facts.marker->system_identifier,
            "Versions of documents are positions in the WAL and cannot be compared: delete the "
            "index, or name another one in option index.map."};
  }
  // Its worker removes the index when it has to begin again.
  if (facts.marker->loading) {
    return {StatusCode::kDataError,
            Quoted(index) + " is being loaded by sink \"" + facts.marker->sink + "\"",
            "Wait until that sink has loaded it; if it was dropped meanwhile, delete the index."};
  }
  return {};
}

void ElasticsearchIndexes::HandleFound(Index* index, IndexFacts facts) {
  index->misses = 0;
  index->concrete = facts.concrete;
  const IndexMarker found = facts.marker.value_or(IndexMarker());
  const bool ours = facts.marker && SameSink(found, identity_);
  const std::string known = state_.UuidOf(index->name);
  if (Status status = OtherWriter(*index, facts); !status.ok()) {
    Fail(index, std::move(status));
    return;
  }
  if (loading_ && ours && found.created && found.loading && !index->made_now) {
    index->step = IndexStep::kRemove;
    return;
  }
  if (!known.empty() && known != facts.uuid) {
    Fail(index, Gone(*index));
    return;
  }
  index->uuid = facts.uuid;
  index->other_meta = facts.other_meta;
  if (index->made_now) {
    index->step = IndexStep::kRecord;
    return;
  }
  // A sink of this name that was dropped while it loaded leaves refresh off for us to mend.
  const bool unfinished = ours && found.loading;
  index->marker = facts.marker && !ours ? found : MarkerOf(identity_);
  index->marker.created = ours && found.created;
  index->marker.loading = loading_ || unfinished;
  index->marker.refresh_off =
      unfinished ? found.refresh_off : loading_ && !facts.refresh_interval.has_value();
  index->refresh_is_off = facts.refresh_interval == "-1";
  if (!index->marker.created) index->foreign_fields = std::move(facts.fields);
  if (loading_) {
    warnings_.push_back(Quoted(*index) +
                        " exists already: documents in it without a row in the table stay there");
  }
  index->step = IndexStep::kAdopt;
}

void ElasticsearchIndexes::HandleVerify(Index* index, const HttpResponse& response) {
  IndexFacts facts;
  if (LookAgain(index, response)) return;
  if (response.ok() && ParseIndexFacts(response.body, &facts) && facts.uuid == index->uuid) {
    index->misses = 0;
    index->verify = false;
    index->step = IndexStep::kReady;
  } else {
    failed_ = Gone(*index);
  }
}

void ElasticsearchIndexes::HandleRemove(Index* index, const HttpResponse& response) {
  if (!response.ok() && response.status != 404) {
    index->call.Reject(response);
    return;
  }
  index->concrete.clear();
  index->step = IndexStep::kLook;
}

void ElasticsearchIndexes::HandleCreate(Index* index, const HttpResponse& response) {
  const ItemAnswer error = ParseError(response);
  if (response.ok()) {
    index->made_now = true;
    index->step = IndexStep::kLook;  // for its uuid
  } else if (error.type == "resource_already_exists_exception") {
    // By somebody else just now; or by ourselves, and the answer was lost.
    index->step = IndexStep::kLook;
  } else if (!RetryWithFlatObject(error)) {
    const bool bad_name = error.type == "invalid_index_name_exception";
    Fail(index, {StatusCode::kDataError, Quoted(*index) + " could not be made: " + error.reason,
                 bad_name ? "Name the index of this table in option index.map."
                          : "Look at options index.settings and index.map."});
  }
}

void ElasticsearchIndexes::HandleMapping(Index* index, const HttpResponse& response) {
  const ItemAnswer error = ParseError(response);
  const bool adopting = index->step == IndexStep::kAdopt;
  if (response.ok()) {
    const bool switch_off =
        adopting && loading_ && index->marker.refresh_off && !index->refresh_is_off;
    index->step = switch_off ? IndexStep::kRefreshOff
                  : adopting ? IndexStep::kRecord
                             : IndexStep::kReady;
    index->misses = 0;
  } else if (response.status == 404 && adopting) {
    index->step = IndexStep::kLook;
  } else if (response.status == 404) {
    if (!LookAgain(index, response)) Fail(index, Gone(*index));
  } else if (!RetryWithFlatObject(error)) {
    Fail(index, {StatusCode::kDataError,
                 "the mapping of " + Quoted(*index) + " does not fit the table: " + error.reason,
                 "The type of a field cannot be changed in an index. Drop the sink, delete the "
                 "index and create the sink anew; or keep the index and set "
                 "topic.schema.ignore to this topic."});
  }
}

void ElasticsearchIndexes::HandleStep(Index* index, const HttpResponse& response) {
  if (LookAgain(index, response)) return;
  if (!response.ok()) {
    failed_ = response.status == 404
                  ? Gone(*index)
                  : Status(StatusCode::kDataError,
                           Quoted(*index) + " refuses a setting: " + ParseError(response).reason);
    return;
  }
  index->misses = 0;
  switch (index->step) {
    case IndexStep::kRefreshOff:
      index->step = IndexStep::kRecord;
      break;
    case IndexStep::kRefreshOn:
      index->step = IndexStep::kRefresh;
      break;
    case IndexStep::kRefresh:
      index->step = IndexStep::kUnmark;
      break;
    default:  // kUnmark
      index->marker.loading = index->marker.refresh_off = false;
      index->step = IndexStep::kReady;
  }
}

// The type is told by what the server takes: versions overlap, and GET / may be forbidden.
bool ElasticsearchIndexes::RetryWithFlatObject(const ItemAnswer& error) {
  if (flat_object_ || error.reason.find("type [flattened]") == std::string::npos) return false;
  flat_object_ = true;
  return true;
}

void ElasticsearchIndexes::Record(Index* index) {
  state_.Remember(index->name, index->uuid);
  state_.Advance();
  if (state_.saved()) index->step = IndexStep::kReady;
}

// --- loading, verifying, waiting ----------------------------------------------------------------

bool ElasticsearchIndexes::verifying() const {
  for (const auto& [name, index] : indexes_) {
    if (index->verify && index->step != IndexStep::kFailed) return true;
  }
  return false;
}

void ElasticsearchIndexes::FinishLoading() { loading_ = false; }

bool ElasticsearchIndexes::finished() const {
  if (!state_.saved()) return false;
  for (const auto& [name, index] : indexes_) {
    if (index->step != IndexStep::kReady || index->marker.loading) return false;
  }
  return true;
}

Status ElasticsearchIndexes::trouble() const {
  if (!state_.trouble().ok()) return state_.trouble();
  for (const auto& [name, index] : indexes_) {
    if (!index->call.trouble().ok()) return index->call.trouble();
  }
  return {};
}

int64_t ElasticsearchIndexes::WaitMs() const {
  int64_t wait_ms = state_.saved() ? -1 : state_.WaitMs();
  if (!state_.ready()) return wait_ms;  // no index is asked before
  for (const auto& [name, index] : indexes_) {
    if (FindStep(index->step) == nullptr) continue;
    const int64_t own_ms = index->call.WaitMs();
    if (own_ms >= 0 && (wait_ms < 0 || own_ms < wait_ms)) wait_ms = own_ms;
  }
  return wait_ms;
}

std::string ElasticsearchIndexes::TakeWarning() {
  std::string warning = state_.TakeWarning();
  if (!warning.empty() || warnings_.empty()) return warning;
  warning = warnings_.front();
  warnings_.erase(warnings_.begin());
  return warning;
}

}  // namespace penstock::sink
