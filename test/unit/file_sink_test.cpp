// The file sink: what a reader finds, whatever stops the writer and wherever.
#include "extension/sink/file_sink.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace penstock::sink {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

void WriteFile(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

class TempDir {
 public:
  TempDir() {
    std::string name = (fs::temp_directory_path() / "penstock-file-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TempDir() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// The real calls, counted. At call number stop_at the process "dies": that call does half of its
// work (writes) or none, and every later one does nothing. Or calls fail with an errno for a while.
class TestIo final : public FileIo {
 public:
  struct Control {
    int calls = 0;
    int stop_at = -1;
    int fail_writes = 0;  // so many writes fail after half their bytes
    int fail_syncs = 0;
    int fail_replaces = 0;
    int error = ENOSPC;
    int syncs = 0;
    bool dead = false;
  };
  explicit TestIo(Control* control) : control_(control) {}

  int64_t Write(int fd, const char* data, size_t size, uint64_t offset) override {
    if (Dies()) {
      if (!was_dead_) FileIo::Write(fd, data, size / 2, offset);
      return -EIO;
    }
    if (control_->fail_writes > 0) {
      if (half_) {
        half_ = false;
        --control_->fail_writes;
        return -control_->error;
      }
      half_ = true;
      return FileIo::Write(fd, data, (size + 1) / 2, offset);
    }
    return FileIo::Write(fd, data, size, offset);
  }
  int Truncate(int fd, uint64_t size) override {
    return Dies() ? -EIO : FileIo::Truncate(fd, size);
  }
  int Sync(int fd) override {
    if (Dies()) return -EIO;
    ++control_->syncs;
    if (control_->fail_syncs > 0) {
      --control_->fail_syncs;
      return -control_->error;
    }
    return FileIo::Sync(fd);
  }
  int Replace(const std::string& path, const std::string& content) override {
    if (Dies()) {
      if (!was_dead_) WriteFile(path + ".new", content.substr(0, content.size() / 2));
      return -EIO;
    }
    if (control_->fail_replaces > 0) {
      --control_->fail_replaces;
      return -control_->error;
    }
    return FileIo::Replace(path, content);
  }

 private:
  bool Dies() {
    was_dead_ = control_->dead;
    if (control_->calls++ == control_->stop_at) control_->dead = true;
    return control_->dead;
  }

  Control* control_;
  bool was_dead_ = false;
  bool half_ = false;
};

std::string CsvLineOf(const std::string& value) { return "\"" + value + "\n\"\n"; }

Identity MakeIdentity(uint64_t slot_start_lsn = 1) { return {"s", "7", "slot", slot_start_lsn}; }

std::string LineOf(const std::string& value) {
  return "{\"topic\":\"t\",\"key\":null,\"value\":\"" + value + "\",\"headers\":{}}\n";
}

class FileSinkTest : public ::testing::Test {
 protected:
  std::string Path() const { return (dir_.path() / "out.jsonl").string(); }
  std::string PositionPath() const { return Path() + ".position"; }

  std::unique_ptr<FileSink> MakeSink(uint64_t buffer_bytes = 0) {
    FileOptions options;
    options.path = Path();
    options.format = format_;
    options.buffer_bytes = buffer_bytes;
    options.sync_bytes = 1 << 20;
    options.sync_interval_ms = 10;
    return std::make_unique<FileSink>(options, std::make_unique<TestIo>(&control_),
                                      [this] { return now_ms_; });
  }

  Status Deliver(FileSink* sink, const std::string& value) {
    const std::string record = "{\"v\":\"" + value + "\\n\"}";
    Event event;
    event.topic = "t";
    event.value = format_ == FileFormat::kCsv ? record : value;
    return sink->Deliver(event);
  }

  // Every time the clock is asked to, it moves past the sync interval.
  Status PollLater(FileSink* sink) {
    now_ms_ += 10000;
    return sink->Poll(0);
  }

  TempDir dir_;
  TestIo::Control control_;
  FileFormat format_ = FileFormat::kJson;
  int64_t now_ms_ = 0;
};

TEST_F(FileSinkTest, LinesAreDurableBeforeThePositionMoves) {
  auto sink = MakeSink(1000);
  ASSERT_EQ(sink->Open(MakeIdentity(), false).value().position_lsn, 0u);
  ASSERT_TRUE(Deliver(sink.get(), "a").ok());
  EXPECT_EQ(sink->InFlightEvents(), 1u);
  sink->EndTransaction(10);
  const int syncs = control_.syncs;
  ASSERT_TRUE(sink->Poll(0).ok());  // the interval is not over
  EXPECT_EQ(sink->DeliveredLsn(), 0u);
  EXPECT_EQ(ReadFile(Path()), LineOf("a"));
  ASSERT_TRUE(PollLater(sink.get()).ok());
  EXPECT_EQ(sink->DeliveredLsn(), 10u);
  EXPECT_EQ(control_.syncs, syncs + 1);
  EXPECT_EQ(sink->InFlightEvents(), 0u);
  EXPECT_EQ(sink->InFlightBytes(), 0u);
}

TEST_F(FileSinkTest, OnlyTheOwnerReads) {
  auto sink = MakeSink();
  ASSERT_TRUE(sink->Open(MakeIdentity(), false).ok());
  for (const std::string& path : {Path(), PositionPath()}) {
    struct stat info{};
    ASSERT_EQ(stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u) << path;
  }
}

TEST_F(FileSinkTest, RestartCutsWhatWasNotStored) {
  auto sink = MakeSink();
  ASSERT_TRUE(sink->Open(MakeIdentity(), false).ok());
  ASSERT_TRUE(Deliver(sink.get(), "a").ok());
  sink->EndTransaction(10);
  ASSERT_TRUE(PollLater(sink.get()).ok());
  ASSERT_TRUE(Deliver(sink.get(), "b").ok());
  ASSERT_TRUE(PollLater(sink.get()).ok());  // written, but its transaction is open
  EXPECT_EQ(ReadFile(Path()), LineOf("a") + LineOf("b"));
  sink.reset();
  sink = MakeSink();
  EXPECT_EQ(sink->Open(MakeIdentity(), false).value().position_lsn, 10u);
  EXPECT_EQ(ReadFile(Path()), LineOf("a"));
}

TEST_F(FileSinkTest, AnotherSlotAppends) {
  WriteFile(Path(), "of somebody else");  // without a line end
  auto sink = MakeSink();
  ASSERT_EQ(sink->Open(MakeIdentity(1), false).value().position_lsn, 0u);
  ASSERT_TRUE(Deliver(sink.get(), "a").ok());
  sink->EndTransaction(10);
  ASSERT_TRUE(PollLater(sink.get()).ok());
  sink.reset();
  sink = MakeSink();
  EXPECT_EQ(sink->Open(MakeIdentity(2), false).value().position_lsn, 0u);
  EXPECT_EQ(ReadFile(Path()), "of somebody else\n" + LineOf("a"));
}

TEST_F(FileSinkTest, SnapshotStartsAgainWhereItBegan) {
  WriteFile(Path(), "old\n");
  auto sink = MakeSink();
  ASSERT_TRUE(sink->Open(MakeIdentity(1), true).ok());
  ASSERT_TRUE(Deliver(sink.get(), "row 1").ok());
  ASSERT_TRUE(PollLater(sink.get()).ok());
  sink.reset();
  // The provisional slot was made again: another start.
  sink = MakeSink();
  ASSERT_EQ(sink->Open(MakeIdentity(2), true).value().position_lsn, 0u);
  EXPECT_EQ(ReadFile(Path()), "old\n");
  ASSERT_TRUE(Deliver(sink.get(), "row 1").ok());
  sink->EndTransaction(5);
  ASSERT_TRUE(PollLater(sink.get()).ok());
  EXPECT_EQ(sink->DeliveredLsn(), 5u);
  // Stored here, but the catalogue never learned of it.
  sink.reset();
  sink = MakeSink();
  ASSERT_EQ(sink->Open(MakeIdentity(3), true).value().position_lsn, 0u);
  EXPECT_EQ(ReadFile(Path()), "old\n");
}

TEST_F(FileSinkTest, SinkMadeAgainKeepsTheOldStream) {
  auto sink = MakeSink();
  ASSERT_TRUE(sink->Open(MakeIdentity(1), true).ok());
  ASSERT_TRUE(Deliver(sink.get(), "row").ok());
  sink->EndTransaction(5);
  ASSERT_TRUE(PollLater(sink.get()).ok());
  ASSERT_TRUE(Deliver(sink.get(), "change").ok());
  sink->EndTransaction(6);
  ASSERT_TRUE(PollLater(sink.get()).ok());
  sink.reset();
  sink = MakeSink();
  ASSERT_TRUE(sink->Open(MakeIdentity(100), true).ok());
  EXPECT_EQ(ReadFile(Path()), LineOf("row") + LineOf("change"));
}

TEST_F(FileSinkTest, IdlePositionIsStored) {
  auto sink = MakeSink();
  ASSERT_TRUE(sink->Open(MakeIdentity(), false).ok());
  ASSERT_TRUE(Deliver(sink.get(), "a").ok());
  EXPECT_EQ(sink->StorePosition(5).code(), StatusCode::kBusy);
  sink->EndTransaction(10);
  ASSERT_TRUE(PollLater(sink.get()).ok());
  ASSERT_TRUE(sink->StorePosition(500).ok());
  sink.reset();
  sink = MakeSink();
  EXPECT_EQ(sink->Open(MakeIdentity(), false).value().position_lsn, 500u);
  EXPECT_EQ(ReadFile(Path()), LineOf("a"));
}

TEST_F(FileSinkTest, RotatedFileGoesOnAtItsBeginning) {
  auto sink = MakeSink();
  ASSERT_TRUE(sink->Open(MakeIdentity(), false).ok());
  ASSERT_TRUE(Deliver(sink.get(), "a").ok());
  sink->EndTransaction(10);
  ASSERT_TRUE(PollLater(sink.get()).ok());
  sink.reset();
  fs::rename(Path(), Path() + ".1");
  sink = MakeSink();
  EXPECT_EQ(sink->Open(MakeIdentity(), false).value().position_lsn, 10u);
  ASSERT_TRUE(Deliver(sink.get(), "b").ok());
  sink->EndTransaction(20);
  ASSERT_TRUE(PollLater(sink.get()).ok());
  EXPECT_EQ(ReadFile(Path()), LineOf("b"));
}

TEST_F(FileSinkTest, FullDiskIsRetriedWithWholeLines) {
  auto sink = MakeSink(1 << 20);
  ASSERT_TRUE(sink->Open(MakeIdentity(), false).ok());
  std::string expected;
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(Deliver(sink.get(), "value " + std::to_string(i)).ok());
    expected += LineOf("value " + std::to_string(i));
  }
  sink->EndTransaction(10);
  control_.fail_writes = 3;
  for (int i = 0; i < 3; ++i) {
    const Status status = PollLater(sink.get());
    EXPECT_EQ(status.code(), StatusCode::kUnavailable);
    EXPECT_NE(status.message().find(std::strerror(ENOSPC)), std::string::npos);
    const std::string content = ReadFile(Path());
    EXPECT_TRUE(content.empty() || content.back() == '\n');
    EXPECT_EQ(sink->DeliveredLsn(), 0u);
    EXPECT_EQ(sink->Poll(0).code(), StatusCode::kUnavailable);  // the pause is not over
  }
  ASSERT_TRUE(PollLater(sink.get()).ok());
  EXPECT_EQ(sink->DeliveredLsn(), 10u);
  EXPECT_EQ(ReadFile(Path()), expected);
}

TEST_F(FileSinkTest, FullDiskIsRetriedWithWholeRecords) {
  format_ = FileFormat::kCsv;
  auto sink = MakeSink(1 << 20);
  ASSERT_TRUE(sink->Open(MakeIdentity(), false).ok());
  std::string expected = "v\n";
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(Deliver(sink.get(), "value " + std::to_string(i)).ok());
    expected += CsvLineOf("value " + std::to_string(i));
  }
  sink->EndTransaction(10);
  control_.fail_writes = 3;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(PollLater(sink.get()).code(), StatusCode::kUnavailable);
    const std::string content = ReadFile(Path());
    EXPECT_EQ(content, expected.substr(0, content.size()));
    EXPECT_EQ(WholeCsvLines(content), content.size());
  }
  ASSERT_TRUE(PollLater(sink.get()).ok());
  EXPECT_EQ(ReadFile(Path()), expected);
}

TEST_F(FileSinkTest, RecordsGoBelowTheirHeaderOnly) {
  format_ = FileFormat::kCsv;
  auto sink = MakeSink();
  ASSERT_TRUE(sink->Open(MakeIdentity(1), false).ok());
  ASSERT_TRUE(Deliver(sink.get(), "a").ok());
  sink->EndTransaction(10);
  ASSERT_TRUE(PollLater(sink.get()).ok());
  sink.reset();
  for (uint64_t slot : {1, 2}) {  // the same stream, and a new one
    sink = MakeSink();
    ASSERT_TRUE(sink->Open(MakeIdentity(slot), false).ok());
    ASSERT_TRUE(Deliver(sink.get(), "b").ok());
    sink->EndTransaction(20);
    ASSERT_TRUE(PollLater(sink.get()).ok());
    sink.reset();
  }
  EXPECT_EQ(ReadFile(Path()), "v\n" + CsvLineOf("a") + CsvLineOf("b") + CsvLineOf("b"));
  fs::remove(PositionPath());
  WriteFile(Path(), "other,columns\n1,2\n");
  sink = MakeSink();
  ASSERT_TRUE(sink->Open(MakeIdentity(), false).ok());
  EXPECT_EQ(Deliver(sink.get(), "a").code(), StatusCode::kDataError);
  sink.reset();
  fs::remove(PositionPath());
  WriteFile(Path(), "\"");
  EXPECT_EQ(MakeSink()->Open(MakeIdentity(), false).status().code(), StatusCode::kDataError);
}

TEST_F(FileSinkTest, FullBufferOnAFullDiskIsRefused) {
  auto sink = MakeSink(10);
  ASSERT_TRUE(sink->Open(MakeIdentity(), false).ok());
  ASSERT_TRUE(Deliver(sink.get(), "a").ok());
  control_.fail_writes = 1;
  EXPECT_EQ(Deliver(sink.get(), "b").code(), StatusCode::kUnavailable);
  EXPECT_EQ(Deliver(sink.get(), "b").code(), StatusCode::kUnavailable);
  now_ms_ += 10000;
  ASSERT_TRUE(Deliver(sink.get(), "b").ok());
  sink->EndTransaction(1);
  ASSERT_TRUE(PollLater(sink.get()).ok());
  EXPECT_EQ(ReadFile(Path()), LineOf("a") + LineOf("b"));
}

TEST_F(FileSinkTest, PositionThatCannotBeStoredIsRetried) {
  auto sink = MakeSink();
  ASSERT_TRUE(sink->Open(MakeIdentity(), false).ok());
  ASSERT_TRUE(Deliver(sink.get(), "a").ok());
  sink->EndTransaction(10);
  control_.fail_replaces = 1;
  EXPECT_EQ(PollLater(sink.get()).code(), StatusCode::kUnavailable);
  EXPECT_EQ(sink->DeliveredLsn(), 0u);
  EXPECT_EQ(sink->InFlightEvents(), 1u);
  ASSERT_TRUE(PollLater(sink.get()).ok());
  EXPECT_EQ(sink->DeliveredLsn(), 10u);
}

TEST_F(FileSinkTest, FailedSyncStopsTheSink) {
  auto sink = MakeSink();
  ASSERT_TRUE(sink->Open(MakeIdentity(), false).ok());
  ASSERT_TRUE(Deliver(sink.get(), "a").ok());
  sink->EndTransaction(10);
  control_.fail_syncs = 1;
  control_.error = EIO;
  EXPECT_EQ(PollLater(sink.get()).code(), StatusCode::kIo);
  EXPECT_EQ(PollLater(sink.get()).code(), StatusCode::kIo);  // a second fsync would lie
  EXPECT_EQ(sink->DeliveredLsn(), 0u);
  ASSERT_TRUE(sink->Open(MakeIdentity(), false).ok());
  EXPECT_EQ(ReadFile(Path()), "");
}

TEST_F(FileSinkTest, OnlyRegularFilesThatNobodyElseHas) {
  auto first = MakeSink();
  ASSERT_TRUE(first->Open(MakeIdentity(), false).ok());
  EXPECT_EQ(MakeSink()->Open(MakeIdentity(), false).status().code(), StatusCode::kUnavailable);
  first.reset();
  for (const auto& make : std::vector<std::function<void()>>{
           [&] { fs::create_directory(Path()); },
           [&] { ASSERT_EQ(mkfifo(Path().c_str(), 0600), 0); },
           [&] { fs::create_symlink("/etc/passwd", Path()); },
       }) {
    fs::remove_all(Path());
    make();
    const Status status = MakeSink()->Open(MakeIdentity(), false).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidOption) << status.message();
    EXPECT_NE(status.message().find("is not a regular file"), std::string::npos);
  }
}

