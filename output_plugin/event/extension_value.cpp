#include "extension_value.h"

#include <cstdlib>
#include <string>

#include "json_text.h"

namespace penstock::event {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool DecodeHex(std::string_view hex, std::string* bytes) {
  if (hex.size() % 2 != 0) return false;
  bytes->reserve(hex.size() / 2);
  for (size_t i = 0; i < hex.size(); i += 2) {
    const int high = HexDigit(hex[i]);
    const int low = HexDigit(hex[i + 1]);
    if (high < 0 || low < 0) return false;
    *bytes += static_cast<char>(high << 4 | low);
  }
  return true;
}

// A 32-bit number of EWKB, whose first byte says in which order its bytes are.
uint32_t EwkbNumber(const std::string& ewkb, size_t at) {
  uint32_t number = 0;
  const bool little_endian = ewkb[0] == 1;
  for (size_t i = 0; i < 4; ++i) {
    const size_t byte = little_endian ? at + 3 - i : at + i;
    number = number << 8 | static_cast<unsigned char>(ewkb[byte]);
  }
  return number;
}

constexpr uint32_t kHasSrid = 0x20000000;  // in the type
constexpr int kMaxDimensions = 32767;

// A number as strtod reads it; false where there is none.
bool ReadNumber(const char** at, double* number) {
  char* end;
  *number = std::strtod(*at, &end);
  if (end == *at) return false;
  *at = end;
  return true;
}

}  // namespace

bool WriteGeometry(Buffer& out, const Column&, const FieldValue& value, const WriteMode&) {
  std::string ewkb;
  if (!DecodeHex({value.bytes, value.size}, &ewkb) || ewkb.size() < 9) return false;
  out.Append("{\"wkb\":\"");
  AppendBase64(out, ewkb.data(), ewkb.size());
  out.Append("\",\"srid\":");
  if ((EwkbNumber(ewkb, 1) & kHasSrid) != 0) {
    AppendInt(out, static_cast<int32_t>(EwkbNumber(ewkb, 5)));
  } else {
    out.Append("null");
  }
  out.Append('}');
  return true;
}

bool WriteVector(Buffer& out, const Column& column, const FieldValue& value, const WriteMode&) {
  const std::string text(value.bytes, value.size);
  const size_t start = out.size();
  const char* at = text.c_str();
  char separator = '[';
  out.Append('[');
  while (*at == separator && at[1] != ']') {
    ++at;
    double number;
    if (!ReadNumber(&at, &number)) break;
    if (separator == ',') out.Append(',');
    if (column.kind == Kind::kFloatVector) {
      AppendFloat(out, static_cast<float>(number));
    } else {
      AppendDouble(out, number);
    }
    separator = ',';
  }
  out.Append(']');
  if (*at == ']' || (separator == '[' && text == "[]")) return true;
  out.Truncate(start);
  return false;
}

bool WriteSparseVector(Buffer& out, const Column&, const FieldValue& value, const WriteMode&) {
  const std::string text(value.bytes, value.size);
  const size_t slash = text.rfind('/');
  if (text.empty() || text[0] != '{' || slash == std::string::npos) return false;
  const long dimensions = std::strtol(text.c_str() + slash + 1, nullptr, 10);
  if (dimensions > kMaxDimensions) return false;
  const size_t start = out.size();
  out.Append("{\"dimensions\":");
  AppendInt(out, dimensions);
  out.Append(",\"vector\":[");
  const char* at = text.c_str() + 1;
  for (bool first = true; first ? *at != '}' : *at == ','; first = false) {
    if (!first) ++at;
    double index, number;
    if (!ReadNumber(&at, &index) || *at++ != ':' || !ReadNumber(&at, &number)) {
      out.Truncate(start);
      return false;
    }
    if (!first) out.Append(',');
    out.Append('[');
    AppendInt(out, static_cast<int64_t>(index));
    out.Append(',');
    AppendDouble(out, number);
    out.Append(']');
  }
  out.Append("]}");
  if (*at == '}') return true;
  out.Truncate(start);
  return false;
}

}  // namespace penstock::event
