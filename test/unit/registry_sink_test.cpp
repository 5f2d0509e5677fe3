// Events in Avro on their way through a schema registry.
#include "extension/sink/registry_sink.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <map>

#include "http_server.h"

namespace penstock::sink {
namespace {

using test::HttpServer;
using test::ServerAnswer;
using test::ServerRequest;
using namespace std::string_literals;
using namespace std::string_view_literals;

// Keeps what it is given.
class Memory final : public Sink {
 public:
  struct Taken {
    std::string topic, key, value;
  };
  explicit Memory(std::vector<Taken>* taken) : taken_(taken) {}
  Result<Resume> Open(const Identity&, bool) override { return Resume{}; }
  Status Deliver(const Event& event) override {
    taken_->push_back({std::string(event.topic), std::string(event.key.value_or("none")),
                       std::string(event.value.value_or("none"))});
    return {};
  }
  void EndTransaction(uint64_t) override {}
  Status Poll(int) override { return {}; }
  uint64_t DeliveredLsn() const override { return 0; }
  uint64_t InFlightEvents() const override { return 0; }
  uint64_t InFlightBytes() const override { return 0; }
  void Abandon() override {}

 private:
  std::vector<Taken>* taken_;
};

class RegistrySinkTest : public ::testing::Test {
 protected:
  void Make(Options options = {}) {
    options.emplace("schema.registry.url", server_.url() + "/path");
    Result<RegistryOptions> parsed = ParseRegistryOptions(options);
    ASSERT_TRUE(parsed.ok()) << parsed.status().message();
    sink_ = std::make_unique<RegistrySink>(std::make_unique<Memory>(&taken_),
                                           std::move(parsed.value()));
    ASSERT_TRUE(sink_->Open({}, false).ok());
  }

  // As the worker does: again until the event is taken, or the sink says that it is away.
  Status Deliver(const Event& event) {
    for (int i = 0; i < 1000; ++i) {
      Status status = sink_->Deliver(event);
      if (status.code() != StatusCode::kBusy || status.ok()) return status;
      pollfd waited = {sink_->WakeFd(), POLLIN, 0};
      (void)poll(&waited, 1, 20);
      (void)sink_->Poll(0);
    }
    return {StatusCode::kInternal, "no answer"};
  }

  static Event EventOf(std::string_view topic) {
    Event event;
    event.topic = topic;
    event.key = "\0\0\0\0\0k"sv;
    event.value = "\0\0\0\0\0v"sv;
    event.key_schema = {1, "\"key\"", "s.t.Key"};
    event.value_schema = {2, "\"value\"", "s.t.Value"};
    return event;
  }

  int Requests() { return static_cast<int>(server_.requests().size()); }

  ServerAnswer answer_{200, R"({"id":7})", ""};
  HttpServer server_{[this](const ServerRequest&) { return answer_; }};
  std::vector<Memory::Taken> taken_;
  std::unique_ptr<RegistrySink> sink_;
};

TEST_F(RegistrySinkTest, RegistersOnceAndPutsTheIdBefore) {
  Make();
  ASSERT_TRUE(Deliver(EventOf("t")).ok());
  ASSERT_TRUE(Deliver(EventOf("t")).ok());
  ASSERT_EQ(taken_.size(), 2u);
  EXPECT_EQ(taken_[1].key, "\0\0\0\0\7k"s);
  EXPECT_EQ(taken_[1].value, "\0\0\0\0\7v"s);
  ASSERT_EQ(Requests(), 2);
  std::map<std::string, std::string> bodies;
  for (const ServerRequest& request : server_.requests()) bodies[request.path] = request.body;
  EXPECT_EQ(bodies["/path/subjects/t-key/versions"], R"({"schema":"\"key\""})");
  EXPECT_EQ(bodies["/path/subjects/t-value/versions"], R"({"schema":"\"value\""})");
  EXPECT_EQ(server_.requests()[0].headers["content-type"],
            "application/vnd.schemaregistry.v1+json");
}

TEST_F(RegistrySinkTest, TheSameTextIsNotAskedForAgain) {
  Make();
  ASSERT_TRUE(Deliver(EventOf("t")).ok());
  Event again = EventOf("t");
  again.key_schema.serial = 11;  // the plan was made anew
  again.value_schema.serial = 12;
  ASSERT_TRUE(Deliver(again).ok());
  EXPECT_EQ(Requests(), 2);
  Event changed = EventOf("t");
  changed.value_schema = {13, "\"other\"", "s.t.Value"};
  ASSERT_TRUE(Deliver(changed).ok());
  EXPECT_EQ(Requests(), 3);
  ASSERT_TRUE(Deliver(EventOf("another topic")).ok());
  EXPECT_EQ(Requests(), 5);
}

TEST_F(RegistrySinkTest, WithoutSchemaOrValueNothingChanges) {
  Make();
  Event plain = EventOf("t");
  plain.key_schema = {};
  plain.value.reset();
  ASSERT_TRUE(Deliver(plain).ok());
  EXPECT_EQ(taken_[0].key, "\0\0\0\0\0k"s);
  EXPECT_EQ(taken_[0].value, "none");
  EXPECT_EQ(Requests(), 0);
}

