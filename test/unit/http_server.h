// http_server.h: an HTTP server in the test's own process. A handler gives the answers; it runs in
// the server's threads, one at a time.
#ifndef PENSTOCK_TEST_HTTP_SERVER_H
#define PENSTOCK_TEST_HTTP_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace penstock::test {

struct ServerRequest {
  std::string method;
  std::string path;                            // with the query
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

struct ServerAnswer {
  int status = 200;
  std::string body;
  std::string headers;  // further lines, each with \r\n
  bool hang = false;    // no answer at all
  bool cut = false;     // the connection is closed instead
};

class HttpServer {
 public:
  using Handler = std::function<ServerAnswer(const ServerRequest&)>;

  explicit HttpServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        listen(listener_, 64) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      std::abort();
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { Accept(); });
  }

  ~HttpServer() {
    stopping_ = true;
    acceptor_.join();  // no further threads afterwards
    for (std::thread& thread : threads_) thread.join();
    close(listener_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int connections() const { return connections_; }

  std::vector<ServerRequest> requests() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return requests_;
  }

  // Whatever the handler shares with the test is used under this lock.
  std::mutex& mutex() { return mutex_; }

 private:
  bool Readable(int fd) const {
    pollfd waited = {fd, POLLIN, 0};
    while (!stopping_) {
      if (::poll(&waited, 1, 20) > 0) return true;
    }
    return false;
  }

  void Accept() {
    while (Readable(listener_)) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      ++connections_;
      threads_.emplace_back([this, fd] {
        Serve(fd);
        close(fd);
      });
    }
  }

  bool Fill(int fd, std::string* buffer) const {
    char bytes[65536];
    if (!Readable(fd)) return false;
    const ssize_t count = recv(fd, bytes, sizeof(bytes), 0);
    if (count <= 0) return false;
    buffer->append(bytes, static_cast<size_t>(count));
    return true;
  }

  static void ParseHead(const std::string& head, ServerRequest* request) {
    const size_t line_end = head.find("\r\n");
    const std::string line = head.substr(0, line_end);
    request->method = line.substr(0, line.find(' '));
    request->path = line.substr(line.find(' ') + 1);
    request->path = request->path.substr(0, request->path.find(' '));
    for (size_t at = line_end + 2; at < head.size();) {
      const size_t end = std::min(head.find("\r\n", at), head.size());
      const size_t colon = head.find(": ", at);
      if (colon < end) {
        std::string name = head.substr(at, colon - at);
        std::transform(name.begin(), name.end(), name.begin(), ::tolower);
        request->headers[name] = head.substr(colon + 2, end - colon - 2);
      }
      at = end + 2;
    }
  }

  static void Send(int fd, const std::string& bytes) {
    for (size_t sent = 0; sent < bytes.size();) {
      const ssize_t count = send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) return;
      sent += static_cast<size_t>(count);
    }
  }

  void Serve(int fd) {
    std::string buffer;
    for (;;) {
      size_t head_end;
      while ((head_end = buffer.find("\r\n\r\n")) == std::string::npos) {
        if (!Fill(fd, &buffer)) return;
      }
      ServerRequest request;
      ParseHead(buffer.substr(0, head_end), &request);
      const size_t length = request.headers.count("content-length") == 0
                                ? 0
                                : std::stoul(request.headers["content-length"]);
      if (request.headers.count("expect") != 0) Send(fd, "HTTP/1.1 100 Continue\r\n\r\n");
      while (buffer.size() < head_end + 4 + length) {
        if (!Fill(fd, &buffer)) return;
      }
      request.body = buffer.substr(head_end + 4, length);
      buffer.erase(0, head_end + 4 + length);
      if (!Answer(fd, request)) return;
    }
  }

  bool Answer(int fd, const ServerRequest& request) {
    ServerAnswer answer;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      requests_.push_back(request);
      answer = handler_(request);
    }
    if (answer.cut) return false;
    if (answer.hang) return Readable(fd) && false;
    Send(fd, "HTTP/1.1 " + std::to_string(answer.status) +
                 " x\r\nContent-Type: application/json\r\n" + answer.headers + "Content-Length: " +
                 std::to_string(answer.body.size()) + "\r\n\r\n" + answer.body);
    return true;
  }

  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::vector<ServerRequest> requests_;
  std::vector<std::thread> threads_;  // one for each connection; the acceptor alone adds to it
  std::thread acceptor_;
};

}  // namespace penstock::test

#endif
