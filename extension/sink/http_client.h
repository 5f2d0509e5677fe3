// http_client.h: HTTP requests that never block, with libcurl: several nodes in turn, connections
// kept, one descriptor that becomes readable when there is work.
//
// One thread. libcurl's own threads (name look-up) start with signals blocked and never call into
// our code. A node that did not answer is left alone for a while as long as others are there.
#ifndef PENSTOCK_SINK_HTTP_CLIENT_H
#define PENSTOCK_SINK_HTTP_CLIENT_H

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "../core/retry.h"
#include "../core/status.h"

namespace penstock::sink {

struct HttpTls {
  bool verify_certificate = true;
  bool verify_name = true;
  std::string ca_file, ca_pem;
  std::string certificate_file, certificate_pem;
  std::string key_file, key_pem, key_password;
  bool pkcs12 = false;  // certificate_file has the key too
  std::string ciphers;
};

struct HttpOptions {
  std::vector<std::string> nodes;  // scheme://host[:port][/path], no slash at the end
  std::string user, password;      // basic authentication, unless user is empty
  std::string api_key;             // encoded; Authorization: ApiKey
  std::string bearer_token;        // Authorization: Bearer
  bool gzip = false;               // request bodies
  int64_t connect_timeout_ms = 5000;
  int64_t read_timeout_ms = 30000;
  int64_t max_idle_ms = 60000;
  std::string proxy_host, proxy_user, proxy_password;
  int64_t proxy_port = 8080;
  HttpTls tls;
};

struct HttpRequest {
  const char* method = "GET";  // GET and DELETE go without a body
  std::string path;            // begins with a slash, encoded, with its query
  std::string body{};
  const char* content_type = "application/json";
};

struct HttpResponse {
  uint64_t id = 0;    // as Start returned it
  int status = 0;     // of HTTP; 0: there was no answer, error says why
  std::string error;  // names the node; no secrets
  std::string body;
  std::string node;            // scheme://host:port/path; empty: the request never began
  bool connected = false;      // a new connection was made; libcurl may have sent it twice then
  bool sent = false;           // status 0: it was on its way, the server may have it
  bool timed_out = false;      // and the server was silent for too long
  int64_t retry_after_ms = 0;  // the server's wish; 0: none
  HttpRequest request;         // given back

  bool ok() const { return status >= 200 && status < 300; }
};

class HttpClient {
 public:
  explicit HttpClient(HttpOptions options, const ClockMs& clock = SteadyClockMs());
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Makes descriptors and libcurl's handles; no connection yet. An error without any node.
  Status Open();

  // Begins a request.
  uint64_t Start(HttpRequest request);

  // Waits at most timeout_ms for something to do and does it; answers are appended.
  void Perform(int timeout_ms, std::vector<HttpResponse>* answers);

  // The descriptor becomes readable after so many milliseconds at the latest; -1: not by time.
  void WakeAfter(int64_t ms);

  int wake_fd() const;
  size_t running() const;    // requests under way, for tests
  bool HasLiveNode() const;  // one that is not known to be away

  // Drops every request. False when a thread of libcurl may be left behind (a name look-up), now or
  // by a request before. libcurl older than 7.87 waits for that thread instead, as long as the
  // resolver takes.
  bool Abandon();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// A path segment or query value, percent-encoded.
std::string UrlEncode(std::string_view text);

}  // namespace penstock::sink

#endif
