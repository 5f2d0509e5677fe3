// csv_line.h: events as lines of delimited text, as the file sink writes them with file.format=csv:
// a header line with the names, then a line a record. Quoting is RFC 4180's; a line ends with a
// line feed. NULL is nothing at all and the empty text a pair of quotes, as PostgreSQL's COPY has
// it.
#ifndef PENSTOCK_SINK_CSV_LINE_H
#define PENSTOCK_SINK_CSV_LINE_H

#include <string>
#include <string_view>

#include "../core/status.h"
#include "output_plugin/event/buffer.h"
#include "sink.h"

namespace penstock::sink {

class CsvWriter {
 public:
  explicit CsvWriter(char delimiter) : delimiter_(delimiter) {}

  // header: the first line of what is in the file, line end included; empty: the file is, and the
  // first record brings its header.
  void Start(std::string header) { header_ = std::move(header); }

  // Appends the record, after its header when it is the first; a tombstone is no record. The value
  // is a flat JSON object. kDataError, and nothing appended: it is not, or its names are not those
  // of the header.
  Status Append(event::Buffer& out, const Event& event);

 private:
  void AppendCell(event::Buffer& out, std::string_view text) const;

  char delimiter_;
  std::string header_;
  event::Buffer names_, cells_;
};

// The length of the whole lines that text begins with; a line end within quotes is none.
size_t WholeCsvLines(std::string_view text);

// The length of its first line; 0: it does not end.
size_t FirstCsvLine(std::string_view text);

}  // namespace penstock::sink

#endif
