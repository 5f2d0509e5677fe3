// http_client.cpp: see http_client.h. The loop is libcurl's "multi socket" way: it says which
// sockets and which time to wait for, an epoll descriptor holds them.
#include "http_client.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "blocked_signals.h"
#include "curl_prelude.h"
#include "gzip.h"
#include "http_nodes.h"

namespace penstock::sink {
namespace {

constexpr size_t kMaxAnswerBytes = 128 << 20;
// Before a body that large the server is asked whether it wants it, so that "too large" is an
// answer and not a broken connection.
constexpr size_t kAskFirstBytes = 1 << 20;
constexpr int kMaxEvents = 64;

struct Transfer {
  CurlList headers;
  std::string url;
  std::string compressed;
  size_t node = 0;
  bool answer_too_large = false;
  std::array<char, CURL_ERROR_SIZE> error{};
  HttpResponse response;
  CurlEasy easy;  // the first to go: it points to the others
};

size_t TakeBytes(char* bytes, size_t size, size_t count, void* opaque) {
  auto* transfer = static_cast<Transfer*>(opaque);
  std::string& body = transfer->response.body;
  if (body.size() + size * count > kMaxAnswerBytes) {
    transfer->answer_too_large = true;
    return 0;
  }
  body.append(bytes, size * count);
  return size * count;
}

void SetTimer(int fd, int64_t ms) {
  itimerspec spec = {};
  if (ms >= 0) {
    spec.it_value.tv_sec = ms / 1000;
    spec.it_value.tv_nsec = ms == 0 ? 1 : ms % 1000 * 1'000'000;
  }
  (void)timerfd_settime(fd, 0, &spec, nullptr);
}

void Drain(int fd) {
  uint64_t count = 0;
  (void)!read(fd, &count, sizeof(count));
}

void SetText(CURL* easy, CURLoption option, const std::string& text) {
  if (!text.empty()) (void)curl_easy_setopt(easy, option, text.c_str());
}

void SetBlob(CURL* easy, CURLoption option, const std::string& text) {
  if (text.empty()) return;
  curl_blob blob = {const_cast<char*>(text.data()), text.size(), CURL_BLOB_COPY};
  (void)curl_easy_setopt(easy, option, &blob);
}

void SetTls(CURL* easy, const HttpTls& tls) {
  (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, tls.verify_certificate ? 1L : 0L);
  (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, tls.verify_name ? 2L : 0L);
  SetText(easy, CURLOPT_CAINFO, tls.ca_file);
#if LIBCURL_VERSION_NUM >= 0x074d00
  SetBlob(easy, CURLOPT_CAINFO_BLOB, tls.ca_pem);
#endif
  if (tls.pkcs12) (void)curl_easy_setopt(easy, CURLOPT_SSLCERTTYPE, "P12");
  SetText(easy, CURLOPT_SSLCERT, tls.certificate_file);
  SetBlob(easy, CURLOPT_SSLCERT_BLOB, tls.certificate_pem);
  if (!tls.pkcs12) SetText(easy, CURLOPT_SSLKEY, tls.key_file);
  SetBlob(easy, CURLOPT_SSLKEY_BLOB, tls.key_pem);
  SetText(easy, CURLOPT_KEYPASSWD, tls.key_password);
  SetText(easy, CURLOPT_SSL_CIPHER_LIST, tls.ciphers);
}

// Neither the environment nor files of the server's user decide where requests go.
void SetProxy(CURL* easy, const HttpOptions& options) {
  (void)curl_easy_setopt(easy, CURLOPT_PROXY, options.proxy_host.c_str());
  (void)curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
  if (options.proxy_host.empty()) return;
  (void)curl_easy_setopt(easy, CURLOPT_PROXYPORT, static_cast<long>(options.proxy_port));
  SetText(easy, CURLOPT_PROXYUSERNAME, options.proxy_user);
  SetText(easy, CURLOPT_PROXYPASSWORD, options.proxy_password);
}

void SetLimits(CURL* easy, const HttpOptions& options) {
  (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075500
  (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
  (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // no wait for name look-ups
#endif
  (void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  (void)curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  (void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                         static_cast<long>(options.connect_timeout_ms));
  // A limit on silence, not on the whole transfer: a slow network is no reason to start again.
  (void)curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  (void)curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME,
                         static_cast<long>((options.read_timeout_ms + 999) / 1000));
  (void)curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN,
                         static_cast<long>((options.max_idle_ms + 999) / 1000));
  (void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  (void)curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 512L * 1024);
}

void AddHeader(CurlList* list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list->get(), line.c_str());
  if (longer == nullptr) return;
  (void)list->release();
  list->reset(longer);
}

// Whether the connection was made, so that at least a part of the request was sent.
bool WasSent(CURL* easy) {
  curl_off_t us = 0;
  return curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &us) == CURLE_OK && us > 0;
}

// Whether libcurl may still have a thread that looks up the name.
bool MayResolve(CURL* easy) {
  curl_off_t us = 0;
  return curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &us) == CURLE_OK && us == 0;
}

}  // namespace

