#include "output_plugin/event/numeric.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "output_plugin/event/json_text.h"

namespace penstock::event {
namespace {

// A stored numeric in the short form: header, then base-10000 digits.
std::string Stored(bool negative, int weight, int scale, const std::vector<int>& digits) {
  const auto header = static_cast<uint16_t>(0x8000 | (negative ? 0x2000 : 0) | scale << 7 |
                                            (weight < 0 ? 0x40 : 0) | (weight & 0x3F));
  std::string bytes(reinterpret_cast<const char*>(&header), 2);
  for (const int digit : digits) {
    const auto stored = static_cast<uint16_t>(digit);
    bytes.append(reinterpret_cast<const char*>(&stored), 2);
  }
  return bytes;
}

std::string Plain(const std::string& stored, int scale) {
  Buffer out;
  Numeric(stored).AppendPlain(out, scale);
  return std::string(out.view());
}

std::string Unscaled(const std::string& stored, int scale) {
  Buffer bytes, out;
  Numeric(stored).AppendUnscaled(bytes, scale);
  AppendBase64(out, bytes.data(), bytes.size());
  return std::string(out.view());
}

// Values and base64 texts as Debezium recorded them.
TEST(Numeric, UnscaledAsKafkaConnect) {
  EXPECT_EQ(Unscaled(Stored(false, 0, 2, {1, 1000}), 2), "bg==");   // 1.10
  EXPECT_EQ(Unscaled(Stored(true, 0, 2, {1, 1000}), 2), "kg==");    // -1.10
  EXPECT_EQ(Unscaled(Stored(false, 0, 0, {}), 2), "AA==");          // 0
  EXPECT_EQ(Unscaled(Stored(false, 0, 2, {3, 3000}), 2), "AUo=");   // 3.30
  EXPECT_EQ(Unscaled(Stored(false, 0, 4, {22, 2200}), 4), "A2P4");  // 22.2200
  EXPECT_EQ(Unscaled(Stored(false, 0, 0, {128}), 0), "AIA=");       // 128
  EXPECT_EQ(Unscaled(Stored(true, 0, 0, {128}), 0), "gA==");        // -128
  EXPECT_EQ(Unscaled(Stored(true, 0, 0, {1}), 0), "/w==");          // -1
  EXPECT_EQ(Unscaled(Stored(true, 0, 0, {256}), 0), "/wA=");        // -256
  EXPECT_EQ(Unscaled(Stored(true, -1, 2, {100}), 2), "/w==");       // -0.01
  EXPECT_EQ(Unscaled(Stored(false, 0, 0, {1200}), -2), "DA==");     // 1200 at scale -2
  EXPECT_EQ(Unscaled(Stored(false, 1, 0, {1}), -5), "AA==");        // 10000 is cut to 0
  EXPECT_EQ(Unscaled(Stored(false, -2, 5, {1000}), 5), "AQ==");     // 0.00001
}

// Beyond 36 digits the long path takes over; both must agree where they meet.
TEST(Numeric, LongValues) {
  const std::vector<int> nines(9, 9999);
  // 10^36 - 1
  EXPECT_EQ(Unscaled(Stored(false, 8, 0, nines), 0), "AMCXznvJBxWzS58P/////w==");
  // 10^40 = 1D6329F1C35CA4BFABB9F5610000000000 in hex
  EXPECT_EQ(Unscaled(Stored(false, 10, 0, {1}), 0), "HWMp8cNcpL+rufVhAAAAAAA=");
  EXPECT_EQ(Unscaled(Stored(true, 10, 0, {1}), 0), "4pzWDjyjW0BURgqfAAAAAAA=");
}

TEST(Numeric, PlainText) {
  EXPECT_EQ(Plain(Stored(false, 1, 3, {1, 2345, 6780}), 3), "12345.678");
  EXPECT_EQ(Plain(Stored(true, -1, 5, {1, 2000}), 5), "-0.00012");
  EXPECT_EQ(Plain(Stored(false, -3, 12, {1}), 12), "0.000000000001");
  EXPECT_EQ(Plain(Stored(false, 2, 0, {1}), 0), "100000000");
  EXPECT_EQ(Plain(Stored(false, 0, 0, {}), 2), "0.00");
}

TEST(Numeric, MinimalScale) {
  EXPECT_EQ(Numeric(Stored(false, 0, 4, {10, 1111})).MinimalScale(), 4);
  EXPECT_EQ(Numeric(Stored(false, 0, 3, {1, 5000})).MinimalScale(), 1);
  EXPECT_EQ(Numeric(Stored(false, 2, 0, {1})).MinimalScale(), 0);
  EXPECT_EQ(Numeric(Stored(false, 0, 0, {})).MinimalScale(), 0);
}

TEST(Numeric, Specials) {
  auto special = [](uint16_t header) {
    return Numeric(std::string_view(reinterpret_cast<const char*>(&header), 2)).kind();
  };
  EXPECT_EQ(special(0xC000), Numeric::Kind::kNaN);
  EXPECT_EQ(special(0xD000), Numeric::Kind::kPositiveInfinity);
  EXPECT_EQ(special(0xF000), Numeric::Kind::kNegativeInfinity);
}

TEST(Numeric, ToDouble) {
  EXPECT_EQ(Numeric(Stored(true, 0, 2, {1, 1000})).ToDouble(), -1.1);
  EXPECT_TRUE(std::isnan(Numeric(std::string("\x00\xC0", 2)).ToDouble()));
}

}  // namespace
}  // namespace penstock::event
