// file_options.cpp: see file_options.h.
#include "file_options.h"

namespace penstock::sink {
namespace {

constexpr char kFile[] = "file";
constexpr char kBufferBytes[] = "file.buffer.bytes";
constexpr char kDelimiter[] = "file.delimiter";
constexpr char kFormat[] = "file.format";
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
    {kDelimiter, OptionScope::kFile, OptionType::kString, ",", nullptr, 0, 0,
     OptionSupport::kImplemented,
     "Character between the columns of delimited text, or tab; needs file.format=csv."},
    {kFormat, OptionScope::kFile, OptionType::kEnum, "json", "json|csv", 0, 0,
     OptionSupport::kImplemented,
     "A JSON line for each event, or, with format=pivot, delimited text with a header line."},
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

// One character, or its name. False: it cannot delimit.
bool ParseDelimiter(std::string_view text, char* delimiter) {
  if (EqualsIgnoreCase(text, "tab") || text == "\\t") text = "\t";
  if (text.size() != 1) return false;
  const auto c = static_cast<unsigned char>(text.front());
  const bool letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  if (letter || (c < ' ' && c != '\t') || c > '~') return false;
  *delimiter = text.front();
  return std::string_view("\"\\-+. ").find(text.front()) == std::string_view::npos;
}

Status ParseFormat(const Options& options, FileOptions* parsed) {
  if (AsksForCsv(options)) parsed->format = FileFormat::kCsv;
  const auto delimiter = options.find(kDelimiter);
  if (delimiter == options.end()) return {};
  if (parsed->format != FileFormat::kCsv) {
    return {StatusCode::kInvalidOption, "option \"file.delimiter\" needs file.format=csv"};
  }
  if (ParseDelimiter(delimiter->second, &parsed->delimiter)) return {};
  return {StatusCode::kInvalidOption,
          "invalid value for option \"file.delimiter\": \"" + delimiter->second + "\"",
          "It is one character that no number and no quoting has, such as ; or |, or tab."};
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

bool AsksForCsv(const Options& options) {
  const auto format = options.find(kFormat);
  return format != options.end() && EqualsIgnoreCase(Trim(format->second), "csv");
}

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
  if (Status status = ParseFormat(options, &parsed); !status.ok()) return status;
  parsed.buffer_bytes = static_cast<uint64_t>(NumberOf(options, kBufferBytes));
  parsed.sync_bytes = static_cast<uint64_t>(NumberOf(options, kSyncBytes));
  parsed.sync_interval_ms = NumberOf(options, kSyncIntervalMs);
  return parsed;
}

}  // namespace penstock::sink
