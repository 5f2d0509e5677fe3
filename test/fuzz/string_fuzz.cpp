// Texts in JSON: what is escaped, and that every text comes back.
#include "fuzz.h"
#include "output_plugin/event/avro_name.h"
#include "output_plugin/event/avro_writer.h"
#include "output_plugin/event/base64.h"
#include "output_plugin/event/column.h"
#include "output_plugin/event/json_text.h"
#include "output_plugin/event/name_adjustment.h"
#include "output_plugin/event/topic_name.h"

namespace penstock::event {
namespace {

using fuzz::ValidUtf8;

// Jackson's escapes once more, a character at a time.
std::string Reference(std::string_view text, bool raw) {
  std::string out = "\"";
  while (!text.empty()) {
    const size_t n = fuzz::CharacterLength(text);
    const char c = text[0];
    char code[32];
    static constexpr std::string_view kNamed = "\"\\\b\t\n\f\r", kNames = "\"\\btnfr";
    if (const size_t named = kNamed.find(c); named != std::string_view::npos) {
      out += std::string("\\") + kNames[named];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      std::snprintf(code, sizeof code, "\\u%04X", static_cast<unsigned>(c));
      out += code;
    } else if (n == 4 && !raw) {
      unsigned point = static_cast<unsigned>(c) & 7;
      for (size_t i = 1; i < 4; ++i) point = point * 64 + (static_cast<unsigned>(text[i]) & 63);
      std::snprintf(code, sizeof code, "\\u%04X\\u%04X", 0xD7C0 + point / 1024,
                    0xDC00 + point % 1024);
      out += code;
    } else {
      out += text.substr(0, n);
    }
    text.remove_prefix(n);
  }
  return out + "\"";
}

// A quoted string and nothing else, whatever bytes are in it.
void CheckQuotes(std::string_view json) {
  DEMAND(json.size() >= 2 && json.front() == '"' && json.back() == '"', json);
  for (size_t i = 1; i + 1 < json.size(); ++i) {
    DEMAND(static_cast<unsigned char>(json[i]) >= 0x20 && json[i] != '"', json);
    if (json[i] == '\\') DEMAND(++i + 1 < json.size(), json);
  }
}

void CheckString(std::string_view text) {
  const std::string json = JsonString(text);
  CheckQuotes(json);
  Buffer raw;
  AppendRawString(raw, text);
  CheckQuotes(raw.view());
  if (!ValidUtf8(text)) return;
  DEMAND(json == Reference(text, false), json);
  DEMAND(raw.view() == Reference(text, true), raw.view());
  DEMAND(PlainText(json) == text, text);
  for (const std::string_view written : {std::string_view(json), raw.view()}) {
    rapidjson::Document document;
    fuzz::ParseStrictly(written, &document);
    DEMAND(fuzz::TextOf(document) == text, written);
  }
}

// Avro takes the escapes away again.
void CheckAvro(std::string_view text) {
  static const auto schema = MakeAvroSchema(R"({"type":"string","optional":false})", {});
  Buffer out;
  const std::string json = JsonString(text);
  DEMAND(AppendAvro(out, *schema.value(), json).ok(), json);
  std::string_view bytes = out.view().substr(kWireHeadBytes);
  uint64_t size = 0;
  for (int shift = 0;; shift += 7) {
    DEMAND(!bytes.empty(), json);
    const auto byte = static_cast<unsigned char>(bytes[0]);
    bytes.remove_prefix(1);
    size |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) break;
  }
  DEMAND(size == 2 * text.size() && bytes == text, json);
}

void CheckBytes(const std::string& bytes) {
  for (const bool url_safe : {false, true}) {
    Buffer out;
    AppendBase64(out, bytes.data(), bytes.size(), url_safe);
    std::string text(out.view());
    for (char& c : text) c = c == '-' && url_safe ? '+' : c == '_' && url_safe ? '/' : c;
    std::string back;
    DEMAND(DecodeBase64(text, &back) && back == bytes, text);
  }
  Buffer hex;
  AppendHex(hex, bytes.data(), bytes.size());
  for (size_t i = 0; i < bytes.size(); ++i) {
    const std::string two(hex.view().substr(2 * i, 2));
    DEMAND(std::strtoul(two.c_str(), nullptr, 16) == static_cast<unsigned char>(bytes[i]), two);
  }
}

// Any text as base64: taken only when its bytes are written so, but for the bits of the last digit
// that mean nothing.
void CheckDecoding(const std::string& text) {
  std::string bytes;
  if (!DecodeBase64(text, &bytes)) return;
  Buffer out;
  AppendBase64(out, bytes.data(), bytes.size());
  const size_t last = std::min(text.find_last_not_of('='), text.size());
  DEMAND(out.size() == text.size() && out.view().substr(0, last) == text.substr(0, last), text);
}

void CheckNames(const std::string& text) {
  for (const NameAdjustment mode : {NameAdjustment::kAvro, NameAdjustment::kAvroUnicode}) {
    const std::string field = AdjustName(text, mode, NameKind::kField);
    DEMAND(ValidUtf8(field) && (text.empty() || IsLegalAvroName(field)), field);
    DEMAND(ValidUtf8(AdjustName(text, mode, NameKind::kSchema)), text);
  }
  if (!text.empty()) DEMAND(IsLegalAvroName(ScrubAvroName(text)), ScrubAvroName(text));
  (void)SplitAvroName(text, true);
  EventOptions options;
  options.topic_prefix = text;
  for (const bool unicode : {false, true}) {
    options.naming.unicode = unicode;
    const std::string topic = BaseTopic(options, text, text);
    DEMAND(topic.size() <= kMaxTopicLength, topic);
    for (const char c : topic) {
      DEMAND(std::isalnum(static_cast<unsigned char>(c)) != 0 || std::strchr("._-", c) != nullptr,
             topic);
    }
  }
}

// unavailable.value.placeholder may be any bytes.
void CheckPlaceholder(const std::string& bytes) {
  EventOptions options;
  options.unavailable_placeholder = bytes;
  for (const Kind kind :
       {Kind::kText, Kind::kBytes, Kind::kHstoreJson, Kind::kHstoreMap, Kind::kArray}) {
    Column column;
    column.name = "c";
    column.kind = kind;
    column.type_name = "_text";
    if (kind == Kind::kArray) column.element = std::make_unique<Column>();
    FinishColumn(&column, options);
    rapidjson::Document document;
    fuzz::ParseStrictly(column.unavailable_json, &document);
    fuzz::ParseStrictly(column.schema, &document);
  }
}

}  // namespace
}  // namespace penstock::event

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  fuzz::Input input(data, size);
  const bool as_text = input.Flag();
  const std::string bytes = input.Rest();
  const std::string text = fuzz::AsUtf8(bytes);
  event::CheckString(as_text ? text : bytes);
  event::CheckAvro(text);
  event::CheckBytes(bytes);
  event::CheckDecoding(bytes);
  event::CheckNames(text);
  event::CheckPlaceholder(bytes);
  return 0;
}
