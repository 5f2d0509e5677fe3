// json.cpp: see json.h.
#include "json.h"

#include <rapidjson/memorystream.h>

namespace penstock {
namespace {

bool IsTooDeep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') {
      ++i;  // what it escapes ends no string
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '{' || c == '[')) {
      if (++depth > kDeepestJson) return true;
    } else if (!in_string && (c == '}' || c == ']')) {
      --depth;
    }
  }
  return false;
}

}  // namespace

bool ParseJson(std::string_view text, rapidjson::Document* document) {
  // RapidJSON takes a zero byte for the end, whatever is behind it.
  if (IsTooDeep(text) || text.find('\0') != std::string_view::npos) return false;
  // Not by Parse, which passes over any byte of a byte order mark at the beginning.
  rapidjson::MemoryStream stream(text.data(), text.size());
  document->ParseStream<rapidjson::kParseIterativeFlag, rapidjson::UTF8<>>(stream);
  return !document->HasParseError();
}

}  // namespace penstock
