#include "output_plugin/event/json_text.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <limits>
#include <string>

namespace penstock::event {
namespace {

template <typename T>
std::string Text(void (*append)(Buffer&, T), T value) {
  Buffer out;
  append(out, value);
  return std::string(out.view());
}

TEST(JsonText, EscapesAsJackson) {
  EXPECT_EQ(JsonString("plain"), "\"plain\"");
  EXPECT_EQ(JsonString("a\"b\\c"), "\"a\\\"b\\\\c\"");
  EXPECT_EQ(JsonString("\b\t\n\f\r"), "\"\\b\\t\\n\\f\\r\"");
  EXPECT_EQ(JsonString(std::string("\x01\x0b\x1f\x7f", 4)), "\"\\u0001\\u000B\\u001F\x7f\"");
  EXPECT_EQ(JsonString("/é\u2028\uFFFE"), "\"/é\u2028\uFFFE\"");
  EXPECT_EQ(JsonString("😀"), "\"\\uD83D\\uDE00\"");
}

TEST(JsonText, RawStringsKeepWhatIsOutsideTheBmp) {
  EXPECT_EQ(Text(AppendRawString, std::string_view("")), "\"\"");
  EXPECT_EQ(Text(AppendRawString, std::string_view("😀a\"\x01𝄞😀é")), "\"😀a\\\"\\u0001𝄞😀é\"");
}

// Every special byte at every place of a vector register and of the tail behind it.
TEST(JsonText, EscapesAtEveryOffset) {
  for (size_t length = 0; length < 70; ++length) {
    for (size_t at = 0; at < length; ++at) {
      std::string text(length, 'x');
      text[at] = '"';
      std::string expected = text;
      expected.insert(at, "\\");
      EXPECT_EQ(JsonString(text), "\"" + expected + "\"") << length << " " << at;
    }
  }
}

// Texts longer than one slice of the escaper, with a four-byte character across its end.
TEST(JsonText, EscapesLongTexts) {
  for (size_t before = 4080; before < 4110; ++before) {
    const std::string text = std::string(before, 'y') + "😀" + std::string(5000, '\n');
    std::string expected = "\"" + std::string(before, 'y') + "\\uD83D\\uDE00";
    for (int i = 0; i < 5000; ++i) expected += "\\n";
    EXPECT_EQ(JsonString(text), expected + "\"");
  }
}

TEST(JsonText, PlainTextIsTheInverse) {
  const std::string text("a\"b\\\b\t\n\f\r\x01\x1fé😀\x7f");
  EXPECT_EQ(PlainText(JsonString(text)), text);
  EXPECT_EQ(PlainText("12"), "12");
  EXPECT_EQ(PlainText(R"("a\ud83d")"), "a?");
  EXPECT_EQ(PlainText(R"("\ude00b\ud83d\u0041")"), "?b?A");
}

TEST(JsonText, DoublesAsJava) {
  EXPECT_EQ(Text<double>(AppendDouble, 4), "4.0");
  EXPECT_EQ(Text<double>(AppendDouble, -0.0), "-0.0");
  EXPECT_EQ(Text<double>(AppendDouble, 1e7), "1.0E7");
  EXPECT_EQ(Text<double>(AppendDouble, 9999999), "9999999.0");
  EXPECT_EQ(Text<double>(AppendDouble, 0.001), "0.001");
  EXPECT_EQ(Text<double>(AppendDouble, 0.0001), "1.0E-4");
  EXPECT_EQ(Text<double>(AppendDouble, 1234567.25), "1234567.25");
  EXPECT_EQ(Text<double>(AppendDouble, -1.5e300), "-1.5E300");
  EXPECT_EQ(Text<double>(AppendDouble, 4.9e-324), "4.9E-324");
  EXPECT_EQ(Text<double>(AppendDouble, 1e23), "1.0E23");
  EXPECT_EQ(Text<double>(AppendDouble, DBL_MAX), "1.7976931348623157E308");
  EXPECT_EQ(Text<double>(AppendDouble, std::numeric_limits<double>::quiet_NaN()), "\"NaN\"");
  EXPECT_EQ(Text<double>(AppendDouble, -std::numeric_limits<double>::infinity()), "\"-Infinity\"");
  EXPECT_EQ(Text<float>(AppendFloat, 1.4e-45f), "1.4E-45");
  EXPECT_EQ(Text<float>(AppendFloat, 1.1754944e-38f), "1.1754944E-38");
  EXPECT_EQ(Text<float>(AppendFloat, 0.1f), "0.1");
}

// A text that is no UTF-8 is not to come here; if it does, it must not end the string that it is
// in.
TEST(JsonText, BytesThatAreNoTextStayInTheirString) {
  for (const char* text : {"\xF0\"x", "\xFF\"\n\"", "\xF0", "\xF8\x80\"\""}) {
    Buffer out;
    AppendRawString(out, text);
    for (const std::string& json : {std::string(out.view()), JsonString(text)}) {
      ASSERT_GE(json.size(), 2u);
      for (size_t i = 1; i + 1 < json.size(); ++i) {
        EXPECT_GE(static_cast<unsigned char>(json[i]), 0x20) << json;
        EXPECT_NE(json[i], '"') << json;
        if (json[i] == '\\') ++i;
      }
    }
  }
}

TEST(JsonText, Base64AndHex) {
  auto base64 = [](std::string_view bytes, bool url) {
    Buffer out;
    AppendBase64(out, bytes.data(), bytes.size(), url);
    return std::string(out.view());
  };
  EXPECT_EQ(base64("", false), "");
  EXPECT_EQ(base64("\x01\x02\x03", false), "AQID");
  EXPECT_EQ(base64("\xfb\xff", false), "+/8=");
  EXPECT_EQ(base64("\xfb\xff", true), "-_8=");
  EXPECT_EQ(base64("a", false), "YQ==");
  Buffer out;
  AppendHex(out, "\x00\xaf", 2);
  EXPECT_EQ(out.view(), "00af");
}

}  // namespace
}  // namespace penstock::event
