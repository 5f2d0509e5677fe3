// file_sink.cpp: see file_sink.h.
#include "file_sink.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>
#include <thread>
#include <utility>

#include "file_line.h"

namespace penstock::sink {
namespace {

constexpr BackoffPolicy kRetry{100, 5000, 2.0, 0.2};

std::string ErrnoText(int64_t error) { return std::strerror(static_cast<int>(-error)); }

Status OpenError(const std::string& path, int64_t error) {
  const std::string file = "file \"" + path + "\"";
  switch (-error) {
    case EBUSY:
      return {StatusCode::kUnavailable, file + " is in use by another sink"};
    case EINVAL:
      return {StatusCode::kInvalidOption, file + " is not a regular file"};
    case EACCES:
    case EPERM:
    case EROFS:
      return {StatusCode::kPermission, "could not open " + file + ": " + ErrnoText(error)};
    case ENOENT:
    case ENOTDIR:
      return {StatusCode::kIo, "could not open " + file + ": " + ErrnoText(error),
              "The folder must exist and belong to the server's user."};
    default:
      return {StatusCode::kUnavailable, "could not open " + file + ": " + ErrnoText(error)};
  }
}

void SleepMs(int64_t ms) {
  if (ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(ms));
}

}  // namespace

FileSink::FileSink(FileOptions options, std::unique_ptr<FileIo> io, ClockMs clock)
    : options_(std::move(options)),
      io_(std::move(io)),
      clock_(std::move(clock)),
      backoff_(kRetry, clock_),
      csv_(options_.delimiter) {}

FileSink::~FileSink() { Abandon(); }

Result<Resume> FileSink::Open(const Identity& identity, bool snapshot_pending) {
  Abandon();
  Result<Resume> resume = Begin(identity, snapshot_pending);
  if (!resume.ok()) {
    Abandon();
    return resume;
  }
  failed_ = trouble_ = {};
  return resume;
}

Result<Resume> FileSink::Begin(const Identity& identity, bool snapshot_pending) {
  fd_ = io_->OpenLocked(options_.path);
  if (fd_ < 0) return OpenError(options_.path, fd_);
  const int64_t size = io_->Size(fd_);
  if (size < 0) return OpenError(options_.path, size);
  uint64_t end = static_cast<uint64_t>(size);
  FilePosition stored;
  bool exists = false;
  if (Status status = LoadPosition(&stored, &exists); !status.ok()) return status;

  FilePosition start;
  const bool ours = exists && SameSink(stored.identity, identity);
  if (ours && snapshot_pending && !stored.streaming) {
    start.offset = std::min(end, stored.snapshot_offset);
    start.snapshot_offset = start.offset;
  } else if (ours && !snapshot_pending &&
             stored.identity.slot_start_lsn == identity.slot_start_lsn) {
    // A file that became shorter was rotated away: it goes on at its new end.
    start = stored;
    start.offset = std::min(end, stored.offset);
  } else {
    if (Status status = EndPartialLine(&end); !status.ok()) return status;
    start.offset = start.snapshot_offset = end;
  }
  start.identity = identity;
  start.streaming = !snapshot_pending;
  if (Status status = StartAt(start, end); !status.ok()) return status;
  return Resume{start.position_lsn};
}

Status FileSink::LoadPosition(FilePosition* stored, bool* exists) {
  std::string text;
  const int error = io_->ReadAll(PositionPath(), &text);
  *exists = error == 0;
  if (error == -ENOENT) return {};
  if (error != 0) return OpenError(PositionPath(), error);
  if (ParseFilePosition(text, stored)) return {};
  return {StatusCode::kDataError, "file \"" + PositionPath() + "\" is damaged",
          "Without it the sink appends to the file, and lines written before may come again; move "
          "it away to accept that."};
}

// Lines of somebody else may lack their last line end; ours must not be glued to them.
Status FileSink::EndPartialLine(uint64_t* size) {
  if (*size == 0) return {};
  char last = '\n';
  int64_t result = io_->Read(fd_, &last, 1, *size - 1);
  if (result == 1 && last != '\n') {
    result = io_->Write(fd_, "\n", 1, *size);
    *size += 1;
  }
  return result < 0 ? OpenError(options_.path, result) : Status();
}

// The first line of what the file holds, if it holds anything.
Status FileSink::ReadHeader(uint64_t size, std::string* header) {
  constexpr size_t kLongest = 1u << 20;
  header->resize(std::min<uint64_t>(size, kLongest));
  size_t read = 0;
  while (read < header->size()) {
    const int64_t result = io_->Read(fd_, header->data() + read, header->size() - read, read);
    if (result < 0) return OpenError(options_.path, result);
    if (result == 0) break;
    read += static_cast<size_t>(result);
  }
  header->resize(FirstCsvLine(std::string_view(*header).substr(0, read)));
  if (size == 0 || !header->empty()) return {};
  return {StatusCode::kDataError,
          "file \"" + options_.path + "\" does not begin with a header line",
          "Delimited text is not appended to a file of another kind; move it away."};
}

Status FileSink::StartAt(const FilePosition& position, uint64_t size) {
  if (options_.format == FileFormat::kCsv) {
    std::string header;
    if (Status status = ReadHeader(position.offset, &header); !status.ok()) return status;
    csv_.Start(std::move(header));
  }
  if (size > position.offset) {
    if (const int error = io_->Truncate(fd_, position.offset); error < 0) {
      return OpenError(options_.path, error);
    }
  }
  if (const int error = io_->Sync(fd_); error < 0) return OpenError(options_.path, error);
  if (Status status = Store(position); !status.ok()) return status;
  buffer_.Clear();
  file_offset_ = ended_offset_ = position.offset;
  unsynced_bytes_ = 0;
  ended_lsn_ = position.position_lsn;
  ends_seen_ = 0;
  delivered_lsn_ = 0;
  open_ = ended_ = {};
  last_sync_ms_ = clock_();
  return {};
}

Status FileSink::Deliver(const Event& event) {
  if (!failed_.ok()) return failed_;
  if (fd_ < 0) return {StatusCode::kInternal, "the file sink is not open"};
  if (buffer_.size() > options_.buffer_bytes) {
    if (!backoff_.Due()) return trouble_;
    if (Status status = Flush(); !status.ok()) return status;
  }
  const size_t before = buffer_.size();
  if (Status status = AppendLine(event); !status.ok()) return status;
  ++open_.events;
  open_.bytes += buffer_.size() - before;
  return {};
}

Status FileSink::AppendLine(const Event& event) {
  if (options_.format == FileFormat::kCsv) return csv_.Append(buffer_, event);
  return AppendFileLine(buffer_, event);
}

void FileSink::EndTransaction(uint64_t end_lsn) {
  ++ends_seen_;
  ended_lsn_ = std::max(ended_lsn_, end_lsn);
  ended_offset_ = file_offset_ + buffer_.size();
  if (InFlightEvents() == 0 && end_lsn <= stored_.position_lsn) {
    delivered_lsn_ = std::max(delivered_lsn_, end_lsn);  // known from an earlier run
  }
  ended_.events += open_.events;
  ended_.bytes += open_.bytes;
  open_ = {};
}

Status FileSink::Flush() {
  size_t written = 0;
  while (written < buffer_.size()) {
    const int64_t result =
        io_->Write(fd_, buffer_.data() + written, buffer_.size() - written, file_offset_ + written);
    if (result <= 0) {
      CutPartialLine(written);
      return Unavailable("write to", result == 0 ? -ENOSPC : result);
    }
    written += static_cast<size_t>(result);
  }
  file_offset_ += written;
  unsynced_bytes_ += written;
  buffer_.Clear();
  return {};
}

// The disk may stay full for hours: readers of the file see whole lines meanwhile.
void FileSink::CutPartialLine(size_t written) {
  const std::string_view text = buffer_.view().substr(0, written);
  const size_t whole = options_.format == FileFormat::kCsv ? WholeCsvLines(text)
                                                           : text.rfind('\n') + 1;  // npos + 1 is 0
  (void)io_->Truncate(fd_, file_offset_ + whole);  // restart cuts as well
  event::Buffer rest;
  rest.Append(buffer_.view().substr(whole));
  buffer_ = std::move(rest);
  file_offset_ += whole;
  unsynced_bytes_ += whole;
}

Status FileSink::Unavailable(const char* what, int64_t error) {
  backoff_.Fail();
  trouble_ = {StatusCode::kUnavailable, std::string("could not ") + what + " file \"" +
                                            options_.path + "\": " + ErrnoText(error)};
  return trouble_;
}

bool FileSink::SyncDue() const {
  const bool behind =
      ended_.events > 0 || ended_lsn_ > std::max(delivered_lsn_, stored_.position_lsn);
  return behind && (ended_.bytes >= options_.sync_bytes || SyncWaitMs() == 0);
}

int64_t FileSink::SyncWaitMs() const {
  return std::max<int64_t>(0, last_sync_ms_ + options_.sync_interval_ms - clock_());
}

// After a failed fsync nobody knows which pages reached the disk, and a second fsync would say
// "fine" (PostgreSQL learned that in 2018). So the sink stops; the restart cuts the file back to
// what was stored and everything since comes again.
Status FileSink::SyncLines() {
  if (unsynced_bytes_ == 0) return {};
  if (const int error = io_->Sync(fd_); error < 0) {
    failed_ = {StatusCode::kIo,
               "could not fsync file \"" + options_.path + "\": " + ErrnoText(error)};
    return failed_;
  }
  unsynced_bytes_ = 0;
  return {};
}

Status FileSink::Store(const FilePosition& position) {
  const int error = io_->Replace(PositionPath(), FormatFilePosition(position));
  if (error < 0) return Unavailable("store the position of", error);
  stored_ = position;
  return {};
}

Status FileSink::SyncAndStore() {
  if (Status status = SyncLines(); !status.ok()) return status;
  FilePosition next = stored_;
  next.position_lsn = ended_lsn_;
  next.offset = ended_offset_;
  // The first end after a pending snapshot is the snapshot's own.
  next.streaming = stored_.streaming || ends_seen_ > 1;
  if (Status status = Store(next); !status.ok()) return status;
  delivered_lsn_ = ended_lsn_;
  ended_ = {};
  last_sync_ms_ = clock_();
  return {};
}

Status FileSink::Poll(int timeout_ms) {
  if (!failed_.ok()) return failed_;
  if (fd_ < 0) return {StatusCode::kInternal, "the file sink is not open"};
  if (!backoff_.Due()) SleepMs(std::min<int64_t>(timeout_ms, backoff_.WaitMs()));
  if (!backoff_.Due()) return trouble_;
  if (Status status = Flush(); !status.ok()) return status;
  if (!SyncDue()) SleepMs(std::min<int64_t>(timeout_ms, SyncWaitMs()));
  if (SyncDue()) {
    if (Status status = SyncAndStore(); !status.ok()) return status;
  } else if (unsynced_bytes_ >= options_.sync_bytes) {
    // Within a large transaction: keeps the final fsync short.
    if (Status status = SyncLines(); !status.ok()) return status;
  }
  trouble_ = {};
  backoff_.Succeed();
  return {};
}

Status FileSink::StorePosition(uint64_t lsn) {
  if (!failed_.ok()) return failed_;
  if (InFlightEvents() > 0) return {StatusCode::kBusy, "events are in flight"};
  if (lsn <= stored_.position_lsn) return {};
  if (!backoff_.Due()) return trouble_;
  FilePosition next = stored_;
  next.position_lsn = lsn;
  next.streaming = true;
  return Store(next);
}

void FileSink::Abandon() {
  if (fd_ >= 0) (void)io_->Close(std::exchange(fd_, -1));
  buffer_.Clear();
  failed_ = {StatusCode::kInternal, "the file sink was abandoned"};
}

}  // namespace penstock::sink
