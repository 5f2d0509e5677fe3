// elasticsearch_names.cpp: see elasticsearch_names.h.
#include "elasticsearch_names.h"

namespace penstock::sink {
namespace {

constexpr size_t kMaxNameBytes = 255;
constexpr std::string_view kForbidden = "\\/*?\"<>| ,#:";
constexpr std::string_view kForbiddenInFront = "-_+";

char IndexChar(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c + 32);
  const auto code = static_cast<unsigned char>(c);
  return code < 32 || code == 127 || kForbidden.find(c) != std::string_view::npos ? '_' : c;
}

}  // namespace

Result<std::string> IndexName(std::string_view topic) {
  std::string name;
  for (const char c : topic) {
    const char mended = IndexChar(c);
    if (name.empty() && kForbiddenInFront.find(mended) != std::string_view::npos) continue;
    name += mended;
  }
  if (name.empty() || name == "." || name == ".." || name.size() > kMaxNameBytes) {
    return Status(StatusCode::kInvalidOption,
                  "no index can be named after topic \"" + std::string(topic) + "\"",
                  "Name the index of this table in option index.map.");
  }
  return name;
}

}  // namespace penstock::sink
