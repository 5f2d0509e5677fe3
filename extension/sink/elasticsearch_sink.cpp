// elasticsearch_sink.cpp: see elasticsearch_sink.h.
#include "elasticsearch_sink.h"

#include <algorithm>
#include <utility>

namespace penstock::sink {
namespace {

constexpr int64_t kSilenceMs = 10'000;    // without any answer
constexpr int64_t kWarnEveryMs = 60'000;  // about documents
constexpr size_t kMinBulkBytes = 1024;
constexpr size_t kMinSlowBulkBytes = 65536;
constexpr size_t kGoodBulks = 16;     // until one more may be under way
constexpr size_t kProbeBulks = 1024;  // until it is seen whether larger ones are taken again
// What stands before the servers may end the connection where it finds a request too large.
constexpr size_t kLostBulks = 3;

constexpr int kTooLargeStatus = 413;
constexpr int kRequestTimeoutStatus = 408;
constexpr int kGatewayTimeoutStatus = 504;
constexpr char kTooLargeHint[] =
    "Raise http.max_content_length of the server, or let the sink go on without such documents "
    "with behavior.on.malformed.documents=warn.";
constexpr char kMalformedHint[] =
    "Mend the mapping of the index (json.mapping=flattened takes any json value), or let the sink "
    "go on without such documents with behavior.on.malformed.documents=warn.";

constexpr char kBulkPath[] =
    "/_bulk?filter_path=errors,items.*.status,items.*._seq_no,items.*.error";

std::string BulkPath(const std::string& pipeline) {
  return pipeline.empty() ? kBulkPath : kBulkPath + ("&pipeline=" + UrlEncode(pipeline));
}

std::string Described(const Documents::Item& item, const ItemAnswer& answer) {
  return "document \"" + std::string(item.document->id()) + "\" is refused by index \"" +
         item.document->index->name + "\": " +
         (answer.reason.empty() ? "status " + std::to_string(answer.status) : answer.reason);
}

bool IsTriedAgain(AnswerAction action) {
  return action == AnswerAction::kOverloaded || action == AnswerAction::kBlocked ||
         action == AnswerAction::kAgain || action == AnswerAction::kForbidden ||
         action == AnswerAction::kGone;
}

// Items that are tried again, in order of what the operator should see first.
Status RetryOfItem(AnswerAction action, const Documents::Item& item, const ItemAnswer& answer) {
  const std::string index = "index \"" + item.document->index->name + "\"";
  switch (action) {
    case AnswerAction::kBlocked:
      return {StatusCode::kUnavailable, index + " takes no documents: " + answer.reason,
              "Remove the block, or free disk space."};
    case AnswerAction::kForbidden:
      return {StatusCode::kAuthentication, index + " may not be written to: " + answer.reason};
    case AnswerAction::kOverloaded:
      return {StatusCode::kUnavailable, index + " is overloaded: " + answer.reason};
    default:
      return {StatusCode::kUnavailable,
              index + " answers " + std::to_string(answer.status) + ": " + answer.reason};
  }
}

}  // namespace

ElasticsearchSink::ElasticsearchSink(ElasticsearchOptions options, ClockMs clock)
    : options_(std::move(options)),
      clock_(std::move(clock)),
      http_(options_.http, clock_),
      backoff_({options_.retry_backoff_ms, options_.retry_backoff_max_ms, 2.0, 0.2}, clock_),
      concurrency_(options_.max_in_flight),
      max_records_(options_.batch_records),
      max_bulk_bytes_(options_.bulk_bytes),
      bulk_bytes_(options_.bulk_bytes) {}

ElasticsearchSink::~ElasticsearchSink() { Abandon(); }

Result<Resume> ElasticsearchSink::Open(const Identity& identity, bool snapshot_pending) {
  Abandon();
  if (Status status = http_.Open(); !status.ok()) return status;
  work_ = std::make_unique<Work>(&http_, options_, clock_, identity, snapshot_pending);
  failed_ = trouble_ = {};
  progress_ms_ = clock_();
  return Resume{};
}

Status ElasticsearchSink::Deliver(const Event& event) {
  if (!failed_.ok()) return failed_;
  if (work_ == nullptr) return {StatusCode::kInternal, "the elasticsearch sink is not open"};
  if (work_->finishing) return {StatusCode::kBusy, "the snapshot is being completed"};
  if (!event.key) {
    return {StatusCode::kDataError,
            "an event of topic \"" + std::string(event.topic) + "\" has no id for a document"};
  }
  if (!event.value && options_.on_null == DocumentPolicy::kIgnore) return {};
  if (!event.value && options_.on_null == DocumentPolicy::kFail) {
    return {StatusCode::kDataError, "row \"" + std::string(*event.key) + "\" of topic \"" +
                                        std::string(event.topic) +
                                        "\" was deleted, and behavior.on.null.values is fail"};
  }
  if (Full()) return Refused();
  ElasticsearchIndex* index = nullptr;
  if (Status status = work_->indexes.Prepare(event, &index); !status.ok()) return status;
  if (work_->documents.empty()) progress_ms_ = clock_();
  work_->documents.Add(index, index->number, index->name, event);
  return {};
}

bool ElasticsearchSink::Full() const {
  const uint64_t limit = options_.bulk_bytes * (options_.max_in_flight + 1);
  return work_->documents.bytes() >= limit ||
         work_->tracker.InFlightEvents() >= options_.max_buffered_records;
}

Status ElasticsearchSink::Refused() const {
  if (!trouble_.ok()) return {StatusCode::kUnavailable, trouble_.message(), trouble_.hint()};
  return {StatusCode::kBusy, "the buffer of the elasticsearch sink is full"};
}

void ElasticsearchSink::EndTransaction(uint64_t end_lsn) {
  if (work_ == nullptr) return;
  if (work_->loading) {
    work_->finishing = true;
    work_->loaded_lsn = std::max(work_->loaded_lsn, end_lsn);
  } else {
    work_->tracker.EndTransaction(end_lsn);
  }
}

Status ElasticsearchSink::Poll(int timeout_ms) {
  if (!failed_.ok()) return failed_;
  if (work_ == nullptr) return {StatusCode::kInternal, "the elasticsearch sink is not open"};
  bool more = false;
  for (const int wait_ms : {timeout_ms, 0}) {
    work_->indexes.Advance();
    FinishSnapshot();
    Send();
    SetWake();
    http_.Perform(wait_ms, &answers_);
    for (HttpResponse& response : answers_) {
      if (work_->indexes.Handle(response)) continue;
      const auto found = work_->bulks.find(response.id);
      Bulk bulk = std::move(found->second);
      work_->bulks.erase(found);
      bulk.body = std::move(response.request.body);
      HandleBulk(&response, std::move(bulk));
    }
    more = !answers_.empty();
    answers_.clear();
    ReleaseHeld();
  }
  // Again, because Perform may have taken what woke it; and what the last answers made possible is
  // sent by the next Poll.
  more ? http_.WakeAfter(0) : SetWake();
  return Health();
}

// --- sending ------------------------------------------------------------------------------------

// After a failure one request finds out whether it is over.
size_t ElasticsearchSink::Concurrency() const { return backoff_.failures() > 0 ? 1 : concurrency_; }

bool ElasticsearchSink::BulkDue() const {
  const Documents& documents = work_->documents;
  if (documents.ready() == 0 || work_->bulks.size() >= Concurrency()) return false;
  const int64_t now = clock_();
  if (!backoff_.Due() || now < not_before_ms_) return false;
  return documents.ready() >= max_records_ || documents.ready_bytes() >= bulk_bytes_ ||
         now - lingers_since_ms_ >= options_.linger_ms || work_->finishing || Full();
}

void ElasticsearchSink::Send() {
  if (work_->documents.ready() > 0 && lingers_since_ms_ < 0) lingers_since_ms_ = clock_();
  while (BulkDue()) {
    Bulk bulk = work_->documents.Take(max_records_, bulk_bytes_);
    HttpRequest request{"POST", BulkPath(options_.pipeline), std::move(bulk.body),
                        "application/x-ndjson"};
    const uint64_t id = http_.Start(std::move(request));
    work_->bulks.emplace(id, std::move(bulk));
  }
  if (work_->documents.ready() == 0) lingers_since_ms_ = -1;
}

void ElasticsearchSink::SetWake() {
  int64_t wake_ms = work_->indexes.WaitMs();
  if (work_->documents.ready() > 0 && work_->bulks.size() < Concurrency()) {
    const int64_t now = clock_();
    const int64_t send_ms = std::max({backoff_.WaitMs(), not_before_ms_ - now,
                                      lingers_since_ms_ + options_.linger_ms - now, int64_t{0}});
    wake_ms = wake_ms < 0 ? send_ms : std::min(wake_ms, send_ms);
  }
  http_.WakeAfter(wake_ms);
}

void ElasticsearchSink::SendAgain(const Bulk& bulk, const Status& why) {
  for (const Item& item : bulk.items) work_->documents.TryAgain(item, bulk.body);
  trouble_ = why;
}

void ElasticsearchSink::Back(const Status& why, int64_t at_least_ms) {
  trouble_ = why;
  backoff_.Fail();
  not_before_ms_ = clock_() + std::min(at_least_ms, options_.retry_backoff_max_ms);
  good_bulks_ = 0;
}

void ElasticsearchSink::SlowDown(size_t bulk_bytes) {
  concurrency_ = std::max<size_t>(1, concurrency_ / 2);
  bulk_bytes_ = std::min(bulk_bytes_, std::max(kMinSlowBulkBytes, bulk_bytes / 2));
}

// Whether smaller requests have better chances: the server, or a gateway, took too long over one.
// It may still be at work on it.
bool ElasticsearchSink::IsSlow(const HttpResponse& response) {
  if (response.status == kRequestTimeoutStatus || response.status == kGatewayTimeoutStatus) {
    return true;
  }
  lost_bulks_ = response.sent ? lost_bulks_ + 1 : 0;
  return response.timed_out || lost_bulks_ >= kLostBulks;
}

void ElasticsearchSink::SpeedUp() {
  if (++good_bulks_ % kProbeBulks == 0) {
    max_records_ = options_.batch_records;
    max_bulk_bytes_ = std::min(options_.bulk_bytes, max_bulk_bytes_ * 2);
  }
  if (good_bulks_ % kGoodBulks != 0) return;
  concurrency_ = std::min(options_.max_in_flight, concurrency_ + 1);
  bulk_bytes_ = std::min(max_bulk_bytes_, bulk_bytes_ * 2);
}

// --- answers ------------------------------------------------------------------------------------

void ElasticsearchSink::HandleBulk(HttpResponse* response, Bulk bulk) {
  progress_ms_ = clock_();
  std::vector<ItemAnswer> items;
  if (response->ok() && ParseBulkAnswer(std::move(response->body), bulk.items.size(), &items)) {
    lost_bulks_ = 0;
    // The server was away perhaps, or another stands in its place.
    if (response->connected) VerifyIndexes(bulk);
    if (MayBeAnotherIndex(bulk, items)) {
      work_->held.push_back({std::move(bulk), std::move(items)});
    } else {
      HandleItems(bulk, items);
    }
    return;
  }
  const ItemAnswer error = ParseError(*response);
  const AnswerAction action = ActionOfRequest(response->status, error.type);
  const Status why = RetryStatus(*response);
  if (action == AnswerAction::kStop) {
    failed_ = {StatusCode::kInternal, "a bulk request is refused: " + why.message()};
    return;
  }
  if (action == AnswerAction::kTooLarge) {
    HandleTooLarge(bulk, error);
    return;
  }
  // Nobody knows what was written, nor to which index.
  if (action == AnswerAction::kAgain) VerifyIndexes(bulk);
  SendAgain(bulk, why);
  const bool slow = IsSlow(*response);
  if (action == AnswerAction::kOverloaded) SlowDown(bulk_bytes_);
  if (slow) SlowDown(bulk.body.size());
  // Another node may be tried at once.
  const bool elsewhere =
      response->status == 0 && !slow && !response->node.empty() && http_.HasLiveNode();
  if (!elsewhere) Back(why, response->retry_after_ms);
}

// Number 0 is the first operation of a shard: of an index that was just made, by us or, after it
// was deleted, by the server itself. Where an answer is lost this may be overlooked: VerifyIndexes.
bool ElasticsearchSink::MayBeAnotherIndex(const Bulk& bulk, const std::vector<ItemAnswer>& items) {
  bool may_be = false;
  for (size_t i = 0; i < items.size(); ++i) {
    ElasticsearchIndex* index = bulk.items[i].document->index;
    if (items[i].seq_no == 0) ElasticsearchIndexes::Verify(index);
    may_be = may_be || index->verify;
  }
  return may_be;
}

void ElasticsearchSink::VerifyIndexes(const Bulk& bulk) {
  for (const Item& item : bulk.items) ElasticsearchIndexes::Verify(item.document->index);
}

void ElasticsearchSink::ReleaseHeld() {
  if (work_->held.empty() || work_->indexes.verifying() || !work_->indexes.failed().ok()) return;
  std::vector<Held> held = std::move(work_->held);
  work_->held.clear();
  for (const Held& one : held) HandleItems(one.bulk, one.items);
}

void ElasticsearchSink::HandleItems(const Bulk& bulk, const std::vector<ItemAnswer>& items) {
  Status why;
  bool overloaded = false;
  for (size_t i = 0; i < items.size() && failed_.ok(); ++i) {
    const Item& item = bulk.items[i];
    const AnswerAction action = ActionOfItem(items[i]);
    if (!IsTriedAgain(action)) {
      HandleItem(item, items[i], action);
      continue;
    }
    // Deleted, or the node lags behind the one that made it.
    if (action == AnswerAction::kGone) ElasticsearchIndexes::Verify(item.document->index);
    work_->documents.TryAgain(item, bulk.body);
    if (why.ok()) why = RetryOfItem(action, item, items[i]);
    overloaded = overloaded || action == AnswerAction::kOverloaded;
  }
  if (overloaded) SlowDown(bulk_bytes_);
  if (!why.ok()) {
    Back(why, 0);
  } else {
    backoff_.Succeed();
    SpeedUp();
  }
}

void ElasticsearchSink::HandleItem(const Item& item, const ItemAnswer& answer,
                                   AnswerAction action) {
  switch (action) {
    case AnswerAction::kStale:
      HandleStale(item);
      return;
    case AnswerAction::kDone:
      work_->documents.Delivered(item);
      return;
    case AnswerAction::kStop:
      failed_ = {StatusCode::kDataError, Described(item, answer)};
      return;
    default:
      HandleMalformed(item, answer);
  }
}

// What a snapshot writes is newer than anything this cluster wrote before it, unless the cluster
// went back to an earlier position.
void ElasticsearchSink::HandleStale(const Item& item) {
  if (work_->loading) {
    failed_ = {StatusCode::kDataError,
               "versions in index \"" + item.document->index->name +
                   "\" are higher than the snapshot's: document \"" +
                   std::string(item.document->id()) + "\" was not written",
               "They are positions in the WAL: the cluster was restored to an earlier one, or "
               "another sink writes the index. Delete the index, or name another one in option "
               "index.map."};
    return;
  }
  ++stale_;
  work_->documents.Delivered(item);
}

void ElasticsearchSink::HandleMalformed(const Item& item, const ItemAnswer& answer) {
  // The row has changed meanwhile: what counts is whether the index takes its newer state.
  if (work_->documents.GiveWay(item)) return;
  const std::string text = Described(item, answer);
  if (options_.on_malformed == DocumentPolicy::kFail) {
    failed_ = {StatusCode::kDataError, text,
               answer.status == kTooLargeStatus ? kTooLargeHint : kMalformedHint};
    return;
  }
  if (options_.on_malformed == DocumentPolicy::kWarn) {
    ++malformed_;
    malformed_text_ = text;
  }
  work_->documents.Delivered(item);
}

void ElasticsearchSink::HandleTooLarge(const Bulk& bulk, const ItemAnswer& error) {
  if (bulk.items.size() > 1) {
    if (bulk.body.size() <= kMinBulkBytes) max_records_ = 1;
    max_bulk_bytes_ = std::max(kMinBulkBytes, bulk.body.size() / 2);
    bulk_bytes_ = std::min(bulk_bytes_, max_bulk_bytes_);
    for (const Item& item : bulk.items) work_->documents.TryAgain(item, bulk.body);
    return;
  }
  ItemAnswer answer = error;
  if (answer.reason.empty()) {
    answer.reason =
        "a request of " + std::to_string(bulk.body.size()) + " bytes is too large for the server";
  }
  HandleMalformed(bulk.items.front(), answer);
}

// --- the rest of a Poll -------------------------------------------------------------------------

void ElasticsearchSink::FinishSnapshot() {
  if (!work_->finishing || !work_->documents.empty()) return;
  work_->indexes.FinishLoading();
  work_->indexes.Advance();
  if (!work_->indexes.finished()) return;
  work_->loading = work_->finishing = false;
  work_->tracker.EndTransaction(work_->loaded_lsn);
}

Status ElasticsearchSink::Health() {
  if (failed_.ok()) failed_ = work_->indexes.failed();
  if (!failed_.ok()) return failed_;
  if (work_->documents.refused() == 0) trouble_ = {};
  if (!trouble_.ok()) return trouble_;
  if (Status status = work_->indexes.trouble(); !status.ok()) return status;
  const int64_t now = clock_();
  if (work_->bulks.empty()) progress_ms_ = now;
  if (now - progress_ms_ < kSilenceMs) return {};
  return {StatusCode::kUnavailable, "no answer for " + std::to_string((now - progress_ms_) / 1000) +
                                        " s: " + std::to_string(work_->tracker.InFlightEvents()) +
                                        " events wait"};
}

std::string ElasticsearchSink::TakeWarning() {
  if (work_ == nullptr) return {};
  std::string warning = work_->indexes.TakeWarning();
  if (!warning.empty()) return warning;
  const int64_t now = clock_();
  if (warned_ms_ != 0 && now - warned_ms_ < kWarnEveryMs) return {};
  if (malformed_ > malformed_told_) {
    warning = std::to_string(malformed_ - malformed_told_) +
              " documents were left out; the last one: " + malformed_text_;
    malformed_told_ = malformed_;
  } else if (stale_ > stale_told_) {
    warning = std::to_string(stale_ - stale_told_) +
              " documents were not written, because the index has newer versions of them; that is "
              "expected after a restart only";
    stale_told_ = stale_;
  }
  if (!warning.empty()) warned_ms_ = now;
  return warning;
}

void ElasticsearchSink::Abandon() {
  failed_ = {StatusCode::kInternal, "the elasticsearch sink was abandoned"};
  if (work_ == nullptr) return;
  left_threads_ = !http_.Abandon();
  work_->bulks.clear();
  work_->held.clear();
}

}  // namespace penstock::sink
