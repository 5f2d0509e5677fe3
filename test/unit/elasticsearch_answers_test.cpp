// What the answers of Elasticsearch and OpenSearch mean.
#include "extension/sink/elasticsearch_answers.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace penstock::sink {
namespace {

ItemAnswer Item(int status, std::string type = "", std::string reason = "") {
  ItemAnswer item;
  item.status = status;
  item.type = std::move(type);
  item.reason = std::move(reason);
  return item;
}

TEST(ElasticsearchAnswersTest, Items) {
  const std::pair<ItemAnswer, AnswerAction> cases[] = {
      {Item(200), AnswerAction::kDone},
      {Item(201), AnswerAction::kDone},
      {Item(404), AnswerAction::kDone},
      {Item(404, "index_not_found_exception"), AnswerAction::kGone},
      {Item(404, "resource_not_found_exception"), AnswerAction::kAgain},
      {Item(404, "shard_not_found_exception"), AnswerAction::kAgain},
      {Item(409, "version_conflict_engine_exception"), AnswerAction::kStale},
      {Item(409, "status_exception"), AnswerAction::kAgain},
      {Item(400, "document_parsing_exception"), AnswerAction::kMalformed},
      {Item(400, "mapper_parsing_exception"), AnswerAction::kMalformed},
      {Item(400, "strict_dynamic_mapping_exception"), AnswerAction::kMalformed},
      {Item(400, "illegal_argument_exception", "Limit of total fields [1000]"),
       AnswerAction::kMalformed},
      {Item(400, "illegal_argument_exception", "pipeline with id [x] does not exist"),
       AnswerAction::kStop},
      {Item(400, "illegal_argument_exception",
            "only write ops with an op_type of create are allowed in data streams"),
       AnswerAction::kStop},
      {Item(400, "invalid_index_name_exception"), AnswerAction::kStop},
      {Item(400, "index_closed_exception"), AnswerAction::kBlocked},
      {Item(413), AnswerAction::kTooLarge},
      {Item(429, "es_rejected_execution_exception"), AnswerAction::kOverloaded},
      {Item(429, "rejected_execution_exception"), AnswerAction::kOverloaded},
      {Item(429, "cluster_block_exception"), AnswerAction::kBlocked},
      {Item(403, "cluster_block_exception"), AnswerAction::kBlocked},
      {Item(403, "security_exception"), AnswerAction::kForbidden},
      {Item(401), AnswerAction::kForbidden},
      {Item(408), AnswerAction::kAgain},
      {Item(500), AnswerAction::kAgain},
      {Item(503, "unavailable_shards_exception"), AnswerAction::kAgain},
      {Item(0), AnswerAction::kAgain},
  };
  for (const auto& [item, action] : cases) {
    EXPECT_EQ(ActionOfItem(item), action) << item.status << " " << item.type << " " << item.reason;
  }
}

TEST(ElasticsearchAnswersTest, Requests) {
  EXPECT_EQ(ActionOfRequest(400, "parse_exception"), AnswerAction::kStop);
  EXPECT_EQ(ActionOfRequest(401, ""), AnswerAction::kForbidden);
  EXPECT_EQ(ActionOfRequest(403, "security_exception"), AnswerAction::kForbidden);
  EXPECT_EQ(ActionOfRequest(403, "cluster_block_exception"), AnswerAction::kBlocked);
  EXPECT_EQ(ActionOfRequest(413, ""), AnswerAction::kTooLarge);
  EXPECT_EQ(ActionOfRequest(429, "circuit_breaking_exception"), AnswerAction::kOverloaded);
  for (const int status : {0, 302, 404, 405, 408, 500, 502, 503, 504}) {
    EXPECT_EQ(ActionOfRequest(status, ""), AnswerAction::kAgain) << status;
  }
}

TEST(ElasticsearchAnswersTest, BulkAnswers) {
  std::vector<ItemAnswer> items;
  ASSERT_TRUE(ParseBulkAnswer(
      R"({"errors":true,"items":[{"index":{"_seq_no":0,"status":201}},)"
      R"({"delete":{"_seq_no":5,"status":404}},{"index":{"status":400,"error":)"
      R"({"type":"mapper_parsing_exception","reason":"failed to parse","caused_by":)"
      R"({"type":"x","reason":"outer","caused_by":{"reason":"not a number"}}}}}]})",
      3, &items));
  EXPECT_EQ(items[0].seq_no, 0);
  EXPECT_EQ(items[1].status, 404);
  EXPECT_EQ(items[1].type, "");
  EXPECT_EQ(items[2].seq_no, -1);
  EXPECT_EQ(items[2].reason, "failed to parse: not a number");
}

// A body that does not answer for every document says nothing about any.
TEST(ElasticsearchAnswersTest, OtherBodiesAreNoBulkAnswers) {
  std::vector<ItemAnswer> items;
  for (const char* body : {"", "<html>", "{}", "[]", R"({"items":[]})", R"({"items":[{}]})",
                           R"({"items":[{"index":{}}]})", R"({"items":[{"index":{"status":"x"}}]})",
                           R"({"items":[{"index":{"status":200}},{"index":{"status":200}}]})"}) {
    EXPECT_FALSE(ParseBulkAnswer(body, 1, &items)) << body;
  }
}

TEST(ElasticsearchAnswersTest, ReasonsForTheOperator) {
  HttpResponse response;
  response.node = "http://es:9200";
  response.status = 401;
  response.body = R"({"error":{"type":"security_exception","reason":"missing credentials"}})";
  EXPECT_EQ(RetryStatus(response).code(), StatusCode::kAuthentication);
  EXPECT_EQ(RetryStatus(response).message(), "http://es:9200 answers 401: missing credentials");
  response.status = 302;
  response.body = "<html>";
  EXPECT_EQ(RetryStatus(response).code(), StatusCode::kUnavailable);
  EXPECT_NE(RetryStatus(response).hint(), "");
  response.status = 0;
  response.error = "http://es:9200: timed out";
  EXPECT_EQ(RetryStatus(response).message(), "request to http://es:9200: timed out");
}

}  // namespace
}  // namespace penstock::sink
