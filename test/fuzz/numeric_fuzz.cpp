// Numbers against arithmetic on decimal digits: numeric in every mode, money, floating point.
#include <cmath>
#include <limits>
#include <vector>

#include "fuzz.h"
#include "output_plugin/event/base64.h"
#include "output_plugin/event/json_text.h"
#include "output_plugin/event/numeric.h"
#include "test/unit/field_values.h"

namespace penstock::event {
namespace {

// A number as decimal digits: sign, whole part, fraction.
struct Decimal {
  bool negative = false;
  std::string whole, fraction;  // without zeros in front, without zeros behind

  bool IsZero() const { return whole.empty() && fraction.empty(); }
  std::string Plain(size_t scale) const {
    std::string digits = fraction.substr(0, scale);
    digits.resize(scale, '0');
    return (negative ? "-" : "") + (whole.empty() ? "0" : whole) + (scale == 0 ? "" : "." + digits);
  }
  // The digits of value * 10^scale, the rest cut.
  std::string Unscaled(int scale) const {
    std::string digits = whole + fraction.substr(0, scale < 0 ? 0 : static_cast<size_t>(scale));
    const auto missing = scale - static_cast<int>(fraction.size());
    if (missing > 0 && scale > 0) digits.append(static_cast<size_t>(missing), '0');
    if (scale < 0)
      digits.resize(digits.size() - std::min(digits.size(), static_cast<size_t>(-scale)));
    digits.erase(0, digits.find_first_not_of('0'));
    return digits;
  }
};

void Strip(Decimal* number) {
  number->whole.erase(0, number->whole.find_first_not_of('0'));
  number->fraction.resize(number->fraction.find_last_not_of('0') + 1);
}

// A numeric as the server stores it (no zeros at the ends, none beyond the display scale), and the
// digits that it stands for.
std::string TakeNumeric(fuzz::Input* input, Decimal* number, int* display_scale) {
  const bool far = input->Number<uint8_t>() == 0;
  std::vector<uint16_t> groups(static_cast<size_t>(input->Below(input->Flag() ? 6 : 24)));
  for (uint16_t& group : groups) {
    const int kind = input->Below(4);
    group = kind == 0 ? 0 : kind == 1 ? 9999 : static_cast<uint16_t>(input->Below(10000));
  }
  while (!groups.empty() && groups.back() == 0) groups.pop_back();
  while (!groups.empty() && groups.front() == 0) groups.erase(groups.begin());
  const int weight = groups.empty() ? 0 : far ? input->Between(-600, 600) : input->Between(-12, 20);
  number->negative = !groups.empty() && input->Flag();
  int at = weight;
  if (at < -1) number->fraction.assign(static_cast<size_t>(-1 - at) * 4, '0');
  for (const uint16_t group : groups) {
    char digits[8];
    std::snprintf(digits, sizeof digits, "%04u", group);
    (at >= 0 ? number->whole : number->fraction) += digits;
    --at;
  }
  if (!groups.empty() && at >= 0) number->whole.append(static_cast<size_t>(at + 1) * 4, '0');
  Strip(number);
  *display_scale =
      static_cast<int>(number->fraction.size()) + (input->Flag() ? input->Below(20) : 0);
  uint16_t header[2];
  size_t header_size = 2;
  if (*display_scale <= 63 && weight >= -64 && weight < 64 && input->Flag()) {
    header[0] = static_cast<uint16_t>(0x8000 | (number->negative ? 0x2000 : 0) |
                                      *display_scale << 7 | (weight & 0x7F));
  } else {
    header[0] = static_cast<uint16_t>((number->negative ? 0x4000 : 0) | *display_scale);
    header[1] = static_cast<uint16_t>(weight);
    header_size = 4;
  }
  std::string bytes(reinterpret_cast<const char*>(header), header_size);
  bytes.append(reinterpret_cast<const char*>(groups.data()), groups.size() * 2);
  return bytes;
}

// Two's complement back to a sign and decimal digits, nine a limb.
std::string DigitsOf(std::string bytes, bool* negative) {
  DEMAND(!bytes.empty(), "an unscaled value");
  if (bytes.size() > 1) {
    const bool spare = (bytes[0] == 0 && bytes[1] >= 0) || (bytes[0] == -1 && bytes[1] < 0);
    DEMAND(!spare, "the shortest form");
  }
  *negative = bytes[0] < 0;
  if (*negative) {
    size_t i = bytes.size();
    for (char& byte : bytes) byte = static_cast<char>(~byte);
    while (i != 0 && ++bytes[--i] == 0) {
    }
  }
  std::vector<uint32_t> limbs;
  for (const char byte : bytes) {
    uint64_t carry = static_cast<unsigned char>(byte);
    for (uint32_t& limb : limbs) {
      carry += uint64_t{limb} * 256;
      limb = static_cast<uint32_t>(carry % 1000000000);
      carry /= 1000000000;
    }
    if (carry != 0) limbs.push_back(static_cast<uint32_t>(carry));
  }
  std::string digits;
  for (size_t i = limbs.size(); i-- != 0;) {
    char nine[16];
    std::snprintf(nine, sizeof nine, digits.empty() ? "%u" : "%09u", limbs[i]);
    digits += nine;
  }
  return digits;
}

void CheckUnscaled(const std::string& bytes, const std::string& digits, bool negative) {
  bool below_zero;
  DEMAND(DigitsOf(bytes, &below_zero) == digits, digits);
  DEMAND(below_zero == (negative && !digits.empty()), digits);
}

std::string Decoded(const rapidjson::Value& base64) {
  std::string bytes;
  DEMAND(DecodeBase64(fuzz::TextOf(base64), &bytes), "base64");
  return bytes;
}

// What a column of a kind writes, as JSON that was read.
void Write(Kind kind, int scale, const FieldValue& value, rapidjson::Document* document,
           std::string* text) {
  Column column;
  column.name = "c";
  column.kind = kind;
  column.scale = scale;
  Buffer out;
  DEMAND(WriteValue(out, column, value, {}), "every finite value has a form");
  *text = out.view();
  // RapidJSON reads no numbers beyond a double; these are compared as texts.
  if (kind != Kind::kNumber) fuzz::ParseNumbers(*text, document);
}

void CheckColumns(const std::string& stored, const Decimal& number, int display_scale, int scale) {
  const FieldValue value = Bytes(stored);
  rapidjson::Document document;
  std::string text;
  Write(Kind::kDecimal, scale, value, &document, &text);
  CheckUnscaled(Decoded(document), number.Unscaled(scale), number.negative);
  Write(Kind::kVariableDecimal, 0, value, &document, &text);
  DEMAND(document["scale"].GetInt() == static_cast<int>(number.fraction.size()), text);
  CheckUnscaled(Decoded(document["value"]), number.Unscaled(document["scale"].GetInt()),
                number.negative);
  const std::string plain = number.Plain(static_cast<size_t>(display_scale));
  Write(Kind::kNumericText, -1, value, &document, &text);
  DEMAND(fuzz::TextOf(document) == plain, text);
  Write(Kind::kNumericDouble, 0, value, &document, &text);
  const double real = std::strtod(plain.c_str(), nullptr);
  DEMAND(std::isinf(real) ? document.IsString() : document.GetDouble() == real, text);
  Write(Kind::kNumber, 0, value, &document, &text);
  DEMAND(text == plain || text == "\"" + plain + "\"", text);
}

// A header's text of a Connect decimal is a number of the same digits.
void CheckHeader(const std::string& stored, const Decimal& number, int scale) {
  Column column;
  column.kind = Kind::kDecimal;
  column.scale = scale;
  Buffer out;
  WriteHeaderField(out, column, Bytes(stored), {});
  std::string text(out.view());
  const size_t e = text.find('E');
  const int exponent = e == std::string::npos ? 0 : std::atoi(text.c_str() + e + 1);
  text.resize(std::min(e, text.size()));
  const size_t point = text.find('.');
  const int fraction = point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1);
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits += c;
  }
  digits.erase(0, digits.find_first_not_of('0'));
  DEMAND(digits == number.Unscaled(scale), text);
  if (!digits.empty()) DEMAND(fraction - exponent == scale, out.view());
}

