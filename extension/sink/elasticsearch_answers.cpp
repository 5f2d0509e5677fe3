// elasticsearch_answers.cpp: see elasticsearch_answers.h.
#include "elasticsearch_answers.h"

#include <string_view>

#include "../core/json.h"
#include "../core/utf8.h"

namespace penstock::sink {
namespace {

constexpr size_t kMaxReasonBytes = 400;

constexpr char kNoError[] = "-";

// The first row that fits decides. An overloaded server is known by the status: the names of its
// errors differ between Elasticsearch and OpenSearch.
struct Row {
  int from;  // statuses, inclusive
  int to;
  const char* type;    // part of the error's type; kNoError: there is none
  const char* reason;  // part of its reason
  AnswerAction action;
};

constexpr Row kItemRows[] = {
    {200, 299, "", "", AnswerAction::kDone},
    // Disk nearly full (429 or 403), blocks set by somebody, no master.
    {400, 599, "cluster_block_exception", "", AnswerAction::kBlocked},
    {400, 499, "index_closed_exception", "", AnswerAction::kBlocked},
    {400, 499, "index_not_found_exception", "", AnswerAction::kGone},
    {400, 499, "invalid_index_name_exception", "", AnswerAction::kStop},
    // Of the request's address, not of this document: none would be taken.
    {400, 400, "illegal_argument_exception", "pipeline with id [", AnswerAction::kStop},
    {400, 400, "illegal_argument_exception", "data stream", AnswerAction::kStop},
    {400, 400, "illegal_argument_exception", "no write index is defined", AnswerAction::kStop},
    // A delete of what is not there. With an error something else was not found: a shard, or what
    // an ingest pipeline needs.
    {404, 404, kNoError, "", AnswerAction::kDone},
    {404, 404, "", "", AnswerAction::kAgain},
    {409, 409, "version_conflict_engine_exception", "", AnswerAction::kStale},
    {409, 409, "", "", AnswerAction::kAgain},
    {408, 408, "", "", AnswerAction::kAgain},
    {413, 413, "", "", AnswerAction::kTooLarge},
    {429, 429, "", "", AnswerAction::kOverloaded},
    {401, 401, "", "", AnswerAction::kForbidden},
    {403, 403, "", "", AnswerAction::kForbidden},
    {400, 499, "", "", AnswerAction::kMalformed},
    {0, 999, "", "", AnswerAction::kAgain},
};

constexpr Row kRequestRows[] = {
    {400, 599, "cluster_block_exception", "", AnswerAction::kBlocked},
    {401, 401, "", "", AnswerAction::kForbidden},
    {403, 403, "", "", AnswerAction::kForbidden},
    {407, 407, "", "", AnswerAction::kForbidden},
    {413, 413, "", "", AnswerAction::kTooLarge},
    {429, 429, "", "", AnswerAction::kOverloaded},
    {400, 400, "", "", AnswerAction::kStop},
    // 404 and 405 are what a load balancer says while its servers start.
    {0, 999, "", "", AnswerAction::kAgain},
};

bool FitsType(const Row& row, std::string_view type) {
  if (row.type == kNoError) return type.empty();
  return type.find(row.type) != std::string_view::npos;
}

template <size_t kCount>
AnswerAction Find(const Row (&rows)[kCount], int status, std::string_view type,
                  std::string_view reason) {
  for (const Row& row : rows) {
    if (status >= row.from && status <= row.to && FitsType(row, type) &&
        reason.find(row.reason) != std::string_view::npos) {
      return row.action;
    }
  }
  return AnswerAction::kAgain;
}

using Value = rapidjson::Value;

std::string_view TextOf(const Value& object, const char* name) {
  const auto found = object.FindMember(name);
  if (found == object.MemberEnd() || !found->value.IsString()) return {};
  return {found->value.GetString(), found->value.GetStringLength()};
}

// The reason, and that of the innermost cause: the outer one often says only where.
std::string ReasonOf(const Value& error) {
  std::string reason(TextOf(error, "reason"));
  const Value* cause = &error;
  for (auto next = cause->FindMember("caused_by");
       next != cause->MemberEnd() && next->value.IsObject();
       next = cause->FindMember("caused_by")) {
    cause = &next->value;
  }
  const std::string_view inner = TextOf(*cause, "reason");
  if (cause != &error && !inner.empty() && reason.find(inner) == std::string::npos) {
    reason += ": " + std::string(inner);
  }
  return ShownText(reason, kMaxReasonBytes);
}

void ReadError(const Value& holder, ItemAnswer* answer) {
  const auto error = holder.FindMember("error");
  if (error == holder.MemberEnd()) return;
  if (error->value.IsString()) {
    answer->type = "error";
    answer->reason = ShownText(error->value.GetString(), kMaxReasonBytes);
  } else if (error->value.IsObject()) {
    answer->type = TextOf(error->value, "type");
    answer->reason = ReasonOf(error->value);
  }
}

bool ReadItem(const Value& item, ItemAnswer* answer) {
  if (!item.IsObject() || item.MemberCount() != 1) return false;
  const Value& result = item.MemberBegin()->value;  // under "index" or "delete"
  if (!result.IsObject()) return false;
  const auto status = result.FindMember("status");
  if (status == result.MemberEnd() || !status->value.IsInt()) return false;
  answer->status = status->value.GetInt();
  const auto seq_no = result.FindMember("_seq_no");
  if (seq_no != result.MemberEnd() && seq_no->value.IsInt64()) {
    answer->seq_no = seq_no->value.GetInt64();
  }
  ReadError(result, answer);
  return true;
}

}  // namespace

AnswerAction ActionOfItem(const ItemAnswer& item) {
  return Find(kItemRows, item.status, item.type, item.reason);
}

AnswerAction ActionOfRequest(int status, const std::string& error_type) {
  return Find(kRequestRows, status, error_type, "");
}

bool ParseBulkAnswer(std::string body, size_t count, std::vector<ItemAnswer>* items) {
  rapidjson::Document answer;
  answer.ParseInsitu<rapidjson::kParseIterativeFlag>(body.data());
  if (answer.HasParseError() || !answer.IsObject()) return false;
  const auto found = answer.FindMember("items");
  if (found == answer.MemberEnd() || !found->value.IsArray() || found->value.Size() != count) {
    return false;
  }
  items->assign(count, {});
  for (size_t i = 0; i < count; ++i) {
    if (!ReadItem(found->value[static_cast<rapidjson::SizeType>(i)], &(*items)[i])) return false;
  }
  return true;
}

ItemAnswer ParseError(const HttpResponse& response) {
  ItemAnswer answer;
  answer.status = response.status;
  rapidjson::Document body;
  if (ParseJson(response.body, &body) && body.IsObject()) ReadError(body, &answer);
  return answer;
}

Status RetryStatus(const HttpResponse& response) {
  if (response.status == 0) {
    return {StatusCode::kUnavailable, "request to " + response.error};
  }
  const ItemAnswer error = ParseError(response);
  std::string message = response.node + " answers " + std::to_string(response.status);
  if (!error.reason.empty()) message += ": " + error.reason;
  if (ActionOfRequest(response.status, error.type) == AnswerAction::kForbidden) {
    return {StatusCode::kAuthentication, message,
            "Check connection.username and connection.password, or connection.api.key, and what "
            "they may do."};
  }
  if (response.status >= 300 && response.status < 400) {
    return {StatusCode::kUnavailable, message,
            "Redirections are not followed: set connection.url to the address that answers."};
  }
  return {StatusCode::kUnavailable, message};
}

}  // namespace penstock::sink
