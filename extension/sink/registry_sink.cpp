// registry_sink.cpp: see registry_sink.h.
#include "registry_sink.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <utility>

namespace penstock::sink {
namespace {

constexpr size_t kHeadBytes = 5;

// A zero, and the id with its highest byte first. bytes has room for them.
void PutHead(std::optional<std::string_view>* bytes, uint32_t id, std::string* copy) {
  copy->assign(**bytes);
  for (size_t i = 1; i < kHeadBytes; ++i) {
    (*copy)[i] = static_cast<char>(id >> (8 * (kHeadBytes - 1 - i)));
  }
  *bytes = *copy;
}

}  // namespace

RegistrySink::RegistrySink(std::unique_ptr<Sink> behind, RegistryOptions options,
                           const ClockMs& clock)
    : behind_(std::move(behind)), registry_(std::move(options), clock) {}

RegistrySink::~RegistrySink() { Abandon(); }

Status RegistrySink::MakeWakeFd() {
  wake_fd_ = epoll_create1(EPOLL_CLOEXEC);
  if (wake_fd_ < 0) return {StatusCode::kInternal, "could not make an epoll descriptor"};
  for (const int fd : {behind_->WakeFd(), registry_.wake_fd()}) {
    epoll_event event{};
    event.events = EPOLLIN;
    if (fd >= 0 && epoll_ctl(wake_fd_, EPOLL_CTL_ADD, fd, &event) != 0) {
      return {StatusCode::kInternal, "could not watch a descriptor"};
    }
  }
  return {};
}

Result<Resume> RegistrySink::Open(const Identity& identity, bool snapshot_pending) {
  Result<Resume> resume = behind_->Open(identity, snapshot_pending);
  if (!resume.ok() || opened_) return resume;
  if (Status status = registry_.Open(); !status.ok()) return status;
  if (Status status = MakeWakeFd(); !status.ok()) return status;
  opened_ = true;
  return resume;
}

Status RegistrySink::Deliver(const Event& event) {
  if (!opened_) return {StatusCode::kInternal, "the schema registry is not open"};
  Event ready = event;
  uint32_t key_id = 0, value_id = 0;
  const bool key = event.key && event.key_schema.serial != 0;
  const bool value = event.value && event.value_schema.serial != 0;
  Status status;
  if (key) status = registry_.IdOf(event.topic, true, event.key_schema, &key_id);
  if (value) {
    // Both are asked for before the first is waited for, and a refusal is told first.
    Status other = registry_.IdOf(event.topic, false, event.value_schema, &value_id);
    const bool tells_more = status.code() == StatusCode::kBusy && !other.ok();
    if (status.ok() || tells_more) status = std::move(other);
  }
  waiting_ = !status.ok();
  if (waiting_) return status;
  if (key) PutHead(&ready.key, key_id, &key_);
  if (value) PutHead(&ready.value, value_id, &value_);
  return behind_->Deliver(ready);
}

Status RegistrySink::Poll(int timeout_ms) {
  if (opened_) registry_.Poll(0);
  Status status = behind_->Poll(timeout_ms);
  if (!status.ok() || !waiting_) return status;
  return registry_.Trouble();
}

void RegistrySink::Abandon() {
  behind_->Abandon();
  if (!opened_) return;
  opened_ = false;
  left_threads_ = !registry_.Abandon();
  if (wake_fd_ >= 0) close(std::exchange(wake_fd_, -1));
}

}  // namespace penstock::sink