class HttpClient::Impl {
 public:
  Impl(HttpOptions options, const ClockMs& clock)
      : options_(std::move(options)), nodes_(options_.nodes, clock) {}
  ~Impl() {
    (void)Abandon();
    multi_.reset();
    for (const int fd : {curl_timer_, wake_timer_, epoll_}) {
      if (fd >= 0) (void)close(fd);
    }
  }

  Status Open();
  uint64_t Start(HttpRequest request);
  void Perform(int timeout_ms, std::vector<HttpResponse>* answers);
  void WakeAfter(int64_t ms);
  bool Abandon();
  int epoll() const { return epoll_; }
  size_t running() const { return transfers_.size(); }
  bool HasLiveNode() const { return nodes_.HasLive(); }

 private:
  static int OnSocket(CURL* easy, curl_socket_t socket, int what, void* opaque, void* seen);
  static int OnTimer(CURLM* multi, long ms, void* opaque);
  void Configure(Transfer* transfer);
  void SetBody(Transfer* transfer);
  void Handle(const epoll_event& event);
  void TakeDone(std::vector<HttpResponse>* answers);
  void Finish(Transfer* transfer, CURLcode result);

  HttpOptions options_;
  HttpNodes nodes_;
  CurlMulti multi_;
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> transfers_;
  std::vector<HttpResponse> failed_;  // could not even be started
  uint64_t last_id_ = 0;
  int epoll_ = -1;
  int curl_timer_ = -1;
  int wake_timer_ = -1;
  bool wake_set_ = false;
  bool left_threads_ = false;  // of a request that was dropped while its name was looked up
};

Status HttpClient::Impl::Open() {
  if (multi_ != nullptr) return {};
  if (options_.nodes.empty()) {
    return {StatusCode::kInvalidOption, "no URL of a server is given"};
  }
#if LIBCURL_VERSION_NUM < 0x074d00
  if (!options_.tls.ca_pem.empty()) {
    return {StatusCode::kNotSupported, "CA certificates as text need libcurl 7.77 or newer",
            "Use ssl.ca.location."};
  }
#endif
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (epoll_ < 0) epoll_ = epoll_create1(EPOLL_CLOEXEC);
  if (curl_timer_ < 0) curl_timer_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (wake_timer_ < 0) wake_timer_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  multi_.reset(ready == CURLE_OK ? curl_multi_init() : nullptr);
  if (multi_ == nullptr || epoll_ < 0 || curl_timer_ < 0 || wake_timer_ < 0) {
    multi_.reset();
    return {StatusCode::kInternal, "could not start the HTTP client"};
  }
  for (const int fd : {curl_timer_, wake_timer_}) {
    epoll_event event = {};
    event.events = EPOLLIN;
    event.data.fd = fd;
    (void)epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }
  (void)curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, OnSocket);
  (void)curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
  (void)curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, OnTimer);
  (void)curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
  return {};
}

