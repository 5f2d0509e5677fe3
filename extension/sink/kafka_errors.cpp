// kafka_errors.cpp: see kafka_errors.h.
#include "kafka_errors.h"

#include <cstddef>

namespace penstock::sink {
namespace {

struct ErrorRow {
  rd_kafka_resp_err_t error;
  StatusCode code;
  const char* hint;
};

constexpr char kGrant[] = "Grant the client WRITE and DESCRIBE, and CREATE for topics to be made.";
constexpr char kTooLarge[] =
    "Raise max.request.size here and max.message.bytes of the topic, or leave the column out.";
constexpr char kSettings[] = "Check sasl.*, ssl.* and security.protocol.";

constexpr ErrorRow kConnectionRows[] = {
    {RD_KAFKA_RESP_ERR__AUTHENTICATION, StatusCode::kAuthentication, kSettings},
    {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, StatusCode::kAuthentication, kSettings},
    {RD_KAFKA_RESP_ERR__SSL, StatusCode::kAuthentication, kSettings},
    {RD_KAFKA_RESP_ERR__RESOLVE, StatusCode::kUnavailable, "Check bootstrap.servers."},
};

constexpr ErrorRow kEventRows[] = {
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, StatusCode::kDataError, kTooLarge},
    {RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, StatusCode::kDataError,
     "Set batch.size below segment.bytes and max.message.bytes of the topic."},
    {RD_KAFKA_RESP_ERR_INVALID_MSG, StatusCode::kDataError, ""},
    {RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE, StatusCode::kDataError, ""},
    {RD_KAFKA_RESP_ERR_INVALID_RECORD, StatusCode::kDataError,
     "A compacted topic takes no event without a key."},
    {RD_KAFKA_RESP_ERR_POLICY_VIOLATION, StatusCode::kDataError, ""},
    {RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, StatusCode::kDataError,
     "The event names a partition that the topic does not have."},
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, StatusCode::kPermission, kGrant},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, StatusCode::kPermission, kGrant},
};

constexpr ErrorRow kTopicRows[] = {
    {RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, StatusCode::kDataError,
     "Topic names have letters, digits, '.', '_' and '-' only; see topic.prefix and transforms."},
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, StatusCode::kAuthentication, kGrant},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, StatusCode::kAuthentication, kGrant},
    {RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, StatusCode::kUnavailable,
     "Check topic.creation.default.partitions."},
    {RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, StatusCode::kUnavailable,
     "Check topic.creation.default.replication.factor."},
    {RD_KAFKA_RESP_ERR_INVALID_CONFIG, StatusCode::kUnavailable, "Check topic.creation.default.*."},
};

template <size_t N>
const ErrorRow* Find(const ErrorRow (&rows)[N], rd_kafka_resp_err_t error) {
  for (const ErrorRow& row : rows) {
    if (row.error == error) return &row;
  }
  return nullptr;
}

}  // namespace

Status ConnectionStatus(rd_kafka_resp_err_t error, std::string_view detail) {
  const ErrorRow* row = Find(kConnectionRows, error);
  const StatusCode code = row == nullptr ? StatusCode::kUnavailable : row->code;
  return {code,
          std::string(code == StatusCode::kAuthentication ? "kafka refuses the connection: "
                                                          : "kafka does not answer: ") +
              std::string(detail),
          row == nullptr ? "" : row->hint};
}

Status EventStatus(rd_kafka_resp_err_t error, std::string_view topic, size_t size) {
  const ErrorRow* row = Find(kEventRows, error);
  return {row == nullptr ? StatusCode::kInternal : row->code,
          "kafka did not take an event of " + std::to_string(size) + " bytes for topic \"" +
              std::string(topic) + "\": " + rd_kafka_err2str(error),
          row == nullptr ? "" : row->hint};
}

Status TopicStatus(rd_kafka_resp_err_t error, std::string_view detail, std::string_view topic) {
  const ErrorRow* row = Find(kTopicRows, error);
  return {row == nullptr ? StatusCode::kUnavailable : row->code,
          "topic \"" + std::string(topic) + "\" cannot be used: " + std::string(detail),
          row == nullptr ? "" : row->hint};
}

}  // namespace penstock::sink
