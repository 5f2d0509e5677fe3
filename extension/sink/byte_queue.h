// byte_queue.h: copies of bytes that leave in the order in which they came. They stand in chunks,
// so that none is allocated by itself, and never move.
#ifndef PENSTOCK_SINK_BYTE_QUEUE_H
#define PENSTOCK_SINK_BYTE_QUEUE_H

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>

namespace penstock::sink {

class ByteQueue {
 public:
  // Room for size bytes, at least 1, until Pop of as many.
  char* Push(size_t size) {
    if (chunks_.empty() || chunks_.back().size - chunks_.back().used < size) {
      const size_t chunk_size = std::max(size, kChunkBytes);
      chunks_.push_back({std::unique_ptr<char[]>(new char[chunk_size]), chunk_size, 0, 0});
    }
    Chunk& chunk = chunks_.back();
    char* room = chunk.bytes.get() + chunk.used;
    chunk.used += size;
    return room;
  }

  // Gives back the oldest room.
  void Pop(size_t size) {
    Chunk& chunk = chunks_.front();
    chunk.popped += size;
    if (chunk.popped == chunk.used) chunks_.pop_front();
  }

  size_t ChunkCount() const { return chunks_.size(); }  // for tests

 private:
  static constexpr size_t kChunkBytes = 32 << 10;

  struct Chunk {
    std::unique_ptr<char[]> bytes;
    size_t size;
    size_t used;
    size_t popped;
  };
  std::deque<Chunk> chunks_;
};

}  // namespace penstock::sink

#endif