int HttpClient::Impl::OnSocket(CURL* /*easy*/, curl_socket_t socket, int what, void* opaque,
                               void* /*seen*/) {
  auto* self = static_cast<Impl*>(opaque);
  if (what == CURL_POLL_REMOVE) {
    (void)epoll_ctl(self->epoll_, EPOLL_CTL_DEL, socket, nullptr);
    return 0;
  }
  epoll_event event = {};
  event.data.fd = socket;
  if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
  if (epoll_ctl(self->epoll_, EPOLL_CTL_MOD, socket, &event) != 0) {
    (void)epoll_ctl(self->epoll_, EPOLL_CTL_ADD, socket, &event);
  }
  return 0;
}

int HttpClient::Impl::OnTimer(CURLM* /*multi*/, long ms, void* opaque) {
  SetTimer(static_cast<Impl*>(opaque)->curl_timer_, ms);
  return 0;
}

uint64_t HttpClient::Impl::Start(HttpRequest request) {
  auto transfer = std::make_unique<Transfer>();
  transfer->response.id = ++last_id_;
  transfer->response.request = std::move(request);
  transfer->easy.reset(curl_easy_init());
  if (transfer->easy != nullptr) {
    Configure(transfer.get());
    const BlockedSignals blocked;
    if (curl_multi_add_handle(multi_.get(), transfer->easy.get()) == CURLM_OK) {
      transfers_.emplace(transfer->easy.get(), std::move(transfer));
      return last_id_;
    }
  }
  transfer->response.node.clear();
  transfer->response.error = "libcurl did not take the request";
  failed_.push_back(std::move(transfer->response));
  return last_id_;
}

