// gzip.cpp: see gzip.h.
#include "gzip.h"

#include <zlib.h>

namespace penstock::sink {
namespace {

constexpr int kFastest = 1;           // the network is to be spared, not the last percent gained
constexpr int kGzipWindow = 15 + 16;  // largest window, gzip's header
constexpr int kMemory = 8;            // zlib's default

}  // namespace

bool Gzip(std::string_view text, std::string* compressed) {
  z_stream stream = {};
  if (deflateInit2(&stream, kFastest, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    return false;
  }
  compressed->resize(deflateBound(&stream, text.size()));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(compressed->data());
  stream.avail_out = static_cast<uInt>(compressed->size());
  const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  compressed->resize(stream.total_out);
  (void)deflateEnd(&stream);
  return done;
}

}  // namespace penstock::sink
