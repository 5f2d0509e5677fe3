// The elasticsearch sink against a small Elasticsearch in this process, whose answers can be
// replaced. Real servers: test/integration/elasticsearch.
#include "extension/sink/elasticsearch_sink.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "fake_elastic.h"

namespace penstock::sink {
namespace {

using test::FakeElastic;
using test::ServerAnswer;
using test::ServerRequest;
using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kPatience(30);
constexpr char kMapping[] = R"({"properties":{"n":{"type":"long"}}})";

ServerAnswer Plain(int status, std::string body = "") {
  ServerAnswer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

bool Ends(StatusCode code) {
  return code != StatusCode::kOk && code != StatusCode::kBusy && code != StatusCode::kUnavailable &&
         code != StatusCode::kAuthentication;
}

Identity MakeIdentity(const std::string& system_identifier = "7000") {
  return {"users", system_identifier, "penstock_users", 100};
}

class ElasticsearchSinkTest : public ::testing::Test {
 protected:
  void Open(bool snapshot_pending, Options more = {}, const Identity& identity = MakeIdentity()) {
    more.emplace("connection.url", elastic_.url());
    more.emplace("retry.backoff.ms", "5");
    more.emplace("retry.backoff.max.ms", "20");
    Result<ElasticsearchOptions> options = ParseElasticsearchOptions(more);
    ASSERT_TRUE(options.ok()) << options.status().message();
    sink_ = std::make_unique<ElasticsearchSink>(options.value());
    const Result<Resume> resume = sink_->Open(identity, snapshot_pending);
    ASSERT_TRUE(resume.ok()) << resume.status().message();
    EXPECT_EQ(resume.value().position_lsn, 0u);
  }

  // Polls as the worker does until the condition holds, or the sink ends; the last status is kept.
  bool PollUntil(const std::function<bool()>& condition) {
    const Clock::time_point end = Clock::now() + kPatience;
    while (Clock::now() < end) {
      pollfd waited = {sink_->WakeFd(), POLLIN, 0};
      (void)::poll(&waited, 1, 20);
      status_ = sink_->Poll(0);
      if (condition()) return true;
      if (Ends(status_.code())) return false;
    }
    return false;
  }

  Status Deliver(const Event& event) {
    Status status;
    (void)PollUntil([&] {
      status = sink_->Deliver(event);
      return status.ok() || Ends(status.code());
    });
    return status;
  }

  static Event MakeEvent(std::string_view id, std::optional<std::string_view> value,
                         uint64_t version) {
    Event event;
    event.topic = "Public.Users";
    event.key = id;
    event.value = value;
    event.version_lsn = version;
    event.mapping = kMapping;
    return event;
  }

  void Put(std::string_view id, std::string_view value, uint64_t version) {
    const Status status = Deliver(MakeEvent(id, value, version));
    ASSERT_TRUE(status.ok()) << status.message();
  }

  bool Delivered(uint64_t lsn) {
    return PollUntil([&] { return sink_->DeliveredLsn() >= lsn; });
  }

  bool Ended() {
    return PollUntil([&] { return Ends(status_.code()); });
  }

  FakeElastic elastic_;
  std::unique_ptr<ElasticsearchSink> sink_;
  Status status_;
};

TEST_F(ElasticsearchSinkTest, DocumentsFollowTheRows) {
  Open(false);
  Put("1", "{\"n\":1}", 200);
  Put("2", "{\"n\":2}", 200);
  sink_->EndTransaction(200);
  ASSERT_TRUE(Delivered(200)) << status_.message();
  Put("1", "{\"n\":3}", 300);
  ASSERT_TRUE(Deliver(MakeEvent("2", std::nullopt, 300)).ok());
  ASSERT_TRUE(Deliver(MakeEvent("9", std::nullopt, 300)).ok());  // was never there
  sink_->EndTransaction(300);
  ASSERT_TRUE(Delivered(300)) << status_.message();
  EXPECT_EQ(elastic_.Source("public.users", "1"), "{\"n\":3}");
  EXPECT_EQ(elastic_.Source("public.users", "2"), "");
  EXPECT_EQ(sink_->InFlightEvents(), 0u);
  EXPECT_EQ(sink_->InFlightBytes(), 0u);
  EXPECT_EQ(sink_->TakeWarning(), "");
  elastic_.With([](FakeElastic& fake) {
    const FakeElastic::Index& index = fake.indexes["public.users"];
    EXPECT_EQ(index.properties, "{\"n\":{\"type\":\"long\"}}");
    EXPECT_EQ(index.refresh_interval, "");
    EXPECT_NE(index.meta.find("\"system_identifier\":\"7000\""), std::string::npos);
    return 0;
  });
}

TEST_F(ElasticsearchSinkTest, WhatIsSentAgainDoesNotGoBack) {
  Open(false);
  Put("1", "{\"n\":2}", 300);
  sink_->EndTransaction(300);
  ASSERT_TRUE(Delivered(300));
  Open(false);  // a restart reads again from the confirmed position
  Put("1", "{\"n\":1}", 200);
  sink_->EndTransaction(200);
  ASSERT_TRUE(Delivered(200));
  EXPECT_EQ(elastic_.Source("public.users", "1"), "{\"n\":2}");
  EXPECT_EQ(sink_->stale_documents(), 1u);
  EXPECT_NE(sink_->TakeWarning().find("newer versions"), std::string::npos);
}

// A routing that changes is a delete and a document of one version, and one shard has one document:
// also a delete that is made again must not come after it.
TEST_F(ElasticsearchSinkTest, ARowMovesToAnotherRouting) {
  elastic_.With([](FakeElastic& fake) {
    fake.on_request = [left = 1](const ServerRequest& request) mutable {
      const bool deletes = request.body.find("{\"delete\"") == 0;
      return deletes && left-- > 0 ? std::optional(Plain(503)) : std::nullopt;
    };
    return 0;
  });
  Open(false, {{"linger.ms", "0"}});
  Event event = MakeEvent("1", "{\"n\":1}", 100);
  event.routing = "a";
  ASSERT_TRUE(Deliver(event).ok());
  sink_->EndTransaction(100);
  ASSERT_TRUE(Delivered(100));
  elastic_.With([&](FakeElastic&) {  // no answers meanwhile
    event = MakeEvent("1", std::nullopt, 200);
    event.routing = "a";
    EXPECT_TRUE(sink_->Deliver(event).ok());
    (void)sink_->Poll(0);
    event = MakeEvent("1", "{\"n\":2}", 200);
    event.routing = "b";
    EXPECT_TRUE(sink_->Deliver(event).ok());
    (void)sink_->Poll(0);
    return 0;
  });
  sink_->EndTransaction(200);
  ASSERT_TRUE(Delivered(200)) << status_.message();
  EXPECT_EQ(elastic_.Source("public.users", "1"), "{\"n\":2}");
  EXPECT_EQ(elastic_.With([](FakeElastic& fake) {
    return fake.indexes["public.users"].documents["1"].routing;
  }),
            "b");
}

// A loop that never sleeps would keep a core busy for as long as the destination is away.
TEST_F(ElasticsearchSinkTest, NothingIsDoneUntilItIsTimeToTryAgain) {
  elastic_.With([](FakeElastic& fake) {
    fake.on_request = [](const ServerRequest&) { return Plain(503); };
    return 0;
  });
  Open(false, {{"retry.backoff.ms", "10000"}, {"retry.backoff.max.ms", "20000"}});
  EXPECT_EQ(sink_->Deliver(MakeEvent("1", "{}", 100)).code(), StatusCode::kBusy);
  ASSERT_TRUE(PollUntil([&] { return status_.code() == StatusCode::kUnavailable; }));
  for (int i = 0; i < 3; ++i) (void)sink_->Poll(0);
  pollfd waited = {sink_->WakeFd(), POLLIN, 0};
  EXPECT_EQ(::poll(&waited, 1, 200), 0);
}

TEST_F(ElasticsearchSinkTest, IndexesWaitForTheStateIndex) {
  elastic_.With([](FakeElastic& fake) {
    fake.on_request = [](const ServerRequest&) { return Plain(503); };
    return 0;
  });
  Result<ElasticsearchOptions> options = ParseElasticsearchOptions(
      {{"connection.url", elastic_.url()}, {"retry.backoff.ms", "10000"}});
  ASSERT_TRUE(options.ok()) << options.status().message();
  HttpClient http(options.value().http);
  ASSERT_TRUE(http.Open().ok());
  ElasticsearchIndexes indexes(&http, options.value(), SteadyClockMs(), MakeIdentity(), false);
  ElasticsearchIndex* index = nullptr;
  EXPECT_EQ(indexes.Prepare(MakeEvent("1", "{}", 100), &index).code(), StatusCode::kBusy);
  indexes.Advance();
  EXPECT_EQ(indexes.WaitMs(), -1);  // for an answer
  std::vector<HttpResponse> answers;
  while (answers.empty()) http.Perform(20, &answers);
  ASSERT_TRUE(indexes.Handle(answers.front()));
  EXPECT_GT(indexes.WaitMs(), 1000);
}

// --- snapshot -----------------------------------------------------------------------------------

TEST_F(ElasticsearchSinkTest, ASnapshotLoadsWithoutRefresh) {
  Open(true);
  Put("1", "{\"n\":1}", 100);
  ASSERT_TRUE(PollUntil([&] { return elastic_.Source("public.users", "1") != ""; }));
  elastic_.With([](FakeElastic& fake) {
    EXPECT_EQ(fake.indexes["public.users"].refresh_interval, "-1");
    EXPECT_NE(fake.indexes["public.users"].meta.find("\"loading\":true"), std::string::npos);
    return 0;
  });
  sink_->EndTransaction(100);
  EXPECT_EQ(sink_->Deliver(MakeEvent("2", "{}", 101)).code(), StatusCode::kBusy);
  ASSERT_TRUE(Delivered(100)) << status_.message();
  elastic_.With([](FakeElastic& fake) {
    EXPECT_EQ(fake.indexes["public.users"].refresh_interval, "");
    EXPECT_EQ(fake.indexes["public.users"].refreshes, 1);
    EXPECT_NE(fake.indexes["public.users"].meta.find("\"loading\":false"), std::string::npos);
    return 0;
  });
  Put("2", "{\"n\":2}", 200);
  sink_->EndTransaction(200);
  EXPECT_TRUE(Delivered(200));
}

TEST_F(ElasticsearchSinkTest, TheUsersRefreshIntervalComesBack) {
  Open(true, {{"index.settings", "{\"refresh_interval\":\"7s\",\"number_of_shards\":2}"}});
  Put("1", "{}", 100);
  sink_->EndTransaction(100);
  ASSERT_TRUE(Delivered(100)) << status_.message();
  elastic_.With([](FakeElastic& fake) {
    EXPECT_EQ(fake.indexes["public.users"].refresh_interval, "7s");
    return 0;
  });
}

TEST_F(ElasticsearchSinkTest, AnEmptySnapshotEnds) {
  Open(true);
  sink_->EndTransaction(100);
  EXPECT_TRUE(Delivered(100)) << status_.message();
}

// Rows that were deleted between two attempts must not survive in the index, even if their table is
// empty by now.
TEST_F(ElasticsearchSinkTest, WhatAnAttemptBeforeLoadedIsRemoved) {
  Open(true);
  Put("1", "{}", 100);
  Event other = MakeEvent("1", "{}", 100);
  other.topic = "public.emptied";
  ASSERT_TRUE(Deliver(other).ok());
  ASSERT_TRUE(PollUntil([&] {
    return elastic_.Source("public.users", "1") != "" &&
           elastic_.Source("public.emptied", "1") != "";
  }));
  Identity again = MakeIdentity();
  again.slot_start_lsn = 150;
  Open(true, {}, again);
  Put("2", "{}", 150);
  sink_->EndTransaction(150);
  ASSERT_TRUE(Delivered(150)) << status_.message();
  EXPECT_EQ(elastic_.Source("public.users", "1"), "");
  EXPECT_EQ(elastic_.Source("public.users", "2"), "{}");
  EXPECT_EQ(elastic_.With([](FakeElastic& fake) { return fake.indexes.count("public.emptied"); }),
            0u);
}

TEST_F(ElasticsearchSinkTest, AnIndexOfSomebodyElseIsKept) {
  elastic_.MakeIndex("public.users", "{\"owner\":\"me\"}");
  elastic_.With([](FakeElastic& fake) {
    fake.indexes["public.users"].properties = R"({"n":{"type":"keyword"}})";
    fake.indexes["public.users"].documents["old"].source = "{}";
    return 0;
  });
  Open(true);
  Event event = MakeEvent("1", "{}", 100);
  event.mapping = R"({"properties":{"n":{"type":"long"},"m":{"type":"date"}}})";
  ASSERT_TRUE(Deliver(event).ok());
  EXPECT_NE(sink_->TakeWarning().find("exists already"), std::string::npos);
  elastic_.With([](FakeElastic& fake) {
    EXPECT_EQ(fake.indexes["public.users"].refresh_interval, "-1");
    EXPECT_EQ(fake.indexes["public.users"].properties, "{\"m\":{\"type\":\"date\"}}");
    return 0;
  });
  Open(true);  // a second attempt does not take it for its own
  ASSERT_TRUE(Deliver(event).ok());
  sink_->EndTransaction(100);
  ASSERT_TRUE(Delivered(100)) << status_.message();
  elastic_.With([](FakeElastic& fake) {
    EXPECT_EQ(fake.indexes["public.users"].refresh_interval, "");
    EXPECT_NE(fake.indexes["public.users"].meta.find("\"owner\":\"me\""), std::string::npos);
    return 0;
  });
  EXPECT_EQ(elastic_.Source("public.users", "old"), "{}");
}

// Restored to an earlier position, a cluster writes lower versions than before: all of the snapshot
// would count as old.
TEST_F(ElasticsearchSinkTest, ASnapshotOlderThanTheIndexIsRefused) {
  Open(false);
  Put("1", "{\"n\":1}", 300);
  sink_->EndTransaction(300);
  ASSERT_TRUE(Delivered(300));
  Open(true);
  Put("1", "{\"n\":2}", 100);
  sink_->EndTransaction(100);
  EXPECT_FALSE(Delivered(100));
  EXPECT_EQ(status_.code(), StatusCode::kDataError);
  EXPECT_NE(status_.message().find("higher than the snapshot's"), std::string::npos);
  EXPECT_NE(status_.hint().find("Delete the index"), std::string::npos);
}

// --- indexes ------------------------------------------------------------------------------------

TEST_F(ElasticsearchSinkTest, AnIndexOfAnotherClusterIsRefused) {
  elastic_.MakeIndex("public.users", R"({"penstock":{"sink":"users","system_identifier":"1"}})");
  Open(true);
  const Status status = Deliver(MakeEvent("1", "{}", 100));
  EXPECT_EQ(status.code(), StatusCode::kDataError);
  EXPECT_NE(status.message().find("another PostgreSQL cluster"), std::string::npos);
}

TEST_F(ElasticsearchSinkTest, TwoTopicsOfOneIndexAreRefused) {
  Open(false);
  Put("1", "{}", 100);
  Event event = MakeEvent("1", "{}", 100);
  event.topic = "public.USERS";
  const Status status = Deliver(event);
  EXPECT_EQ(status.code(), StatusCode::kInvalidOption);
  EXPECT_NE(status.message().find("public.users"), std::string::npos);
}

TEST_F(ElasticsearchSinkTest, TheMappingGrowsWithTheTable) {
  Open(false);
  Put("1", "{}", 100);
  Event event = MakeEvent("2", "{\"m\":1}", 200);
  event.mapping = R"({"properties":{"n":{"type":"long"},"m":{"type":"long"}}})";
  ASSERT_TRUE(Deliver(event).ok());
  elastic_.With([](FakeElastic& fake) {
    EXPECT_NE(fake.indexes["public.users"].properties.find("\"m\""), std::string::npos);
    return 0;
  });
  // Both plans are known now: no more requests.
  const size_t before = elastic_.server().requests().size();
  Put("3", "{}", 200);
  ASSERT_TRUE(Deliver(event).ok());
  sink_->EndTransaction(200);
  ASSERT_TRUE(Delivered(200));
  const std::vector<ServerRequest> requests = elastic_.server().requests();
  for (size_t i = before; i < requests.size(); ++i) {
    EXPECT_EQ(requests[i].path.find("_mapping"), std::string::npos) << requests[i].path;
  }
}

TEST_F(ElasticsearchSinkTest, AMappingThatDoesNotFitStopsTheSink) {
  Open(false);
  Put("1", "{}", 100);
  elastic_.With([](FakeElastic& fake) {
    fake.on_request = [](const ServerRequest& request) -> std::optional<ServerAnswer> {
      if (request.path.find("/_mapping") == std::string::npos) return std::nullopt;
      return Plain(400, R"({"error":{"type":"illegal_argument_exception","reason":"mapper [n]"}})");
    };
    return 0;
  });
  Event event = MakeEvent("2", "{}", 200);
  event.mapping = R"({"properties":{"n":{"type":"text"}}})";
  const Status status = Deliver(event);
  EXPECT_EQ(status.code(), StatusCode::kDataError);
  EXPECT_NE(status.message().find("mapper [n]"), std::string::npos);
  sink_->EndTransaction(100);
  EXPECT_TRUE(Delivered(100));  // what came before is delivered all the same
}

TEST_F(ElasticsearchSinkTest, OpenSearchHasAnotherNameForFlattened) {
  elastic_.With([](FakeElastic& fake) {
    fake.on_request = [](const ServerRequest& request) -> std::optional<ServerAnswer> {
      if (request.body.find("\"flattened\"") == std::string::npos) return std::nullopt;
      return Plain(400, R"({"error":{"type":"mapper_parsing_exception",)"
                        R"("reason":"No handler for type [flattened] declared on field [j]"}})");
    };
    return 0;
  });
  Open(false);
  Event event = MakeEvent("1", "{}", 100);
  event.mapping = R"({"properties":{"j":{"type":"flattened","ignore_above":256}}})";
  ASSERT_TRUE(Deliver(event).ok()) << status_.message();
  elastic_.With([](FakeElastic& fake) {
    EXPECT_EQ(fake.indexes["public.users"].properties, R"({"j":{"type":"flat_object"}})");
    return 0;
  });
}

TEST_F(ElasticsearchSinkTest, SchemaIgnoreLeavesTheMappingToTheIndex) {
  Open(false, {{"topic.schema.ignore", "Public.Users"}});
  Put("1", "{}", 100);
  elastic_.With([](FakeElastic& fake) {
    EXPECT_EQ(fake.indexes["public.users"].properties, "");
    return 0;
  });
}

TEST_F(ElasticsearchSinkTest, AMissingIndexIsAnErrorWhenNoneIsToBeMade) {
  Open(false, {{"index.create", "false"}});
  const Status status = Deliver(MakeEvent("1", "{}", 100));
  EXPECT_EQ(status.code(), StatusCode::kDataError);
  EXPECT_NE(status.message().find("does not exist"), std::string::npos);
}

TEST_F(ElasticsearchSinkTest, AnIndexDeletedUnderTheSinkStopsIt) {
  for (const bool auto_create : {true, false}) {
    Identity identity = MakeIdentity();
    identity.slot_name = auto_create ? "a" : "b";
    elastic_.With([&](FakeElastic& fake) {
      fake.indexes.erase("public.users");
      fake.auto_create = auto_create;
      return 0;
    });
    Open(false, {}, identity);
    Put("1", "{}", 100);
    sink_->EndTransaction(100);
    ASSERT_TRUE(Delivered(100));
    elastic_.With([](FakeElastic& fake) { return fake.indexes.erase("public.users"); });
    Put("2", "{}", 200);
    sink_->EndTransaction(200);
    EXPECT_FALSE(Delivered(200));
    EXPECT_EQ(status_.code(), StatusCode::kDataError);
    EXPECT_NE(status_.message().find("was deleted"), std::string::npos) << status_.message();
    // And it stays stopped when the worker starts again, whether the server made an index or not.
    Open(false, {}, identity);
    const Status status = Deliver(MakeEvent("2", "{}", 200));
    EXPECT_EQ(status.code(), StatusCode::kDataError);
    EXPECT_NE(status.message().find("was deleted"), std::string::npos) << status.message();
  }
}

TEST_F(ElasticsearchSinkTest, AnIndexThatAnotherSinkLoadsIsRefused) {
  elastic_.MakeIndex("public.users", R"({"penstock":{"sink":"other","slot":"penstock_other",)"
                                     R"("system_identifier":"7000","loading":true}})");
  Open(true);
  const Status status = Deliver(MakeEvent("1", "{}", 100));
  EXPECT_EQ(status.code(), StatusCode::kDataError);
  EXPECT_NE(status.message().find("being loaded by sink \"other\""), std::string::npos);
}

// Settings and mappings sent to an alias reach every index behind it; the fake refuses them.
TEST_F(ElasticsearchSinkTest, BehindAnAliasIsOneIndex) {
  for (const char* name : {"users-1", "users-2"}) elastic_.MakeIndex(name);
  const auto set_alias = [this](std::vector<std::string> names) {
    elastic_.With([&](FakeElastic& fake) {
      fake.aliases["public.users"] = names;
      return 0;
    });
  };
  set_alias({"users-1"});
  Open(true);
  Put("1", "{\"n\":1}", 100);
  sink_->EndTransaction(100);
  ASSERT_TRUE(Delivered(100)) << status_.message();
  EXPECT_EQ(elastic_.Source("users-1", "1"), "{\"n\":1}");
  EXPECT_EQ(elastic_.With([](FakeElastic& fake) { return fake.indexes["users-1"].refreshes; }), 1);
  // A row's document may be in an older index, where it would be found beside the new one.
  set_alias({"users-1", "users-2"});
  Open(false);
  const Status status = Deliver(MakeEvent("1", "{}", 200));
  EXPECT_EQ(status.code(), StatusCode::kDataError);
  EXPECT_NE(status.message().find("alias of several indexes"), std::string::npos);
}

TEST_F(ElasticsearchSinkTest, ANodeThatLagsBehindDoesNotStopTheSink) {
  elastic_.With([](FakeElastic& fake) {
    fake.on_request =
        [&fake, left = 3](const ServerRequest& request) mutable -> std::optional<ServerAnswer> {
      const bool looks = request.method == "GET" && request.path.find("/public.users?") == 0;
      if (!looks || fake.indexes.count("public.users") == 0 || left-- <= 0) return std::nullopt;
      return Plain(404, R"({"error":{"type":"index_not_found_exception","reason":"none"}})");
    };
    return 0;
  });
  Open(false);
  Put("1", "{\"n\":1}", 100);
  sink_->EndTransaction(100);
  ASSERT_TRUE(Delivered(100)) << status_.message();
}

// The answer that would have told it, sequence number 0, was lost.
TEST_F(ElasticsearchSinkTest, AnIndexMadeAgainIsFoundOutAfterALostAnswer) {
  Open(false);
  Put("1", "{}", 100);
  sink_->EndTransaction(100);
  ASSERT_TRUE(Delivered(100));
  elastic_.With([](FakeElastic& fake) {
    fake.on_request =
        [&fake, cut = 0](const ServerRequest& request) mutable -> std::optional<ServerAnswer> {
      if (request.path.find("_bulk") == std::string::npos || cut++ > 0) return std::nullopt;
      FakeElastic::Index made_again;
      made_again.uuid = "another";
      made_again.seq_no = 1;
      fake.indexes["public.users"] = made_again;
      ServerAnswer answer;
      answer.cut = true;
      return answer;
    };
    return 0;
  });
  Put("2", "{}", 200);
  sink_->EndTransaction(200);
  EXPECT_FALSE(Delivered(200));
  EXPECT_EQ(status_.code(), StatusCode::kDataError);
  EXPECT_NE(status_.message().find("was deleted"), std::string::npos) << status_.message();
}

TEST_F(ElasticsearchSinkTest, TwoClustersMayHaveSlotsOfOneName) {
  Open(false);
  Put("1", "{}", 100);
  sink_->EndTransaction(100);
  ASSERT_TRUE(Delivered(100));
  Open(false, {}, MakeIdentity("8000"));
  Event other = MakeEvent("1", "{}", 100);
  other.topic = "public.other";
  ASSERT_TRUE(Deliver(other).ok());
  elastic_.With([](FakeElastic& fake) { return fake.indexes.erase("public.users"); });
  Open(false);  // what the first remembers was not replaced by what the second does
  const Status status = Deliver(MakeEvent("2", "{}", 200));
  EXPECT_EQ(status.code(), StatusCode::kDataError);
  EXPECT_NE(status.message().find("was deleted"), std::string::npos) << status.message();
}

TEST_F(ElasticsearchSinkTest, AStateIndexThatCannotBeMadeIsTold) {
  elastic_.With([](FakeElastic& fake) {
    fake.on_request = [](const ServerRequest& request) -> std::optional<ServerAnswer> {
      if (request.method != "PUT" || request.path != std::string("/") + kStateIndex) {
        return std::nullopt;
      }
      return Plain(400, R"({"error":{"type":"validation_exception","reason":"maximum shards"}})");
    };
    return 0;
  });
  Open(false);
  EXPECT_EQ(sink_->Deliver(MakeEvent("1", "{}", 100)).code(), StatusCode::kBusy);
  ASSERT_TRUE(PollUntil([&] {
    return status_.code() == StatusCode::kUnavailable &&
           status_.message().find("maximum shards") != std::string::npos;
  })) << status_.message();
  elastic_.With([](FakeElastic& fake) {
    fake.on_request = nullptr;
    return 0;
  });
  Put("1", "{}", 100);
  sink_->EndTransaction(100);
  EXPECT_TRUE(Delivered(100)) << status_.message();
}

TEST_F(ElasticsearchSinkTest, AnIndexNameThatIsRefusedIsNamed) {
  elastic_.With([](FakeElastic& fake) {
    fake.on_request = [](const ServerRequest& request) -> std::optional<ServerAnswer> {
      if (request.method != "PUT" || request.path != "/public.users") return std::nullopt;
      return Plain(
          400, R"({"error":{"type":"invalid_index_name_exception","reason":"must be lowercase"}})");
    };
    return 0;
  });
  Open(false);
  const Status status = Deliver(MakeEvent("1", "{}", 100));
  EXPECT_EQ(status.code(), StatusCode::kDataError);
  EXPECT_EQ(status.hint(), "Name the index of this table in option index.map.");
}

TEST_F(ElasticsearchSinkTest, WithoutARightToTheStateIndexThereIsAWarning) {
  elastic_.With([](FakeElastic& fake) {
    fake.on_request = [](const ServerRequest& request) -> std::optional<ServerAnswer> {
      if (request.path.find(kStateIndex) == std::string::npos) return std::nullopt;
      return Plain(403, R"({"error":{"type":"security_exception","reason":"no"}})");
    };
    return 0;
  });
  Open(true);
  Put("1", "{}", 100);
  sink_->EndTransaction(100);
  ASSERT_TRUE(Delivered(100)) << status_.message();
  EXPECT_NE(sink_->TakeWarning().find(kStateIndex), std::string::npos);
}

// --- answers ------------------------------------------------------------------------------------

TEST_F(ElasticsearchSinkTest, OnlyTheRefusedItemsAreSentAgain) {
  elastic_.With([](FakeElastic& fake) {
    fake.on_item = [left = 3](
                       const std::string&,
                       const std::string& id) mutable -> std::optional<FakeElastic::ItemError> {
      if (id != "2" || left-- == 0) return std::nullopt;
      return FakeElastic::ItemError{429, "es_rejected_execution_exception", "queue full"};
    };
    return 0;
  });
  Open(false, {{"linger.ms", "20"}});
  Put("1", "{\"n\":1}", 100);
  Put("2", "{\"n\":2}", 100);
  sink_->EndTransaction(100);
  bool told = false;
  ASSERT_TRUE(PollUntil([&] {
    told = told || (status_.code() == StatusCode::kUnavailable &&
                    status_.message().find("queue full") != std::string::npos);
    return sink_->DeliveredLsn() >= 100;
  })) << status_.message();
  EXPECT_TRUE(told);
  EXPECT_TRUE(status_.ok());
  int first = 0;
  for (const ServerRequest& request : elastic_.server().requests()) {
    if (request.path.find("_bulk") == std::string::npos) continue;
    if (request.body.find("\"_id\":\"1\"") != std::string::npos) ++first;
  }
  EXPECT_EQ(first, 1);
}

// The state under way is refused; the newer one, taken meanwhile, goes instead of it.
TEST_F(ElasticsearchSinkTest, StatesOfOneIdNeverOvertakeEachOther) {
  Open(false, {{"linger.ms", "0"}});
  std::string last;
  for (uint64_t i = 0; i < 300; ++i) {
    elastic_.With([&](FakeElastic& fake) {
      fake.on_item = [i](const std::string&,
                         const std::string&) -> std::optional<FakeElastic::ItemError> {
        if (i % 3 != 0) return std::nullopt;
        return FakeElastic::ItemError{503, "unavailable_shards_exception", "wait"};
      };
      return 0;
    });
    last = "{\"n\":" + std::to_string(i) + "}";
    Put("1", last, 100);  // one transaction: the version alone would not keep the order
    (void)sink_->Poll(0);
  }
  elastic_.With([](FakeElastic& fake) {
    fake.on_item = nullptr;
    return 0;
  });
  sink_->EndTransaction(100);
  ASSERT_TRUE(Delivered(100)) << status_.message();
  EXPECT_EQ(elastic_.Source("public.users", "1"), last);
}

TEST_F(ElasticsearchSinkTest, ARefusedDocumentStopsTheSinkAndNothingPassesIt) {
  elastic_.With([](FakeElastic& fake) {
    fake.on_item = [](const std::string&,
                      const std::string& id) -> std::optional<FakeElastic::ItemError> {
      if (id != "2") return std::nullopt;
      return FakeElastic::ItemError{400, "document_parsing_exception", "not a number"};
    };
    return 0;
  });
  Open(false);
  Put("1", "{}", 100);
  sink_->EndTransaction(100);
  ASSERT_TRUE(Delivered(100));
  Put("2", "{}", 200);
  Put("3", "{}", 200);
  sink_->EndTransaction(200);
  EXPECT_TRUE(Ended() || Ends(status_.code()));
  EXPECT_EQ(status_.code(), StatusCode::kDataError);
  EXPECT_EQ(status_.message(), "document \"2\" is refused by index \"public.users\": not a number");
  EXPECT_EQ(sink_->DeliveredLsn(), 100u);
}

TEST_F(ElasticsearchSinkTest, ARefusedDocumentMayBeLeftOut) {
  elastic_.With([](FakeElastic& fake) {
    fake.on_item = [](const std::string&,
                      const std::string& id) -> std::optional<FakeElastic::ItemError> {
      if (id != "2") return std::nullopt;
      return FakeElastic::ItemError{400, "document_parsing_exception", "not a number"};
    };
    return 0;
  });
  for (const char* policy : {"warn", "ignore"}) {
    Open(false, {{"behavior.on.malformed.documents", policy}});
    Put("2", "{}", 200);
    Put("3", "{}", 200);
    sink_->EndTransaction(200);
    ASSERT_TRUE(Delivered(200)) << status_.message();
    EXPECT_EQ(elastic_.Source("public.users", "3"), "{}");
    EXPECT_EQ(sink_->TakeWarning().find("1 documents were left out"),
              policy == std::string("warn") ? 0 : std::string::npos);
  }
}

TEST_F(ElasticsearchSinkTest, RequestsThatAreTooLargeAreHalved) {
  elastic_.With([](FakeElastic& fake) {
    fake.on_request = [](const ServerRequest& request) -> std::optional<ServerAnswer> {
      if (request.body.size() <= 6000) return std::nullopt;
      return Plain(413);
    };
    return 0;
  });
  Open(false, {{"linger.ms", "50"}});
  const std::string document = "{\"s\":\"" + std::string(1000, 'x') + "\"}";
  for (int i = 0; i < 40; ++i) Put(std::to_string(i), document, 100);
  sink_->EndTransaction(100);
  ASSERT_TRUE(Delivered(100)) << status_.message();
  EXPECT_EQ(elastic_.Source("public.users", "39"), document);
  const std::string huge = "{\"s\":\"" + std::string(7000, 'x') + "\"}";
  Put("huge", huge, 200);
  EXPECT_TRUE(Ended() || Ends(status_.code()));
  EXPECT_EQ(status_.code(), StatusCode::kDataError);
  EXPECT_NE(status_.message().find("\"huge\""), std::string::npos);
  EXPECT_NE(status_.hint().find("http.max_content_length"), std::string::npos) << status_.hint();
}

// An ingest pipeline may not find what it needs: the document was not written.
TEST_F(ElasticsearchSinkTest, WhatWasNotFoundIsNotTakenForADelete) {
  elastic_.With([](FakeElastic& fake) {
    fake.on_item = [left = 2](const std::string&,
                              const std::string&) mutable -> std::optional<FakeElastic::ItemError> {
      if (left-- <= 0) return std::nullopt;
      return FakeElastic::ItemError{404, "resource_not_found_exception", "no such policy"};
    };
    return 0;
  });
  Open(false);
  Put("1", "{\"n\":1}", 100);
  sink_->EndTransaction(100);
  ASSERT_TRUE(Delivered(100)) << status_.message();
  EXPECT_EQ(elastic_.Source("public.users", "1"), "{\"n\":1}");
}

// A request that is too much for the server, or for what stands before it, is not made for ever:
// the server takes too long, or the connection ends early.
TEST_F(ElasticsearchSinkTest, RequestsThatAreTooMuchBecomeSmaller) {
  for (const bool hang : {true, false}) {
    elastic_.With([hang](FakeElastic& fake) {
      fake.indexes.clear();
      fake.on_request = [hang](const ServerRequest& request) -> std::optional<ServerAnswer> {
        if (request.body.size() <= 120'000) return std::nullopt;
        ServerAnswer answer;
        answer.hang = hang;
        answer.cut = !hang;
        return answer;
      };
      return 0;
    });
    Open(false, {{"linger.ms", "200"}, {"read.timeout.ms", "1000"}});
    const std::string document = "{\"s\":\"" + std::string(10'000, 'x') + "\"}";
    Put("0", document, 100);
    for (int i = 1; i < 20; ++i) {  // at once, so that they go in one request
      const std::string id = std::to_string(i);
      ASSERT_TRUE(sink_->Deliver(MakeEvent(id, document, 100)).ok());
    }
    sink_->EndTransaction(100);
    ASSERT_TRUE(Delivered(100)) << hang << " " << status_.message();
    EXPECT_EQ(elastic_.Source("public.users", "19"), document);
  }
}

TEST_F(ElasticsearchSinkTest, SmallRequestsThatAreTooLargeCarryOneDocument) {
  elastic_.With([](FakeElastic& fake) {
    fake.on_request = [](const ServerRequest& request) -> std::optional<ServerAnswer> {
      if (request.path.find("_bulk") == std::string::npos || request.body.size() <= 200) {
        return std::nullopt;
      }
      return Plain(413);
    };
    return 0;
  });
  Open(false, {{"linger.ms", "50"}});
  for (int i = 0; i < 4; ++i) Put(std::to_string(i), "{}", 100);
  sink_->EndTransaction(100);
  ASSERT_TRUE(Delivered(100)) << status_.message();
  EXPECT_EQ(elastic_.Source("public.users", "3"), "{}");
}

TEST_F(ElasticsearchSinkTest, TroubleIsToldAndEndsByItself) {
  const std::pair<int, StatusCode> cases[] = {{401, StatusCode::kAuthentication},
                                              {429, StatusCode::kUnavailable},
                                              {503, StatusCode::kUnavailable},
                                              {404, StatusCode::kUnavailable}};
  uint64_t lsn = 200;
  Open(false);
  Put("0", "{}", 100);
  for (const auto& [status, code] : cases) {
    elastic_.With([status = status](FakeElastic& fake) {
      fake.on_request = [status](const ServerRequest&) { return Plain(status, "no"); };
      return 0;
    });
    Put("1", "{}", lsn);
    sink_->EndTransaction(lsn);
    EXPECT_TRUE(PollUntil([&, code = code] { return status_.code() == code; })) << status;
    elastic_.With([](FakeElastic& fake) {
      fake.on_request = nullptr;
      return 0;
    });
    ASSERT_TRUE(Delivered(lsn)) << status_.message();
    EXPECT_TRUE(status_.ok()) << status_.message();
    lsn += 100;
  }
}

TEST_F(ElasticsearchSinkTest, AnAnswerThatIsLostIsAskedForAgain) {
  elastic_.With([](FakeElastic& fake) {
    fake.on_request =
        [&fake, cut = 0](const ServerRequest& request) mutable -> std::optional<ServerAnswer> {
      if (request.path.find("_bulk") == std::string::npos || ++cut > 2) return std::nullopt;
      ServerAnswer answer;
      answer.cut = true;
      return answer;
    };
    return 0;
  });
  Open(false);
  Put("1", "{\"n\":1}", 100);
  sink_->EndTransaction(100);
  ASSERT_TRUE(Delivered(100)) << status_.message();
  EXPECT_EQ(elastic_.Source("public.users", "1"), "{\"n\":1}");
}

TEST_F(ElasticsearchSinkTest, MemoryIsBounded) {
  Open(false, {{"bulk.size.bytes", "1024"}, {"max.in.flight.requests", "1"}});
  Put("0", "{}", 100);
  sink_->EndTransaction(100);
  ASSERT_TRUE(Delivered(100));
  elastic_.With([](FakeElastic& fake) {
    fake.on_request = [](const ServerRequest&) { return Plain(503); };
    return 0;
  });
  const std::string document = "{\"s\":\"" + std::string(500, 'x') + "\"}";
  Status status;
  for (int i = 0; i < 100 && status.ok(); ++i) {
    const std::string id = std::to_string(i);
    status = sink_->Deliver(MakeEvent(id, document, 200));
  }
  EXPECT_EQ(status.code(), StatusCode::kBusy);
  EXPECT_LE(sink_->InFlightBytes(), 2048u + 1200u);
  ASSERT_TRUE(PollUntil([&] { return status_.code() == StatusCode::kUnavailable; }));
  EXPECT_EQ(sink_->Deliver(MakeEvent("x", "{}", 200)).code(), StatusCode::kUnavailable);
}

TEST_F(ElasticsearchSinkTest, EventsWithoutADocument) {
  Open(false, {{"behavior.on.null.values", "ignore"}});
  EXPECT_TRUE(sink_->Deliver(MakeEvent("1", std::nullopt, 100)).ok());
  EXPECT_EQ(sink_->InFlightEvents(), 0u);
  Open(false, {{"behavior.on.null.values", "fail"}});
  EXPECT_EQ(sink_->Deliver(MakeEvent("1", std::nullopt, 100)).code(), StatusCode::kDataError);
  Event event = MakeEvent("", "{}", 100);
  event.key.reset();
  EXPECT_EQ(sink_->Deliver(event).code(), StatusCode::kDataError);
}

TEST_F(ElasticsearchSinkTest, ThePipelineIsNamed) {
  Open(false, {{"pipeline", "a b"}});
  Put("1", "{}", 100);
  sink_->EndTransaction(100);
  ASSERT_TRUE(Delivered(100));
  bool named = false;
  for (const ServerRequest& request : elastic_.server().requests()) {
    if (request.path.find("_bulk") == std::string::npos) continue;
    named = request.path.find("pipeline=a%20b") != std::string::npos;
  }
  EXPECT_TRUE(named);
}

}  // namespace
}  // namespace penstock::sink
