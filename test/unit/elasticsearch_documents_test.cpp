// Documents on their way: folding, the order of one id's states, tickets, limits.
#include "extension/sink/elasticsearch_documents.h"

#include <gtest/gtest.h>

#include <string>

namespace penstock::sink {
namespace {

constexpr size_t kAll = 1 << 20;

class DocumentsTest : public ::testing::Test {
 protected:
  void Put(std::string_view id, uint64_t version, std::string_view value) {
    Event event;
    event.key = id;
    event.value = value;
    event.version_lsn = version;
    documents_.Add(nullptr, 0, "users", event);
  }

  void Delete(std::string_view id, uint64_t version) {
    Event event;
    event.key = id;
    event.version_lsn = version;
    documents_.Add(nullptr, 0, "users", event);
  }

  void Route(std::string_view id, std::string_view routing, uint64_t version,
             std::optional<std::string_view> value) {
    Event event;
    event.key = id;
    event.routing = routing;
    event.value = value;
    event.version_lsn = version;
    documents_.Add(nullptr, 0, "users", event);
  }

  void Deliver(const Documents::Bulk& bulk) {
    for (const Documents::Item& item : bulk.items) documents_.Delivered(item);
  }

  DeliveryTracker tracker_;
  Documents documents_{&tracker_};
};

TEST_F(DocumentsTest, Actions) {
  Put("a\"b", 7, "{\"n\":1}");
  Delete("c", 8);
  Event routed;
  routed.key = "d";
  routed.value = "{}";
  routed.routing = "r1";
  routed.version_lsn = 9;
  documents_.Add(nullptr, 0, "users", routed);
  EXPECT_EQ(documents_.Take(kAll, kAll).body,
            "{\"index\":{\"_index\":\"users\",\"_id\":\"a\\\"b\",\"version\":7,"
            "\"version_type\":\"external_gte\"}}\n{\"n\":1}\n"
            "{\"delete\":{\"_index\":\"users\",\"_id\":\"c\",\"version\":8,"
            "\"version_type\":\"external_gte\"}}\n"
            "{\"index\":{\"_index\":\"users\",\"_id\":\"d\",\"version\":9,"
            "\"version_type\":\"external_gte\",\"routing\":\"r1\"}}\n{}\n");
}

TEST_F(DocumentsTest, OnlyTheLastOfWhatWaitsIsSent) {
  Put("1", 10, "{\"n\":1}");
  Put("1", 10, "{\"n\":2}");
  tracker_.EndTransaction(10);
  Delete("1", 11);
  Put("1", 11, "{\"n\":3}");
  tracker_.EndTransaction(11);
  const Documents::Bulk bulk = documents_.Take(kAll, kAll);
  ASSERT_EQ(bulk.items.size(), 1u);
  EXPECT_NE(bulk.body.find("\"version\":11"), std::string::npos);
  EXPECT_NE(bulk.body.find("{\"n\":3}"), std::string::npos);
  EXPECT_EQ(tracker_.DeliveredLsn(), 0u);
  EXPECT_EQ(tracker_.InFlightEvents(), 4u);
  Deliver(bulk);
  EXPECT_EQ(tracker_.DeliveredLsn(), 11u);
  EXPECT_TRUE(documents_.empty());
  EXPECT_EQ(documents_.bytes(), 0u);
}

// The position passes no event whose place was taken by one that is not durable.
TEST_F(DocumentsTest, AFoldedEventWaitsForTheOneThatReplacedIt) {
  Put("1", 10, "{}");
  tracker_.EndTransaction(10);
  Put("2", 11, "{}");
  tracker_.EndTransaction(11);
  Put("1", 12, "{}");
  tracker_.EndTransaction(12);
  const Documents::Bulk one = documents_.Take(1, kAll);
  const Documents::Bulk two = documents_.Take(1, kAll);
  ASSERT_EQ(two.items.front().document->id(), "2");
  Deliver(two);
  EXPECT_EQ(tracker_.DeliveredLsn(), 0u);
  Deliver(one);
  EXPECT_EQ(tracker_.DeliveredLsn(), 12u);
}

TEST_F(DocumentsTest, ANewerStateWaitsForTheAnswerOfTheOneUnderWay) {
  Put("1", 10, "{\"n\":1}");
  tracker_.EndTransaction(10);
  const Documents::Bulk first = documents_.Take(kAll, kAll);
  Put("1", 11, "{\"n\":2}");
  Put("1", 11, "{\"n\":3}");
  tracker_.EndTransaction(11);
  EXPECT_EQ(documents_.ready(), 0u);
  Deliver(first);
  EXPECT_EQ(tracker_.DeliveredLsn(), 10u);
  const Documents::Bulk second = documents_.Take(kAll, kAll);
  ASSERT_EQ(second.items.size(), 1u);
  EXPECT_NE(second.body.find("{\"n\":3}"), std::string::npos);
  Deliver(second);
  EXPECT_EQ(tracker_.DeliveredLsn(), 11u);
}

TEST_F(DocumentsTest, WhatIsTriedAgainIsTheSameState) {
  Put("1", 10, "{\"n\":1}");
  Put("2", 10, "{\"n\":2}");
  tracker_.EndTransaction(10);
  const Documents::Bulk bulk = documents_.Take(kAll, kAll);
  const uint64_t bytes = documents_.bytes();
  documents_.TryAgain(bulk.items[1], bulk.body);
  EXPECT_EQ(documents_.refused(), 1u);
  EXPECT_EQ(documents_.bytes(), bytes);
  documents_.Delivered(bulk.items[0]);
  const Documents::Bulk again = documents_.Take(kAll, kAll);
  EXPECT_EQ(again.body, bulk.body.substr(bulk.items[1].offset));
  EXPECT_EQ(tracker_.DeliveredLsn(), 0u);
  Deliver(again);
  EXPECT_EQ(documents_.refused(), 0u);
  EXPECT_EQ(tracker_.DeliveredLsn(), 10u);
  EXPECT_EQ(documents_.bytes(), 0u);
}

TEST_F(DocumentsTest, AnOlderStateGivesWayToTheOneThatWaits) {
  Put("1", 10, "{\"n\":1}");
  tracker_.EndTransaction(10);
  const Documents::Bulk first = documents_.Take(kAll, kAll);
  EXPECT_FALSE(documents_.GiveWay(first.items[0]));
  Put("1", 11, "{\"n\":2}");
  tracker_.EndTransaction(11);
  documents_.TryAgain(first.items[0], first.body);
  const Documents::Bulk second = documents_.Take(kAll, kAll);
  ASSERT_EQ(second.items.size(), 1u);
  EXPECT_NE(second.body.find("{\"n\":2}"), std::string::npos);
  EXPECT_EQ(tracker_.DeliveredLsn(), 0u);
  Deliver(second);
  EXPECT_EQ(tracker_.DeliveredLsn(), 11u);
  EXPECT_EQ(documents_.bytes(), 0u);
}

TEST_F(DocumentsTest, LimitsOfARequest) {
  for (int i = 0; i < 10; ++i) Put(std::to_string(i), 1, "{}");
  const size_t one = documents_.ready_bytes() / 10;
  EXPECT_EQ(documents_.Take(3, kAll).items.size(), 3u);
  EXPECT_EQ(documents_.Take(kAll, 2 * one).items.size(), 2u);
  EXPECT_EQ(documents_.Take(kAll, 1).items.size(), 1u);  // a large document goes alone
  EXPECT_EQ(documents_.ready(), 4u);
  EXPECT_EQ(documents_.ready_bytes(), 4 * one);
}

TEST_F(DocumentsTest, IndexAndIdTellDocumentsApart) {
  Event event;
  event.key = "12";
  event.value = "{}";
  documents_.Add(nullptr, 0, "a", event);
  documents_.Add(nullptr, 1, "b", event);
  event.key = "2";
  documents_.Add(nullptr, 0, "a", event);
  EXPECT_EQ(documents_.Take(kAll, kAll).items.size(), 3u);
}

// In one shard it is one document, and both have one version: the delete must not come later.
TEST_F(DocumentsTest, ADocumentFollowsItsRowToAnotherRoutingInOrder) {
  Route("1", "a", 10, "{\"n\":1}");
  tracker_.EndTransaction(10);
  const Documents::Bulk first = documents_.Take(kAll, kAll);
  Route("1", "a", 11, std::nullopt);
  Route("1", "b", 11, "{\"n\":2}");
  tracker_.EndTransaction(11);
  EXPECT_EQ(documents_.ready(), 0u);
  Deliver(first);
  const Documents::Bulk second = documents_.Take(kAll, kAll);
  ASSERT_EQ(second.items.size(), 1u);  // the delete alone
  EXPECT_NE(second.body.find("\"delete\""), std::string::npos) << second.body;
  documents_.TryAgain(second.items[0], second.body);  // and again before the other
  const Documents::Bulk again = documents_.Take(kAll, kAll);
  EXPECT_EQ(again.body, second.body);
  Deliver(again);
  EXPECT_EQ(tracker_.DeliveredLsn(), 10u);
  const Documents::Bulk third = documents_.Take(kAll, kAll);
  ASSERT_EQ(third.items.size(), 1u);
  EXPECT_NE(third.body.find("\"routing\":\"b\""), std::string::npos) << third.body;
  Deliver(third);
  EXPECT_EQ(tracker_.DeliveredLsn(), 11u);
  EXPECT_TRUE(documents_.empty());
  EXPECT_EQ(documents_.bytes(), 0u);
}

// A row that moves to and fro costs a state for each routing; the last one of each counts.
TEST_F(DocumentsTest, StatesOfOneRoutingAreFolded) {
  for (uint64_t i = 0; i < 1000; ++i) {
    Route("1", i % 2 == 0 ? "b" : "a", 10 + i, std::nullopt);
    Route("1", i % 2 == 0 ? "a" : "b", 10 + i, "{}");
    tracker_.EndTransaction(10 + i);
  }
  EXPECT_LT(documents_.bytes(), 2000u);
  const Documents::Bulk first = documents_.Take(kAll, kAll);
  EXPECT_NE(first.body.find("\"routing\":\"a\""), std::string::npos) << first.body;
  EXPECT_NE(first.body.find("\"delete\""), std::string::npos) << first.body;
  Deliver(first);
  const Documents::Bulk second = documents_.Take(kAll, kAll);
  EXPECT_NE(second.body.find("\"routing\":\"b\""), std::string::npos) << second.body;
  EXPECT_EQ(documents_.ready_bytes(), 0u);
  Deliver(second);
  EXPECT_EQ(tracker_.DeliveredLsn(), 1009u);
  EXPECT_EQ(tracker_.InFlightEvents(), 0u);
  EXPECT_EQ(documents_.bytes(), 0u);
}

// A row that changes all the time does not grow the memory.
TEST_F(DocumentsTest, AHotRow) {
  Put("hot", 1, "{\"n\":0}");
  const Documents::Bulk first = documents_.Take(kAll, kAll);
  for (int i = 0; i < 100000; ++i) Put("hot", 2, "{\"n\":123456}");
  EXPECT_LT(documents_.bytes(), 2000u);
  ASSERT_EQ(first.items[0].document->waiting.size(), 1u);
  EXPECT_EQ(first.items[0].document->waiting[0].tickets.size(), 1u);
  tracker_.EndTransaction(2);
  Deliver(first);
  Deliver(documents_.Take(kAll, kAll));
  EXPECT_EQ(tracker_.DeliveredLsn(), 2u);
}

}  // namespace
}  // namespace penstock::sink
