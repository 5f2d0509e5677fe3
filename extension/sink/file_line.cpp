// file_line.cpp: see file_line.h.
#include "file_line.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "../core/option.h"
#include "../core/utf8.h"
#include "output_plugin/event/json_text.h"

namespace penstock::sink {
namespace {

size_t Digits(std::string_view text, size_t from) {
  size_t end = from;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  return end - from;
}

// -?int[.digits][e[+-]digits], int without leading zeros.
bool IsJsonNumber(std::string_view text) {
  size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
  const size_t whole = Digits(text, at);
  if (whole == 0 || (whole > 1 && text[at] == '0')) return false;
  at += whole;
  if (at < text.size() && text[at] == '.') {
    const size_t fraction = Digits(text, at + 1);
    if (fraction == 0) return false;
    at += 1 + fraction;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const size_t exponent = Digits(text, at);
    if (exponent == 0) return false;
    at += exponent;
  }
  return at == text.size();
}

// raw: text that looks like JSON stands as it is.
bool AppendField(event::Buffer& out, const std::optional<std::string_view>& text, bool raw) {
  if (!text) {
    out.Append("null");
  } else if (raw && LooksLikeJson(*text)) {
    char* const place = out.Reserve(text->size());
    std::memcpy(place, text->data(), text->size());
    // Inside strings JSON has no raw line ends.
    std::replace_if(
        place, place + text->size(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    out.Advance(text->size());
  } else if (IsUtf8(*text)) {
    event::AppendString(out, *text);
  } else {
    return false;
  }
  return true;
}

void AppendHeaders(event::Buffer& out, const Event& event) {
  for (size_t i = 0; i < event.header_count; ++i) {
    const Header& header = event.headers[i];
    if (i != 0) out.Append(',');
    event::AppendString(out, header.name);
    out.Append(':');
    if (header.value) {
      event::AppendString(out, *header.value);
    } else {
      out.Append("null");
    }
  }
}

}  // namespace

bool LooksLikeJson(std::string_view text) {
  text = Trim(text);
  if (text.empty()) return false;
  const char first = text.front();
  const char last = text.back();
  if (first == '{') return last == '}';
  if (first == '[') return last == ']';
  if (first == '"') return text.size() > 1 && last == '"';
  return text == "true" || text == "false" || text == "null" || IsJsonNumber(text);
}

Status AppendFileLine(event::Buffer& out, const Event& event) {
  const size_t start = out.size();
  out.Append("{\"topic\":");
  event::AppendString(out, event.topic);
  if (event.partition >= 0) {
    out.Append(",\"partition\":");
    event::AppendInt(out, event.partition);
  }
  if (event.timestamp_ms >= 0) {
    out.Append(",\"timestamp\":");
    event::AppendInt(out, event.timestamp_ms);
  }
  out.Append(",\"key\":");
  // A document's key is its id, a text even when it looks like a number.
  bool text = AppendField(out, event.key, event.mapping.empty());
  out.Append(",\"value\":");
  text = AppendField(out, event.value, true) && text;
  out.Append(",\"headers\":{");
  AppendHeaders(out, event);
  out.Append("}}\n");
  if (text) return {};
  out.Truncate(start);
  return {StatusCode::kDataError,
          "an event for topic \"" + std::string(event.topic) + "\" is neither JSON nor text",
          "Files take JSON formats only."};
}

}  // namespace penstock::sink
