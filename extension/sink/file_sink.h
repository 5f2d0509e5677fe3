// file_sink.h: sink type file: one line per event, JSON or delimited text, appended and flushed to
// disk. A header line counts with the first line that follows it.
//
// Exactly once: the side file holds the position and the length of the file that belongs to it. A
// restart cuts the file back to that length and the stream goes on from that position. The order is
// always: write lines, fdatasync the file, replace the side file (durably), then DeliveredLsn
// moves. A crash anywhere leaves either the old pair, and lines beyond it are cut, or the new one.
//
// Which earlier content is ours:
//   same sink, snapshot not completed  → cut back to where the snapshot began
//   same sink and slot                 → cut back to the stored length, go on from its position
//   anything else, or no side file     → append at the end
#ifndef PENSTOCK_SINK_FILE_SINK_H
#define PENSTOCK_SINK_FILE_SINK_H

#include <cstdint>
#include <memory>
#include <string>

#include "../core/retry.h"
#include "csv_line.h"
#include "file_io.h"
#include "file_options.h"
#include "file_position.h"
#include "output_plugin/event/buffer.h"
#include "sink.h"

namespace penstock::sink {

class FileSink final : public Sink {
 public:
  explicit FileSink(FileOptions options, std::unique_ptr<FileIo> io = std::make_unique<FileIo>(),
                    ClockMs clock = SteadyClockMs());
  ~FileSink() override;

  Result<Resume> Open(const Identity& identity, bool snapshot_pending) override;
  Status Deliver(const Event& event) override;
  void EndTransaction(uint64_t end_lsn) override;
  Status Poll(int timeout_ms) override;
  uint64_t DeliveredLsn() const override { return delivered_lsn_; }
  uint64_t InFlightEvents() const override { return open_.events + ended_.events; }
  uint64_t InFlightBytes() const override { return open_.bytes + ended_.bytes; }
  Status StorePosition(uint64_t lsn) override;
  bool StoresPosition() const override { return true; }
  void Abandon() override;

 private:
  struct Amount {
    uint64_t events = 0;
    uint64_t bytes = 0;
  };

  Result<Resume> Begin(const Identity& identity, bool snapshot_pending);
  Status LoadPosition(FilePosition* stored, bool* exists);
  Status StartAt(const FilePosition& position, uint64_t size);
  Status EndPartialLine(uint64_t* size);
  Status ReadHeader(uint64_t size, std::string* header);
  Status AppendLine(const Event& event);
  Status Flush();
  void CutPartialLine(size_t written);
  Status SyncLines();
  Status SyncAndStore();
  Status Store(const FilePosition& position);
  bool SyncDue() const;
  int64_t SyncWaitMs() const;
  Status Unavailable(const char* what, int64_t error);
  std::string PositionPath() const { return options_.path + ".position"; }

  FileOptions options_;
  std::unique_ptr<FileIo> io_;
  ClockMs clock_;
  Backoff backoff_;
  int fd_ = -1;
  CsvWriter csv_;                // file.format=csv
  event::Buffer buffer_;         // lines not yet written
  uint64_t file_offset_ = 0;     // where the buffer goes
  uint64_t unsynced_bytes_ = 0;  // written since the last fdatasync
  FilePosition stored_;          // as in the side file
  uint64_t ended_lsn_ = 0;       // last EndTransaction
  uint64_t ended_offset_ = 0;    // end of its lines
  int ends_seen_ = 0;
  Amount open_;   // lines after the last EndTransaction
  Amount ended_;  // lines before it that are not stored
  uint64_t delivered_lsn_ = 0;
  int64_t last_sync_ms_ = 0;
  Status trouble_;  // being retried
  Status failed_;   // for good
};

}  // namespace penstock::sink

#endif
