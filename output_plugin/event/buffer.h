// buffer.h: the growing byte buffer that events are written into. Reused from change to change, so
// that the hot path allocates nothing.
#ifndef PENSTOCK_EVENT_BUFFER_H
#define PENSTOCK_EVENT_BUFFER_H

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace penstock::event {

class Buffer {
 public:
  const char* data() const { return data_.get(); }
  size_t size() const { return size_; }
  std::string_view view() const { return {data_.get(), size_}; }
  void Clear() { size_ = 0; }
  // Drops what was written after a position taken from size().
  void Truncate(size_t size) { size_ = size; }

  char* MutableData() { return data_.get(); }
  void SetByte(size_t at, char c) { data_[at] = c; }

  // Gives memory back when one huge row made the buffer larger than bytes.
  void ShrinkTo(size_t bytes) {
    if (capacity_ <= bytes) return;
    data_.reset();
    size_ = capacity_ = 0;
  }

  // Room for n more bytes; the caller writes there and calls Advance.
  char* Reserve(size_t n) {
    if (capacity_ - size_ < n) Grow(n);
    return data_.get() + size_;
  }
  void Advance(size_t n) { size_ += n; }

  void Append(const char* bytes, size_t n) {
    if (n == 0) return;  // bytes may be null
    std::memcpy(Reserve(n), bytes, n);
    size_ += n;
  }
  void Append(std::string_view text) { Append(text.data(), text.size()); }
  void Append(char c) {
    *Reserve(1) = c;
    ++size_;
  }

 private:
  void Grow(size_t n) {
    size_t wanted = capacity_ < 1024 ? 1024 : capacity_ * 2;
    while (wanted - size_ < n) wanted *= 2;
    std::unique_ptr<char[]> grown(new char[wanted]);
    if (size_ != 0) std::memcpy(grown.get(), data_.get(), size_);
    data_ = std::move(grown);
    capacity_ = wanted;
  }

  std::unique_ptr<char[]> data_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace penstock::event

#endif
