#include "column_mask.h"

#include <algorithm>

#include "column.h"
#include "json_text.h"

namespace penstock::event {
namespace {

// Kinds whose values Debezium has as strings, and so truncates.
constexpr Kind kStrings[] = {
    Kind::kText,         Kind::kJson,      Kind::kXml,          Kind::kLtree,
    Kind::kTsvector,     Kind::kEnum,      Kind::kUuid,         Kind::kName,
    Kind::kMoneyText,    Kind::kIsoDate,   Kind::kNumericText,  Kind::kIsoTime,
    Kind::kZonedTime,    Kind::kBase64,    Kind::kIsoTimestamp, Kind::kZonedTimestamp,
    Kind::kIntervalText, Kind::kBase64Url, Kind::kHex,          Kind::kHstoreJson,
    Kind::kKeyword,      Kind::kBitText};

bool IsString(Kind kind) {
  return std::find(std::begin(kStrings), std::end(kStrings), kind) != std::end(kStrings);
}
bool IsBytes(Kind kind) { return kind == Kind::kBytes || kind == Kind::kBinary; }

// Whether a JSON string goes on with the first half of a character outside the BMP.
bool IsHighHalf(std::string_view json) {
  return json.substr(0, 3) == "\\uD" && json[3] >= '8' && json[3] <= 'B';
}

// Cuts the JSON string that starts at a place of the buffer to its first UTF-16 units. The halves
// of a character outside the BMP are escapes; one alone is no text for most readers, so that a
// character of which only half has room is left out. Java keeps the half.
void TruncateString(Buffer& out, size_t start, size_t chars, bool quirks) {
  const std::string_view json = out.view();
  size_t at = start + 1;
  for (; chars > 0 && json[at] != '"'; --chars) {
    if (chars == 1 && !quirks && IsHighHalf(json.substr(at))) break;
    if (json[at] == '\\') {
      at += json[at + 1] == 'u' ? 6 : 2;
    } else {
      for (++at; (static_cast<unsigned char>(json[at]) & 0xC0) == 0x80; ++at) {
      }
    }
  }
  if (json[at] == '"') return;
  out.Truncate(at);
  out.Append('"');
}

// java.io.DataOutput's modified UTF-8: characters outside the BMP as two surrogates.
std::string ModifiedUtf8(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0xF0 || i + 3 >= text.size()) {
      out += text[i];
      continue;
    }
    auto bits = [&text](size_t at) { return static_cast<unsigned>(text[at]) & 0x3F; };
    const unsigned point = (c & 0x07u) << 18 | bits(i + 1) << 12 | bits(i + 2) << 6 | bits(i + 3);
    for (const unsigned unit : {0xD800 + ((point - 0x10000) >> 10), 0xDC00 + (point & 0x3FF)}) {
      out += static_cast<char>(0xE0 | unit >> 12);
      out += static_cast<char>(0x80 | (unit >> 6 & 0x3F));
      out += static_cast<char>(0x80 | (unit & 0x3F));
    }
    i += 3;
  }
  return out;
}

// What ObjectOutputStream writes for a String.
std::string JavaObject(std::string_view text) {
  const std::string bytes = ModifiedUtf8(text);
  const bool is_short = bytes.size() <= 0xFFFF;
  std::string out = std::string("\xAC\xED\x00\x05", 4) + (is_short ? '\x74' : '\x7C');
  for (int shift = is_short ? 8 : 56; shift >= 0; shift -= 8) {
    out += static_cast<char>(static_cast<uint64_t>(bytes.size()) >> shift);
  }
  return out + bytes;
}

void AppendHash(Buffer& out, const ColumnMask& mask, std::string_view text) {
  std::string message = mask.salt;
  message += mask.java_object ? JavaObject(text) : std::string(text);
  char digest[kMaxDigestBytes];
  mask.digest->compute(message, digest);
  Buffer hex;
  AppendHex(hex, digest, static_cast<size_t>(mask.digest->bytes));
  out.Append('"');
  out.Append(hex.view().substr(0, mask.chars));
  out.Append('"');
}

// What the mask makes of the JSON of a value that stands in for the real one.
std::string MaskJson(const ColumnMask& mask, Kind kind, const std::string& json, bool quirks) {
  if (mask.kind == MaskKind::kConstant) return mask.constant_json;
  if (json == "null") return json;
  Buffer out;
  if (mask.kind == MaskKind::kHash) {
    AppendHash(out, mask, PlainText(json));
  } else {
    out.Append(json);
    if (IsString(kind)) TruncateString(out, 0, mask.chars, quirks);
  }
  return std::string(out.view());
}

