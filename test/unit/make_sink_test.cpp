// From sink types and options to sinks.
#include <gtest/gtest.h>

#include "extension/sink/file_options.h"
#include "extension/sink/sink.h"

namespace penstock::sink {
namespace {

TEST(MakeSink, KnownTypes) {
  EXPECT_TRUE(MakeSink("kafka", {{"bootstrap.servers", "localhost:9092"}}).ok());
  EXPECT_TRUE(MakeSink("file", {{"file", "/tmp/out"}}).ok());
  EXPECT_TRUE(MakeSink("null", {}).ok());
}

TEST(MakeSink, UnknownTypeAndOption) {
  EXPECT_EQ(MakeSink("kafak", {}).status().message(), "unknown connector \"kafak\"");
  EXPECT_EQ(MakeSink("null", {{"file", "x"}}).status().code(), StatusCode::kInvalidOption);
  EXPECT_EQ(MakeSink("file", {{"file", "/x"}, {"file.sync.byte", "1"}}).status().hint(),
            "Perhaps you meant \"file.sync.bytes\".");
}

TEST(NullSink, EverythingIsDeliveredAtOnce) {
  const Result<std::unique_ptr<Sink>> made = MakeSink("null", {});
  Sink& sink = *made.value();
  ASSERT_TRUE(sink.Open({}, false).ok());
  ASSERT_TRUE(sink.Deliver({}).ok());
  EXPECT_EQ(sink.DeliveredLsn(), 0u);
  sink.EndTransaction(7);
  EXPECT_EQ(sink.DeliveredLsn(), 7u);
  EXPECT_EQ(sink.InFlightEvents(), 0u);
}

TEST(FileOptions, Paths) {
  const auto path = [](const char* file, const char* base) {
    const Result<FileOptions> parsed =
        ParseFileOptions({{"file", file}, {kFileBaseDirectory, base}});
    return parsed.ok() ? parsed.value().path : "error";
  };
  EXPECT_EQ(path("/a/b", "/base"), "/a/b");
  EXPECT_EQ(path("a/b", "/base"), "/base/a/b");
  EXPECT_EQ(path("a", "/base/"), "/base/a");
  for (const char* bad : {"", "a/", "/", "../a", "/a/../b", "a/.."}) {
    EXPECT_EQ(path(bad, "/base"), "error") << bad;
  }
  EXPECT_EQ(path("a", ""), "error");
}

TEST(FileOptions, Defaults) {
  const Result<FileOptions> parsed = ParseFileOptions({{"file", "/a"}, {"file.sync.bytes", "5"}});
  EXPECT_EQ(parsed.value().buffer_bytes, 262144u);
  EXPECT_EQ(parsed.value().sync_bytes, 5u);
  EXPECT_EQ(parsed.value().sync_interval_ms, 100);
  EXPECT_EQ(ParseFileOptions({}).status().message(), "option \"file\" is missing");
}

}  // namespace
}  // namespace penstock::sink
