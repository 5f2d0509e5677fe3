// worker_secrets.cpp: Kafka Connect's ${file:/path:key} and ${env:NAME}, resolved in the worker
// only, so that the catalogue never holds what they stand for; and the owner's right to name files.
// The rights are looked at again at every start: roles change.
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include <climits>

#include "pg_prelude.h"
#include "extension/core/option.h"
#include "extension/core/placeholder.h"
#include "extension/sink/file_options.h"
// After the prelude.
#include "guc.h"
#include "shared_state.h"
#include "worker.h"
#include "worker_config.h"

namespace {

using penstock::Status;
using penstock::StatusCode;
using Text = penstock::Result<std::string>;

// The path without links and dots; empty when it does not exist.
std::string RealPath(const std::string& path) {
  char resolved[PATH_MAX];
  return realpath(path.c_str(), resolved) == nullptr ? std::string() : std::string(resolved);
}

bool IsBelow(const std::string& path, const char* directory) {
  if (directory == nullptr || directory[0] == '\0') return false;
  const std::string base = RealPath(directory);
  return !base.empty() && path.size() > base.size() && path.compare(0, base.size(), base) == 0 &&
         path[base.size()] == '/';
}

// The value of a key in a properties file: key=value or key:value, # and ! begin comments.
Text ReadProperty(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  if (!file) return Status(StatusCode::kIo, "could not read file \"" + path + "\"");
  std::string line;
  while (std::getline(file, line)) {
    const std::string_view text = penstock::Trim(line);
    if (text.empty() || text[0] == '#' || text[0] == '!') continue;
    const size_t end = text.find_first_of("=:");
    if (end == std::string_view::npos || penstock::Trim(text.substr(0, end)) != key) continue;
    return std::string(penstock::Trim(text.substr(end + 1)));
  }
  return Status(StatusCode::kInvalidOption,
                "file \"" + path + "\" does not have the key \"" + key + "\"");
}

Status CheckReadable(const PenstockSinkRow& row, const std::string& path, const std::string& real) {
  if (row.owner_reads_files || IsBelow(real, penstock_secrets_directory)) return {};
  return Status(StatusCode::kPermission, "the owner of the sink may not read file \"" + path + "\"",
                "Grant pg_read_server_files, or put the file below penstock.secrets_directory.");
}

Text ResolveFile(const PenstockSinkRow& row, const std::string& what) {
  const size_t colon = what.rfind(':');
  if (colon == std::string::npos) {
    return Status(StatusCode::kInvalidOption, "placeholder must have the form ${file:path:key}");
  }
  const std::string path = what.substr(0, colon);
  const std::string real = RealPath(path);
  if (Status s = CheckReadable(row, path, real); !s.ok()) return s;
  return ReadProperty(real.empty() ? path : real, what.substr(colon + 1));
}

Text ResolveEnvironment(const PenstockSinkRow& row, const std::string& name) {
  if (!row.owner_is_superuser) {
    return Status(StatusCode::kPermission,
                  "only a sink of a superuser may use the environment of the server");
  }
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) {
    return Status(StatusCode::kInvalidOption, "environment variable \"" + name + "\" is not set");
  }
  return std::string(value);
}

Text ResolveValue(const PenstockSinkRow& row, const std::string& value) {
  std::string resolved;
  size_t done = 0;
  for (;;) {
    const size_t begin = value.find("${", done);
    const size_t end = begin == std::string::npos ? begin : value.find('}', begin);
    if (end == std::string::npos) break;
    const std::string inside = value.substr(begin + 2, end - begin - 2);
    Text text = std::string();
    if (inside.compare(0, 5, "file:") == 0) {
      text = ResolveFile(row, inside.substr(5));
    } else if (inside.compare(0, 4, "env:") == 0) {
      text = ResolveEnvironment(row, inside.substr(4));
    } else {
      text = value.substr(begin, end + 1 - begin);
    }
    if (!text.ok()) return text.status();
    resolved += value.substr(done, begin - done) + text.value();
    done = end + 1;
  }
  return resolved + value.substr(done);
}

// A key or certificate is opened by the client library, with the server's rights.
Status ResolveOption(const PenstockSinkRow& row, const std::string& name, std::string* value) {
  Text text = ResolveValue(row, *value);
  if (!text.ok()) return text.status();
  *value = text.value();
  const std::string path = penstock::ServerFileOf(name, *value);
  return path.empty() ? Status() : CheckReadable(row, path, RealPath(path));
}

}  // namespace

Status ResolvePlaceholders(const PenstockSinkRow& row, penstock::sink::Options* options) {
  for (auto& [name, value] : *options) {
    if (Status s = ResolveOption(row, name, &value); !s.ok()) {
      return Status(s.code(), "option \"" + name + "\": " + s.message(), s.hint());
    }
  }
  return {};
}

Status CheckFileRights(const PenstockSinkRow& row, const penstock::sink::Options& options) {
  if (row.owner_writes_files) return {};
  auto parsed = penstock::sink::ParseFileOptions(options);
  if (!parsed.ok()) return parsed.status();
  const std::string& path = parsed.value().path;
  const std::string directory = RealPath(path.substr(0, path.rfind('/')));
  if (IsBelow(directory + "/", penstock_file_directory)) return {};
  return Status(StatusCode::kPermission,
                "the owner of the sink may not write file \"" + path + "\"",
                "Grant pg_write_server_files, or write below penstock.file_directory.");
}