TEST_F(FileSinkTest, DamagedPositionIsAnError) {
  auto sink = MakeSink();
  ASSERT_TRUE(sink->Open(MakeIdentity(), false).ok());
  sink.reset();
  std::string text = ReadFile(PositionPath());
  text[text.find("offset=") + 7] ^= 1;
  WriteFile(PositionPath(), text);
  EXPECT_EQ(MakeSink()->Open(MakeIdentity(), false).status().code(), StatusCode::kDataError);
}

// A source of transactions with one to three events, of which the sink gets those after its
// position, as from a slot. Returns false when the process died on the way.
constexpr int kTransactions = 12;

std::string ExpectedStream(std::string (*line_of)(const std::string&) = LineOf) {
  std::string text;
  for (int t = 1; t <= kTransactions; ++t) {
    for (int e = 0; e <= t % 3; ++e) {
      text += line_of(std::to_string(t) + "/" + std::to_string(e));
    }
  }
  return text;
}

// Dies at every call in turn, then runs to the end undisturbed: each line is there exactly once.
class CrashTest : public FileSinkTest {
 protected:
  void Run(uint64_t* confirmed) {
    auto sink = MakeSink(40);
    const Result<Resume> resume = sink->Open(MakeIdentity(), false);
    if (!resume.ok()) return;
    const uint64_t start = std::max(*confirmed, resume.value().position_lsn);
    for (int t = 1; t <= kTransactions; ++t) {
      const uint64_t end_lsn = static_cast<uint64_t>(t) * 10;
      if (end_lsn <= start) continue;
      for (int e = 0; e <= t % 3; ++e) {
        if (!Deliver(sink.get(), std::to_string(t) + "/" + std::to_string(e)).ok()) return;
      }
      sink->EndTransaction(end_lsn);
      if (t % 2 == 0 && !PollLater(sink.get()).ok()) return;
      *confirmed = std::max(*confirmed, sink->DeliveredLsn());
    }
    if (PollLater(sink.get()).ok()) *confirmed = std::max(*confirmed, sink->DeliveredLsn());
  }

  void StopEverywhere(const std::string& expected) {
    uint64_t confirmed = 0;
    Run(&confirmed);
    ASSERT_EQ(ReadFile(Path()), expected);
    const int calls = control_.calls;
    ASSERT_GT(calls, 15);
    for (int first = 0; first < calls; ++first) {
      for (int second = -1; second < 8; ++second) {
        fs::remove(Path());
        fs::remove(PositionPath());
        confirmed = 0;
        for (const int stop_at : {first, second}) {
          control_ = {};
          control_.stop_at = stop_at;
          Run(&confirmed);
        }
        control_ = {};
        Run(&confirmed);
        ASSERT_EQ(ReadFile(Path()), expected) << "stopped at " << first << ", " << second;
        ASSERT_EQ(confirmed, kTransactions * 10u);
      }
    }
  }
};

TEST_F(CrashTest, EveryLineOnceWhereverItStops) { StopEverywhere(ExpectedStream()); }

// The header too, and records whose text has line ends are never cut within.
TEST_F(CrashTest, EveryRecordOnceWhereverItStops) {
  format_ = FileFormat::kCsv;
  StopEverywhere("v\n" + ExpectedStream(CsvLineOf));
}

}  // namespace
}  // namespace penstock::sink