void HttpClient::Impl::Configure(Transfer* transfer) {
  CURL* easy = transfer->easy.get();
  transfer->node = nodes_.Next();
  transfer->response.node = nodes_.Url(transfer->node);
  transfer->url = transfer->response.node + transfer->response.request.path;
  (void)curl_easy_setopt(easy, CURLOPT_URL, transfer->url.c_str());
  (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error.data());
  (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, TakeBytes);
  (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
  SetLimits(easy, options_);
  SetProxy(easy, options_);
  SetTls(easy, options_.tls);
  if (!options_.user.empty()) {
    (void)curl_easy_setopt(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    SetText(easy, CURLOPT_USERNAME, options_.user);
    SetText(easy, CURLOPT_PASSWORD, options_.password);
  }
  AddHeader(&transfer->headers, "Accept: application/json");
  if (!options_.api_key.empty()) {
    AddHeader(&transfer->headers, "Authorization: ApiKey " + options_.api_key);
  }
  if (!options_.bearer_token.empty()) {
    AddHeader(&transfer->headers, "Authorization: Bearer " + options_.bearer_token);
  }
  if (options_.gzip) (void)curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  SetBody(transfer);
  (void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers.get());
}

void HttpClient::Impl::SetBody(Transfer* transfer) {
  CURL* easy = transfer->easy.get();
  const HttpRequest& request = transfer->response.request;
  (void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method);
  if (request.method == std::string_view("GET") || request.method == std::string_view("DELETE")) {
    return;
  }
  const std::string* body = &request.body;
  if (options_.gzip && !body->empty() && Gzip(request.body, &transfer->compressed)) {
    body = &transfer->compressed;
    AddHeader(&transfer->headers, "Content-Encoding: gzip");
  }
  AddHeader(&transfer->headers, std::string("Content-Type: ") + request.content_type);
  if (body->size() < kAskFirstBytes) AddHeader(&transfer->headers, "Expect:");
  (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
  (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body->data());
}

void HttpClient::Impl::Perform(int timeout_ms, std::vector<HttpResponse>* answers) {
  std::array<epoll_event, kMaxEvents> events;
  const BlockedSignals blocked;
  const int count = epoll_wait(epoll_, events.data(), kMaxEvents, failed_.empty() ? timeout_ms : 0);
  for (int i = 0; i < count; ++i) Handle(events[i]);
  TakeDone(answers);
  for (HttpResponse& response : failed_) answers->push_back(std::move(response));
  failed_.clear();
}

void HttpClient::Impl::Handle(const epoll_event& event) {
  int running = 0;
  if (event.data.fd == wake_timer_) {
    Drain(wake_timer_);
    wake_set_ = false;
  } else if (event.data.fd == curl_timer_) {
    Drain(curl_timer_);
    (void)curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
  } else {
    int what = 0;
    if ((event.events & EPOLLIN) != 0) what |= CURL_CSELECT_IN;
    if ((event.events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
    if ((event.events & (EPOLLERR | EPOLLHUP)) != 0) what |= CURL_CSELECT_ERR;
    (void)curl_multi_socket_action(multi_.get(), event.data.fd, what, &running);
  }
}

void HttpClient::Impl::TakeDone(std::vector<HttpResponse>* answers) {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode result = message->data.result;
    const auto found = transfers_.find(message->easy_handle);
    std::unique_ptr<Transfer> transfer = std::move(found->second);
    transfers_.erase(found);
    Finish(transfer.get(), result);
    left_threads_ =
        left_threads_ || (result == CURLE_OPERATION_TIMEDOUT && MayResolve(transfer->easy.get()));
    (void)curl_multi_remove_handle(multi_.get(), transfer->easy.get());
    answers->push_back(std::move(transfer->response));
  }
}

void HttpClient::Impl::Finish(Transfer* transfer, CURLcode result) {
  HttpResponse& response = transfer->response;
  if (result != CURLE_OK) {
    std::string reason =
        transfer->error[0] != '\0' ? transfer->error.data() : curl_easy_strerror(result);
    if (transfer->answer_too_large) reason = "the answer is too large";
    response.error = response.node + ": " + reason;
    response.sent = WasSent(transfer->easy.get());
    response.timed_out = response.sent && result == CURLE_OPERATION_TIMEDOUT;
    nodes_.Failed(transfer->node);
    return;
  }
  long status = 0;
  long connections = 0;
  curl_off_t retry_after_s = 0;
  (void)curl_easy_getinfo(transfer->easy.get(), CURLINFO_RESPONSE_CODE, &status);
  (void)curl_easy_getinfo(transfer->easy.get(), CURLINFO_NUM_CONNECTS, &connections);
  (void)curl_easy_getinfo(transfer->easy.get(), CURLINFO_RETRY_AFTER, &retry_after_s);
  response.status = static_cast<int>(status);
  response.connected = connections > 0;
  response.retry_after_ms = std::clamp<int64_t>(retry_after_s, 0, 3600) * 1000;
  if (status >= 502 && status <= 504) {
    nodes_.Failed(transfer->node);
  } else {
    nodes_.Answered(transfer->node);
  }
}

void HttpClient::Impl::WakeAfter(int64_t ms) {
  if (ms < 0 && !wake_set_) return;
  SetTimer(wake_timer_, ms);
  wake_set_ = ms >= 0;
}

bool HttpClient::Impl::Abandon() {
  for (auto& [easy, transfer] : transfers_) {
    left_threads_ = left_threads_ || MayResolve(easy);
    (void)curl_multi_remove_handle(multi_.get(), easy);
  }
  transfers_.clear();
  failed_.clear();
  return !left_threads_;
}

HttpClient::HttpClient(HttpOptions options, const ClockMs& clock)
    : impl_(std::make_unique<Impl>(std::move(options), clock)) {}
HttpClient::~HttpClient() = default;
Status HttpClient::Open() { return impl_->Open(); }
uint64_t HttpClient::Start(HttpRequest request) { return impl_->Start(std::move(request)); }
void HttpClient::Perform(int timeout_ms, std::vector<HttpResponse>* answers) {
  impl_->Perform(timeout_ms, answers);
}
void HttpClient::WakeAfter(int64_t ms) { impl_->WakeAfter(ms); }
int HttpClient::wake_fd() const { return impl_->epoll(); }
size_t HttpClient::running() const { return impl_->running(); }
bool HttpClient::HasLiveNode() const { return impl_->HasLiveNode(); }
bool HttpClient::Abandon() { return impl_->Abandon(); }

std::string UrlEncode(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kHex[static_cast<unsigned char>(c) >> 4];
      encoded += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
  return encoded;
}

}  // namespace penstock::sink
