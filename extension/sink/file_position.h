// file_position.h: the side file of a file sink, "<file>.position": whose lines the file holds and
// up to where they count.
#ifndef PENSTOCK_SINK_FILE_POSITION_H
#define PENSTOCK_SINK_FILE_POSITION_H

#include <cstdint>
#include <string>
#include <string_view>

#include "sink.h"

namespace penstock::sink {

struct FilePosition {
  Identity identity;
  uint64_t snapshot_offset = 0;  // where this identity's first line stands
  bool streaming = false;        // a position beyond the end of the snapshot was stored
  uint64_t position_lsn = 0;     // everything that ends here or before is in the file
  uint64_t offset = 0;           // and the file counts up to here
};

// Text of one line per field, closed by a checksum.
std::string FormatFilePosition(const FilePosition& position);

// False: not what FormatFilePosition wrote.
bool ParseFilePosition(std::string_view text, FilePosition* position);

// The same sink on the same slot name of the same cluster; the slot itself may be another.
bool SameSink(const Identity& a, const Identity& b);

}  // namespace penstock::sink

#endif
