// The HTTP client against a server in this process.
#include "extension/sink/http_client.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <zlib.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "http_server.h"

namespace penstock::sink {
namespace {

using test::HttpServer;
using test::ServerAnswer;
using test::ServerRequest;
using Clock = std::chrono::steady_clock;

ServerAnswer Echo(const ServerRequest& request) {
  return {200, request.method + " " + request.path + " " + request.body, "", false, false};
}

HttpOptions OptionsFor(std::vector<std::string> nodes) {
  HttpOptions options;
  options.nodes = std::move(nodes);
  return options;
}

// Waits for count answers, as the worker does: on the descriptor, then without blocking.
std::vector<HttpResponse> Wait(HttpClient* client, size_t count, int seconds = 20) {
  std::vector<HttpResponse> answers;
  const auto end = Clock::now() + std::chrono::seconds(seconds);
  while (answers.size() < count && Clock::now() < end) {
    pollfd waited = {client->wake_fd(), POLLIN, 0};
    (void)::poll(&waited, 1, 100);
    client->Perform(0, &answers);
  }
  EXPECT_EQ(answers.size(), count);
  answers.resize(count);
  return answers;
}

HttpResponse Ask(HttpClient* client, HttpRequest request) {
  const uint64_t id = client->Start(std::move(request));
  HttpResponse response = Wait(client, 1).front();
  EXPECT_EQ(response.id, id);
  return response;
}

TEST(HttpClientTest, RequestsArriveAsGiven) {
  HttpServer server(Echo);
  HttpClient client(OptionsFor({server.url() + "/below"}));
  ASSERT_TRUE(client.Open().ok());
  const HttpResponse get = Ask(&client, {"GET", "/index?x=1"});
  EXPECT_EQ(get.status, 200);
  EXPECT_EQ(get.body, "GET /below/index?x=1 ");
  const HttpResponse post = Ask(&client, {"POST", "/_bulk", "{}\n", "application/x-ndjson"});
  EXPECT_EQ(post.body, "POST /below/_bulk {}\n");
  EXPECT_EQ(post.request.body, "{}\n");  // given back
  EXPECT_EQ(Ask(&client, {"DELETE", "/index"}).body, "DELETE /below/index ");
  EXPECT_EQ(Ask(&client, {"POST", "/index/_refresh"}).body, "POST /below/index/_refresh ");
  const std::vector<ServerRequest> requests = server.requests();
  EXPECT_EQ(requests[1].headers.at("content-type"), "application/x-ndjson");
  EXPECT_EQ(requests[3].headers.at("content-type"), "application/json");
  EXPECT_EQ(requests[3].headers.at("content-length"), "0");
  EXPECT_EQ(requests[0].headers.count("authorization"), 0u);
  EXPECT_EQ(server.connections(), 1);  // kept
}

TEST(HttpClientTest, NoNode) {
  HttpClient client(OptionsFor({}));
  EXPECT_EQ(client.Open().code(), StatusCode::kInvalidOption);
}

TEST(HttpClientTest, SeveralRequestsAreUnderWay) {
  HttpServer server(Echo);
  HttpClient client(OptionsFor({server.url()}));
  ASSERT_TRUE(client.Open().ok());
  for (int i = 0; i < 8; ++i) client.Start({"GET", "/" + std::to_string(i)});
  EXPECT_EQ(client.running(), 8u);
  for (const HttpResponse& response : Wait(&client, 8)) EXPECT_EQ(response.status, 200);
  EXPECT_EQ(client.running(), 0u);
}

TEST(HttpClientTest, Logins) {
  HttpServer server(Echo);
  HttpOptions basic = OptionsFor({server.url()});
  basic.user = "elastic";
  basic.password = "pass:word";
  HttpOptions key = OptionsFor({server.url()});
  key.api_key = "a2V5";
  for (const HttpOptions& options : {basic, key}) {
    HttpClient client(options);
    ASSERT_TRUE(client.Open().ok());
    Ask(&client, {"GET", "/"});
  }
  const std::vector<ServerRequest> requests = server.requests();
  EXPECT_EQ(requests[0].headers.at("authorization"), "Basic ZWxhc3RpYzpwYXNzOndvcmQ=");
  EXPECT_EQ(requests[1].headers.at("authorization"), "ApiKey a2V5");
}

std::string Inflate(const std::string& compressed) {
  std::string text(1 << 20, '\0');
  z_stream stream = {};
  (void)inflateInit2(&stream, 15 + 16);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  (void)inflateEnd(&stream);
  return text;
}

TEST(HttpClientTest, BodiesAreCompressed) {
  HttpServer server(Echo);
  HttpOptions options = OptionsFor({server.url()});
  options.gzip = true;
  HttpClient client(options);
  ASSERT_TRUE(client.Open().ok());
  const std::string body(100000, 'x');
  EXPECT_EQ(Ask(&client, {"POST", "/_bulk", body}).request.body, body);
  const ServerRequest request = server.requests().front();
  EXPECT_EQ(request.headers.at("content-encoding"), "gzip");
  EXPECT_LT(request.body.size(), 2000u);
  EXPECT_EQ(Inflate(request.body), body);
}

TEST(HttpClientTest, NodesTakeTurnsAndADeadOneIsLeftAlone) {
  HttpServer first(Echo);
  HttpServer second(Echo);
  std::string gone;
  {
    gone = HttpServer(Echo).url();
  }
  HttpClient client(OptionsFor({first.url(), gone, second.url()}));
  ASSERT_TRUE(client.Open().ok());
  int failed = 0;
  for (int i = 0; i < 10; ++i) {
    const HttpResponse response = Ask(&client, {"GET", "/"});
    if (response.status == 0) {
      ++failed;
      EXPECT_NE(response.error.find(gone), std::string::npos) << response.error;
    }
  }
  EXPECT_EQ(failed, 1);
  EXPECT_TRUE(client.HasLiveNode());
  EXPECT_GE(first.requests().size(), 3u);
  EXPECT_GE(second.requests().size(), 3u);
}

TEST(HttpClientTest, TheOnlyNodeIsTriedAgain) {
  HttpServer server([](const ServerRequest&) { return ServerAnswer{503, "", "", false, false}; });
  HttpClient client(OptionsFor({server.url()}));
  ASSERT_TRUE(client.Open().ok());
  EXPECT_EQ(Ask(&client, {"GET", "/"}).status, 503);
  EXPECT_FALSE(client.HasLiveNode());
  EXPECT_EQ(Ask(&client, {"GET", "/"}).status, 503);
}

TEST(HttpClientTest, RedirectionsAreNotFollowed) {
  HttpServer server([](const ServerRequest&) {
    return ServerAnswer{302, "", "Location: http://127.0.0.1:1/\r\n", false, false};
  });
  HttpClient client(OptionsFor({server.url()}));
  ASSERT_TRUE(client.Open().ok());
  EXPECT_EQ(Ask(&client, {"GET", "/"}).status, 302);
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(HttpClientTest, TheEnvironmentNamesNoProxy) {
  ASSERT_EQ(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
  HttpServer server(Echo);
  HttpClient client(OptionsFor({server.url()}));
  ASSERT_TRUE(client.Open().ok());
  EXPECT_EQ(Ask(&client, {"GET", "/"}).status, 200);
  unsetenv("http_proxy");
}

TEST(HttpClientTest, AProxyThatIsSetIsUsed) {
  HttpServer proxy(Echo);
  HttpOptions options = OptionsFor({"http://elastic.invalid:9200"});
  options.proxy_host = "127.0.0.1";
  options.proxy_port = std::stoi(proxy.url().substr(proxy.url().rfind(':') + 1));
  options.proxy_user = "u";
  options.proxy_password = "p";
  HttpClient client(options);
  ASSERT_TRUE(client.Open().ok());
  EXPECT_EQ(Ask(&client, {"GET", "/x"}).body, "GET http://elastic.invalid:9200/x ");
  EXPECT_EQ(proxy.requests().front().headers.at("proxy-authorization"), "Basic dTpw");
}

TEST(HttpClientTest, SilenceEndsARequest) {
  HttpServer server([](const ServerRequest&) { return ServerAnswer{200, "", "", true, false}; });
  HttpOptions options = OptionsFor({server.url()});
  options.read_timeout_ms = 1000;
  HttpClient client(options);
  ASSERT_TRUE(client.Open().ok());
  const HttpResponse response = Ask(&client, {"POST", "/_bulk", "x"});
  EXPECT_EQ(response.status, 0);
  EXPECT_NE(response.error, "");
  EXPECT_EQ(response.request.body, "x");
}

TEST(HttpClientTest, ACutConnectionIsAnError) {
  HttpServer server([](const ServerRequest&) { return ServerAnswer{200, "", "", false, true}; });
  HttpClient client(OptionsFor({server.url()}));
  ASSERT_TRUE(client.Open().ok());
  EXPECT_EQ(Ask(&client, {"POST", "/_bulk", "x"}).status, 0);
}

TEST(HttpClientTest, RetryAfterIsHandedOn) {
  HttpServer server([](const ServerRequest&) {
    return ServerAnswer{429, "", "Retry-After: 7\r\n", false, false};
  });
  HttpClient client(OptionsFor({server.url()}));
  ASSERT_TRUE(client.Open().ok());
  EXPECT_EQ(Ask(&client, {"GET", "/"}).retry_after_ms, 7000);
}

TEST(HttpClientTest, AbandonDropsWhatIsUnderWay) {
  HttpServer server([](const ServerRequest&) { return ServerAnswer{200, "", "", true, false}; });
  HttpClient client(OptionsFor({server.url()}));
  ASSERT_TRUE(client.Open().ok());
  client.Start({"GET", "/"});
  std::vector<HttpResponse> answers;
  while (server.requests().empty()) client.Perform(20, &answers);
  EXPECT_TRUE(client.Abandon());  // an address needs no look-up, so no thread is left
  EXPECT_EQ(client.running(), 0u);
  client.Perform(0, &answers);
  EXPECT_TRUE(answers.empty());
}

TEST(HttpClientTest, TheDescriptorWakesByTime) {
  HttpServer server(Echo);
  HttpClient client(OptionsFor({server.url()}));
  ASSERT_TRUE(client.Open().ok());
  client.WakeAfter(30);
  pollfd waited = {client.wake_fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&waited, 1, 10000), 1);
  std::vector<HttpResponse> answers;
  client.Perform(0, &answers);
  EXPECT_EQ(::poll(&waited, 1, 0), 0);
}

TEST(HttpClientTest, UrlEncode) {
  EXPECT_EQ(UrlEncode("a.b-c_d~/%\xc3\xa9 "), "a.b-c_d~%2F%25%C3%A9%20");
}

}  // namespace
}  // namespace penstock::sink
