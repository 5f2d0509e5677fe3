#include "output_plugin/event/transaction_metadata.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace penstock::event {
namespace {

EventOptions Options(std::vector<std::pair<std::string, std::string>> pairs) {
  pairs.emplace_back("topic.prefix", "srv");
  pairs.emplace_back("schemas.enable", "false");
  pairs.emplace_back("provide.transaction.metadata", "true");
  return ParseEventOptions(pairs).value();
}

std::string End(const TransactionMetadata& metadata, uint64_t lsn) {
  Buffer out;
  metadata.WriteEnd(out, lsn);
  return std::string(out.view());
}

TEST(TransactionMetadata, CountsInOrderOfFirstEvents) {
  TransactionMetadata metadata(Options({}));
  EXPECT_EQ(metadata.topic(), "srv.transaction");
  metadata.Begin(7, 1700000000123456);
  EXPECT_EQ(metadata.Count("public.b", 10),
            R"({"id":"7:10","total_order":1,"data_collection_order":1})");
  EXPECT_EQ(metadata.Count("public.a", 20),
            R"({"id":"7:20","total_order":2,"data_collection_order":1})");
  EXPECT_EQ(metadata.Count("public.b", 30),
            R"({"id":"7:30","total_order":3,"data_collection_order":2})");
  EXPECT_EQ(End(metadata, 40),
            R"({"status":"END","id":"7:40","event_count":3,"data_collections":[)"
            R"({"data_collection":"public.b","event_count":2},)"
            R"({"data_collection":"public.a","event_count":1}],"ts_ms":1700000000123})");
  metadata.Begin(8, 1000);
  EXPECT_EQ(End(metadata, 50),
            R"({"status":"END","id":"8:50","event_count":0,"data_collections":[],"ts_ms":1})");
}

TEST(TransactionMetadata, BeginHasNoCounts) {
  TransactionMetadata metadata(Options({{"topic.transaction", "tx"}, {"topic.delimiter", "_"}}));
  EXPECT_EQ(metadata.topic(), "srv_tx");
  metadata.Begin(4000000000u, 1000);
  Buffer key, value;
  metadata.WriteKey(key, 5);
  metadata.WriteBegin(value, 5);
  EXPECT_EQ(key.view(), R"({"id":"4000000000:5"})");
  EXPECT_EQ(value.view(), R"({"status":"BEGIN","id":"4000000000:5","event_count":null,)"
                          R"("data_collections":null,"ts_ms":1})");
}

TEST(TransactionMetadata, MessagesAreOneCollection) {
  TransactionMetadata metadata(Options({}));
  metadata.Begin(7, 1000);
  (void)metadata.CountMessage(1);
  (void)metadata.CountMessage(2);
  EXPECT_NE(
      End(metadata, 3).find(R"([{"data_collection":"LOGICAL_DECODING_MESSAGE","event_count":2}])"),
      std::string::npos);
}

// Debezium counts each message by itself, under the name of a Java object.
TEST(TransactionMetadata, MessagesUnderQuirks) {
  TransactionMetadata metadata(Options({{"debezium.quirks", "true"}}));
  metadata.Begin(7, 1000);
  (void)metadata.CountMessage(1);
  EXPECT_EQ(metadata.CountMessage(2), R"({"id":"7:2","total_order":2,"data_collection_order":1})");
  EXPECT_NE(End(metadata, 3).find(R"(LogicalDecodingMessageId@2","event_count":1})"),
            std::string::npos);
}

}  // namespace
}  // namespace penstock::event
