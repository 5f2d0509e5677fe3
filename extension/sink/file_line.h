// file_line.h: one event as the line the file sink writes, the same text as the output plugin's
// output=record: {"topic":…,"key":…,"value":…,"headers":{…}}, with partition and timestamp behind
// the topic where they are set.
#ifndef PENSTOCK_SINK_FILE_LINE_H
#define PENSTOCK_SINK_FILE_LINE_H

#include <string_view>

#include "../core/status.h"
#include "output_plugin/event/buffer.h"
#include "sink.h"

namespace penstock::sink {

// Appends the line with its line end. Key and value that are JSON stand there byte for byte (line
// ends between tokens become spaces), other text as a string. kDataError, and nothing appended:
// bytes that are neither.
Status AppendFileLine(event::Buffer& out, const Event& event);

// Whether text is JSON by its first and last characters; scalars are checked wholly.
bool LooksLikeJson(std::string_view text);

}  // namespace penstock::sink

#endif