TEST_F(RegistrySinkTest, RefusalIsToldAndTriedAgain) {
  answer_ = {409, R"({"error_code":409,"message":"reader has no default"})", ""};
  Make();
  Status status;
  for (int i = 0; i < 100 && status.code() != StatusCode::kUnavailable; ++i)
    status = Deliver(EventOf("t"));
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_NE(status.message().find("incompatible"), std::string::npos) << status.message();
  EXPECT_NE(status.message().find("reader has no default"), std::string::npos);
  EXPECT_EQ(sink_->Poll(0).code(), StatusCode::kUnavailable);
  EXPECT_TRUE(taken_.empty());
  {
    const std::lock_guard<std::mutex> lock(server_.mutex());
    answer_ = {200, R"({"id":258})", ""};
  }
  for (int i = 0; i < 200 && taken_.empty(); ++i) {
    status = Deliver(EventOf("t"));
    (void)sink_->Poll(20);
    if (!status.ok()) poll(nullptr, 0, 20);
  }
  ASSERT_EQ(taken_.size(), 1u);
  EXPECT_EQ(taken_[0].value, "\0\0\0\1\2v"s);
  EXPECT_TRUE(sink_->Poll(0).ok());
}

// Nor is what is refused asked for at every turn.
TEST_F(RegistrySinkTest, ARefusalIsRememberedBesideASuccess) {
  for (const int status : {409, 422}) {
    HttpServer server([status](const ServerRequest& request) {
      return request.path.find("refused") == std::string::npos
                 ? ServerAnswer{200, R"({"id":7})", ""}
                 : ServerAnswer{status, "", ""};
    });
    Make({{"schema.registry.url", server.url()}});
    EXPECT_EQ(Deliver(EventOf("refused")).code(), StatusCode::kUnavailable) << status;
    EXPECT_TRUE(Deliver(EventOf("taken")).ok());
    for (int i = 0; i < 50; ++i) {
      EXPECT_EQ(sink_->Deliver(EventOf("refused")).code(), StatusCode::kUnavailable) << status;
      EXPECT_EQ(sink_->Poll(0).code(), StatusCode::kUnavailable) << status;
    }
    // Two for each; and twice as many, should the first pause be over.
    EXPECT_LE(server.requests().size(), 6u);
  }
}

// While the worker pauses nobody delivers: the descriptor must not stay readable.
TEST_F(RegistrySinkTest, NoWakeUpsWhileTheRegistryIsAway) {
  Make({{"schema.registry.url", "http://127.0.0.1:1"}});
  (void)Deliver(EventOf("t"));
  int wakes = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(1500);
  while (std::chrono::steady_clock::now() < end) {
    pollfd waited = {sink_->WakeFd(), POLLIN, 0};
    wakes += poll(&waited, 1, 200);
    (void)sink_->Poll(0);
  }
  EXPECT_LT(wakes, 100);
  EXPECT_EQ(sink_->Poll(0).code(), StatusCode::kUnavailable);
}

TEST_F(RegistrySinkTest, WhatIsKeptIsLimited) {
  Make();
  const std::string text(900'000, 's');
  for (int i = 0; i < 80; ++i) {
    Event event = EventOf("t");
    const std::string topic = "t" + std::to_string(i);
    event.topic = topic;
    event.key_schema = {};
    event.value_schema.text = text;
    ASSERT_TRUE(Deliver(event).ok());
  }
  EXPECT_EQ(Requests(), 80);
  Event event = EventOf("t79");
  event.key_schema = {};
  event.value_schema.text = text;
  ASSERT_TRUE(Deliver(event).ok());
  EXPECT_EQ(Requests(), 80) << "the last is kept";
  event.topic = "t0";
  ASSERT_TRUE(Deliver(event).ok());
  EXPECT_EQ(Requests(), 81) << "the first is not";
}

TEST_F(RegistrySinkTest, AnswersThatHelpNot) {
  for (const ServerAnswer& bad :
       {ServerAnswer{200, "not json", ""}, ServerAnswer{200, "{}", ""}, ServerAnswer{401, "", ""},
        ServerAnswer{404, R"({"message":"Schema not found"})", ""}, ServerAnswer{500, "", ""}}) {
    {
      const std::lock_guard<std::mutex> lock(server_.mutex());
      answer_ = bad;
    }
    Make();
    const Status status = Deliver(EventOf("t"));
    EXPECT_EQ(status.code(), StatusCode::kUnavailable) << bad.status;
    EXPECT_NE(status.message().find("registry"), std::string::npos);
  }
  EXPECT_TRUE(taken_.empty());
}

TEST_F(RegistrySinkTest, LookUpStrategiesAndLogin) {
  Make({{"auto.register.schemas", "false"},
        {"normalize.schemas", "true"},
        {"key.subject.name.strategy", "RecordNameStrategy"},
        {"value.subject.name.strategy", "TopicRecordNameStrategy"},
        {"bearer.auth.credentials.source", "STATIC_TOKEN"},
        {"bearer.auth.token", "secret"}});
  ASSERT_TRUE(Deliver(EventOf("a b")).ok());
  std::map<std::string, int> paths;
  for (const ServerRequest& request : server_.requests()) ++paths[request.path];
  EXPECT_EQ(paths["/path/subjects/s.t.Key?normalize=true"], 1);
  EXPECT_EQ(paths["/path/subjects/a%20b-s.t.Value?normalize=true"], 1);
  EXPECT_EQ(server_.requests()[0].headers["authorization"], "Bearer secret");
}

}  // namespace
}  // namespace penstock::sink