void Hide(std::unique_ptr<ColumnMask> mask, Column* column) {
  auto hidden = std::make_unique<Column>(std::move(*column));
  *column = Column();
  column->name = hidden->name;
  column->optional = hidden->optional;
  column->type_name = hidden->type_name;
  column->kind = Kind::kMasked;
  column->mask = std::move(mask);
  column->element = std::move(hidden);
}

std::unique_ptr<ColumnMask> MakeMask(const ColumnRule& rule, int length) {
  auto mask = std::make_unique<ColumnMask>();
  if (rule.action == ColumnAction::kTruncate) {
    mask->chars = static_cast<size_t>(rule.chars);
  } else if (rule.action == ColumnAction::kReplace) {
    mask->kind = MaskKind::kConstant;
    mask->constant_json = "\"" + std::string(static_cast<size_t>(rule.chars), '*') + "\"";
  } else {
    mask->kind = MaskKind::kHash;
    mask->digest = rule.digest;
    mask->java_object = rule.action == ColumnAction::kHash;
    mask->salt = rule.salt;
    mask->chars = length > 0 ? static_cast<size_t>(length) : 2 * kMaxDigestBytes;
  }
  return mask;
}

}  // namespace

void MaskColumn(const ColumnRule& rule, const MaskedType& type, const EventOptions& options,
                Column* column) {
  if (rule.action == ColumnAction::kTruncate) {
    if (type.length >= 0 && type.length <= rule.chars) return;
    column->parameters.emplace_back("truncateLength", std::to_string(rule.chars));
    if (IsString(column->kind) || IsBytes(column->kind)) Hide(MakeMask(rule, 0), column);
    return;
  }
  column->parameters.emplace_back("masked", "true");
  if (type.is_text) return Hide(MakeMask(rule, type.length), column);
  if (options.quirks) return;
  HideColumn({}, column);  // FinishMasked knows with what
}

void HideColumn(const std::string& json, Column* column) {
  Hide(std::make_unique<ColumnMask>(), column);
  column->mask->kind = MaskKind::kConstant;
  column->mask->constant_json = json;
}

void FinishMasked(Column* column, const EventOptions& options) {
  Column& hidden = *column->element;
  ColumnMask& mask = *column->mask;
  FinishColumn(&hidden, options);
  column->prefix = hidden.prefix;
  column->schema = hidden.schema;
  if (mask.kind == MaskKind::kConstant) {
    if (mask.constant_json.empty()) {
      const bool is_null = hidden.optional || IsPlain(options.format);
      mask.constant_json = is_null ? hidden.null_json : FallbackJson(hidden);
    }
    column->null_json = column->absent_json = column->unavailable_json = mask.constant_json;
    return;
  }
  column->null_json = hidden.null_json;
  // An optional one is null there, even if that prints as the default.
  column->absent_json = hidden.optional
                            ? hidden.absent_json
                            : MaskJson(mask, hidden.kind, hidden.absent_json, options.quirks);
  column->unavailable_known = hidden.unavailable_known;
  column->unavailable_json = MaskJson(mask, hidden.kind, hidden.unavailable_json, options.quirks);
}

bool WriteMasked(Buffer& out, const Column& column, const FieldValue& value,
                 const WriteMode& mode) {
  const ColumnMask& mask = *column.mask;
  const Column& hidden = *column.element;
  if (mask.kind == MaskKind::kConstant) {
    out.Append(mask.constant_json);
    return true;
  }
  if (mask.kind == MaskKind::kTruncate) {
    FieldValue part = value;
    if (IsBytes(hidden.kind) && part.size > mask.chars) {
      part.size = static_cast<uint32_t>(mask.chars);
    }
    const size_t start = out.size();
    if (!WriteValue(out, hidden, part, mode)) return false;
    if (IsString(hidden.kind) && out.view()[start] == '"') {
      TruncateString(out, start, mask.chars, mode.quirks);
    }
    return true;
  }
  if (hidden.kind == Kind::kName) {  // Debezium may have another value than the row
    Buffer json;
    (void)WriteValue(json, hidden, value, mode);
    out.Append(MaskJson(mask, hidden.kind, std::string(json.view()), mode.quirks));
  } else {
    AppendHash(out, mask, {value.bytes, value.size});
  }
  return true;
}

}  // namespace penstock::event
