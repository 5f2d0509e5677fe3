// file_options.cpp: see file_options.h.
#include "file_options.h"

namespace penstock::sink {
namespace {

constexpr char kFile[] = "file";
constexpr char kBufferBytes[] = "file.buffer.bytes";
constexpr char kSyncBytes[] = "file.sync.bytes";
constexpr char kSyncIntervalMs[] = "file.sync.interval.ms";

constexpr OptionRow NumberRow(const char* name, const char* default_value, int64_t min, int64_t max,
                              const char* help) {
  return {name,
          OptionScope::kFile,
          OptionType::kInt,
          default_value,
          nullptr,
          min,
          max,
          OptionSupport::kImplemented,
          help};
}

constexpr OptionRow kRows[] = {
    {kFile, OptionScope::kFile, OptionType::kString, nullptr, nullptr, 0, 0,
     OptionSupport::kImplemented,
     "File that lines are appended to; a relative path is below penstock.file_directory."},
    NumberRow(kBufferBytes, "262144", 0, 67108864,
              "Lines are collected up to so many bytes before they are written."),
    NumberRow(kSyncBytes, "16777216", 1, 1073741824,
              "The file is flushed to disk at the latest after so many bytes of finished "
              "transactions."),
    NumberRow(kSyncIntervalMs, "100", 0, 60000,
              "The file is flushed to disk, and the position moves, once in this time."),
};

int64_t NumberOf(const Options& options, const char* name) {
  int64_t number = 0;
  const auto found = options.find(name);
  const char* const text = found == options.end()
                               ? FindOption(FileOptionTable(), name)->default_value
                               : found->second.c_str();
  (void)ParseInt64(Trim(text), &number);
  return number;
}

bool HasDotDot(const std::string& path) {
  for (const std::string& part : SplitList(path, '/')) {
    if (part == "..") return true;
  }
  return false;
}

Status BadPath(const std::string& path, const char* hint) {
  return {StatusCode::kInvalidOption, "invalid value for option \"file\": \"" + path + "\"", hint};
}

}  // namespace

OptionTable FileOptionTable() { return {kRows, sizeof(kRows) / sizeof(kRows[0])}; }

Result<FileOptions> ParseFileOptions(const Options& options) {
  std::string base;
  for (const auto& [name, value] : options) {
    if (name == kFileBaseDirectory) {
      base = value;
      continue;
    }
    const OptionRow* row = FindOption(FileOptionTable(), name);
    if (row == nullptr) return UnknownOption(name, {FileOptionTable()});
    if (Status status = CheckOptionValue(*row, name, value); !status.ok()) return status;
  }
  const auto file = options.find(kFile);
  if (file == options.end()) {
    return Status(StatusCode::kInvalidOption, "option \"file\" is missing",
                  "Name the file that lines are appended to.");
  }
  FileOptions parsed;
  const std::string& path = file->second;
  if (path.empty() || path.back() == '/') return BadPath(path, "The name of a file is expected.");
  if (HasDotDot(path)) return BadPath(path, "\"..\" is not allowed in the path.");
  if (path.front() == '/') {
    parsed.path = path;
  } else if (base.empty()) {
    return BadPath(path, "Give an absolute path, or set penstock.file_directory.");
  } else {
    parsed.path = base + (base.back() == '/' ? "" : "/") + path;
  }
  parsed.buffer_bytes = static_cast<uint64_t>(NumberOf(options, kBufferBytes));
  parsed.sync_bytes = static_cast<uint64_t>(NumberOf(options, kSyncBytes));
  parsed.sync_interval_ms = NumberOf(options, kSyncIntervalMs);
  return parsed;
}

}  // namespace penstock::sink