void CheckNumeric(fuzz::Input* input) {
  Decimal number;
  int display_scale;
  const std::string stored = TakeNumeric(input, &number, &display_scale);
  const Numeric numeric(stored);
  DEMAND(numeric.display_scale() == display_scale, "display scale");
  DEMAND(numeric.MinimalScale() == static_cast<int>(number.fraction.size()), number.fraction);
  for (const int more : {0, input->Below(30)}) {
    const int scale = numeric.MinimalScale() + more;
    Buffer out;
    numeric.AppendPlain(out, scale);
    DEMAND(out.view() == number.Plain(static_cast<size_t>(scale)), out.view());
  }
  const int scale = input->Between(-30, 60);
  Buffer out;
  numeric.AppendUnscaled(out, scale);
  CheckUnscaled(std::string(out.view()), number.Unscaled(scale), number.negative);
  const int column_scale = numeric.MinimalScale() + input->Below(8);
  CheckColumns(stored, number, display_scale, column_scale);
  CheckHeader(stored, number, column_scale);
}

// Every header, and digits that need not be there.
void CheckAnyHeader(fuzz::Input* input) {
  std::string bytes = input->Bytes();
  for (size_t i = 3; i < bytes.size(); i += 2) bytes[i] = static_cast<char>(bytes[i] & 0x1F);
  if (bytes.size() > 3 && (bytes[1] & 0x80) == 0)
    bytes[3] = static_cast<char>(bytes[3] < 0 ? -1 : 0);
  const Numeric numeric(bytes);
  if (numeric.kind() != Numeric::Kind::kFinite) return;
  Buffer out;
  numeric.AppendPlain(out, numeric.display_scale());
  (void)numeric.ToDouble();
  (void)numeric.MinimalScale();
}

