// Bodies of requests about indexes, and what their answers say.
#include "extension/sink/elasticsearch_json.h"

#include <gtest/gtest.h>

#include <string>

namespace penstock::sink {
namespace {

const Identity kIdentity = {"users", "7000", "penstock_users", 100};

bool Holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(ElasticsearchJsonTest, NewIndexes) {
  const IndexMarker marker = MarkerOf(kIdentity);
  const std::string body =
      CreateIndexBody("{\"number_of_shards\":2,\"index\":{\"refresh_interval\":\"3s\"}}", true,
                      R"({"properties":{"id":{"type":"long"}}})", marker);
  EXPECT_TRUE(Holds(body, "\"number_of_shards\":2")) << body;
  EXPECT_TRUE(Holds(body, "\"index.refresh_interval\":\"-1\"")) << body;
  EXPECT_FALSE(Holds(body, "3s")) << body;  // one setting twice would be refused
  EXPECT_TRUE(Holds(body, "\"date_detection\":false")) << body;
  EXPECT_TRUE(Holds(body, "\"dynamic_templates\":[{\"whole\":{\"match_mapping_type\":\"long\""))
      << body;
  EXPECT_TRUE(Holds(body, "\"properties\":{\"id\":{\"type\":\"long\"}}")) << body;
  // Left to the index: nothing but the marker.
  const std::string plain = CreateIndexBody("", false, "", marker);
  EXPECT_FALSE(Holds(plain, "dynamic")) << plain;
  EXPECT_FALSE(Holds(plain, "refresh_interval")) << plain;
  EXPECT_TRUE(Holds(plain, "\"penstock\":{")) << plain;
}

TEST(ElasticsearchJsonTest, MappingsOfExistingIndexes) {
  const std::string body =
      PutMappingBody(R"({"properties":{"a":{"type":"long"},"b":{"type":"date"}}})", {"a"},
                     R"({"owner":"me"})", MarkerOf(kIdentity));
  EXPECT_FALSE(Holds(body, "\"a\"")) << body;
  EXPECT_TRUE(Holds(body, "\"b\":{\"type\":\"date\"}")) << body;
  EXPECT_TRUE(Holds(body, "\"owner\":\"me\"")) << body;
}

TEST(ElasticsearchJsonTest, RefreshIntervals) {
  for (const char* settings : {R"({"refresh_interval":"3s"})", R"({"index.refresh_interval":"3s"})",
                               R"({"index":{"refresh_interval":"3s"}})"}) {
    EXPECT_EQ(RefreshIntervalOf(settings), "3s") << settings;
  }
  EXPECT_EQ(RefreshIntervalOf(R"({"refresh_interval":-1})"), "-1");
  EXPECT_FALSE(RefreshIntervalOf("").has_value());
  EXPECT_EQ(RefreshIntervalBody(std::nullopt), R"({"index":{"refresh_interval":null}})");
  EXPECT_EQ(RefreshIntervalBody("3s"), R"({"index":{"refresh_interval":"3s"}})");
}

TEST(ElasticsearchJsonTest, FactsOfAnIndex) {
  IndexFacts facts;
  ASSERT_TRUE(
      ParseIndexFacts(R"({"users":{"mappings":{"_meta":{"owner":"me","penstock":{"sink":"users",)"
                      R"("system_identifier":"7000","slot":"penstock_users","loading":true}},)"
                      R"("properties":{"a":{},"b":{}}},"settings":{"index":{"uuid":"u1"}}}})",
                      &facts));
  EXPECT_EQ(facts.concrete, "users");
  EXPECT_EQ(facts.uuid, "u1");
  EXPECT_EQ(facts.fields, (std::set<std::string>{"a", "b"}));
  EXPECT_EQ(facts.other_meta, R"({"owner":"me"})");
  EXPECT_FALSE(facts.refresh_interval.has_value());
  ASSERT_TRUE(facts.marker.has_value());
  EXPECT_TRUE(SameSink(*facts.marker, kIdentity));
  EXPECT_TRUE(facts.marker->loading);
  EXPECT_FALSE(facts.marker->created);
}

TEST(ElasticsearchJsonTest, AnAliasStandsForOneIndex) {
  IndexFacts facts;
  ASSERT_TRUE(ParseIndexFacts(R"({"users-1":{"settings":{"index":{"uuid":"u1"}}}})", &facts));
  EXPECT_EQ(facts.concrete, "users-1");
  EXPECT_EQ(facts.uuid, "u1");
  const char* two = R"({"users-1":{"settings":{"index":{"uuid":"u1"}}},)"
                    R"("users-2":{"settings":{"index":{"uuid":"u2"}}}})";
  for (const char* body : {two, "", "{}", "[]", "<html>", R"({"users":{}})"}) {
    EXPECT_FALSE(ParseIndexFacts(body, &facts)) << body;
  }
}

TEST(ElasticsearchJsonTest, StateComesBackForTheSameSlotOnly) {
  const std::string body =
      "{\"_source\":" + StateBody(kIdentity, {{"users", "u1"}, {"no.tes", "u2"}}) + "}";
  std::map<std::string, std::string> uuids;
  ASSERT_TRUE(ParseState(body, kIdentity, &uuids));
  EXPECT_EQ(uuids, (std::map<std::string, std::string>{{"no.tes", "u2"}, {"users", "u1"}}));
  Identity other = kIdentity;
  other.slot_start_lsn = 101;
  uuids.clear();
  EXPECT_TRUE(ParseState(body, other, &uuids));
  EXPECT_TRUE(uuids.empty());
  EXPECT_FALSE(ParseState("<html>", kIdentity, &uuids));
}

}  // namespace
}  // namespace penstock::sink
