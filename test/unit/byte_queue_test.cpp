#include "extension/sink/byte_queue.h"

#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <random>
#include <string>
#include <utility>

namespace penstock::sink {
namespace {

// What was written stays as it is until it is given back, whatever comes and goes meanwhile.
TEST(ByteQueueTest, BytesStayUntilTheyArePopped) {
  std::mt19937 random(1);
  ByteQueue queue;
  std::deque<std::pair<const char*, std::string>> expected;
  for (int i = 0; i < 20000; ++i) {
    if (random() % 2 == 0 || expected.empty()) {
      const size_t size = i % 1000 == 0 ? 100000 : 1 + random() % 700;
      const std::string bytes(size, static_cast<char>('a' + i % 26));
      char* room = queue.Push(size);
      std::memcpy(room, bytes.data(), size);
      expected.emplace_back(room, bytes);
    } else {
      const auto& [room, bytes] = expected.front();
      ASSERT_EQ(std::string(room, bytes.size()), bytes);
      queue.Pop(bytes.size());
      expected.pop_front();
    }
  }
  for (; !expected.empty(); expected.pop_front()) queue.Pop(expected.front().second.size());
  EXPECT_EQ(queue.ChunkCount(), 0u);
}

TEST(ByteQueueTest, ManySmallOnesShareAChunk) {
  ByteQueue queue;
  for (int i = 0; i < 1000; ++i) queue.Push(10);
  EXPECT_EQ(queue.ChunkCount(), 1u);
}

}  // namespace
}  // namespace penstock::sink