void CheckMoney(int64_t value, int digits, int scale) {
  std::string text =
      std::to_string(value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value));
  if (text.size() <= static_cast<size_t>(digits))
    text.insert(0, static_cast<size_t>(digits) + 1 - text.size(), '0');
  Decimal number;
  number.negative = value < 0;
  number.whole = text.substr(0, text.size() - static_cast<size_t>(digits));
  number.fraction = text.substr(text.size() - static_cast<size_t>(digits));
  Column column;
  column.money_digits = digits;
  column.scale = scale;
  auto written = [&column, value](Kind kind) {
    column.kind = kind;
    Buffer out;
    DEMAND(WriteValue(out, column, Number(value), {}), "money");
    return std::string(out.view());
  };
  const std::string plain = number.Plain(static_cast<size_t>(digits));
  DEMAND(written(Kind::kMoneyText) == "\"" + plain + "\"", plain);
  DEMAND(written(Kind::kMoneyNumber) == plain, plain);
  rapidjson::Document document;
  fuzz::ParseNumbers(written(Kind::kMoneyDouble), &document);
  DEMAND(document.GetDouble() == std::strtod(plain.c_str(), nullptr), plain);
  // Half of the last digit away from zero: five added below it, and the rest cut.
  fuzz::ParseStrictly(written(Kind::kMoneyDecimal), &document);
  __int128 tenths = value;
  for (int i = digits; i < scale + 1; ++i) tenths *= 10;
  __int128 unit = 1;
  for (int i = scale + 1; i < digits; ++i) unit *= 10;
  const __int128 half = 5 * unit;
  const __int128 rounded = (tenths + (value < 0 ? -half : half)) / (10 * unit);
  std::string expected;
  for (__int128 rest = rounded; rest != 0; rest /= 10) {
    const int digit = static_cast<int>(rest % 10);
    expected.insert(expected.begin(), static_cast<char>('0' + (digit < 0 ? -digit : digit)));
  }
  CheckUnscaled(Decoded(document), expected, value < 0);
}

// The digits come back as the same number, in Java's layout.
template <typename T>
void CheckReal(T value, void (*append)(Buffer&, T)) {
  Buffer out;
  append(out, value);
  const std::string text(out.view());
  rapidjson::Document document;
  fuzz::ParseStrictly(text, &document);
  if (!std::isfinite(value)) {
    DEMAND(text == (std::isnan(value) ? "\"NaN\""
                    : value > 0       ? "\"Infinity\""
                                      : "\"-Infinity\""),
           text);
    return;
  }
  const T back = sizeof(T) == sizeof(float) ? static_cast<T>(std::strtof(text.c_str(), nullptr))
                                            : static_cast<T>(std::strtod(text.c_str(), nullptr));
  DEMAND(back == value && std::signbit(back) == std::signbit(value), text);
  DEMAND(text.find('.') != std::string::npos, text);
  const T size = std::fabs(value);
  const bool plain = value == 0 || (size >= static_cast<T>(1e-3) && size < static_cast<T>(1e7));
  DEMAND((text.find('E') == std::string::npos) == plain, text);
}

}  // namespace
}  // namespace penstock::event

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  fuzz::Input input(data, size);
  event::CheckReal(input.Number<double>(), event::AppendDouble);
  event::CheckReal(input.Number<float>(), event::AppendFloat);
  const auto money = input.Edge<int64_t>();
  const int digits = input.Below(11);
  event::CheckMoney(money, digits, input.Below(11));
  event::CheckAnyHeader(&input);
  event::CheckNumeric(&input);
  return 0;
}
