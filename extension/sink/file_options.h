// file_options.h: the options of sink type file.
#ifndef PENSTOCK_SINK_FILE_OPTIONS_H
#define PENSTOCK_SINK_FILE_OPTIONS_H

#include <cstdint>
#include <string>

#include "../core/option.h"
#include "../core/status.h"
#include "sink.h"

namespace penstock::sink {

// Set by the worker, not by users, and therefore not a row of the table: the folder that relative
// paths are below.
inline constexpr char kFileBaseDirectory[] = "file.base.directory";

enum class FileFormat { kJson, kCsv };

struct FileOptions {
  std::string path;  // absolute
  FileFormat format = FileFormat::kJson;
  char delimiter = ',';  // kCsv
  uint64_t buffer_bytes = 0;
  uint64_t sync_bytes = 0;
  int64_t sync_interval_ms = 0;
};

OptionTable FileOptionTable();

// file.format=csv among the options, which are checked.
bool AsksForCsv(const Options& options);

Result<FileOptions> ParseFileOptions(const Options& options);

}  // namespace penstock::sink

#endif
