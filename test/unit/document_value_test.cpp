#include "output_plugin/event/document_value.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "field_values.h"
#include "output_plugin/event/time_text.h"

namespace penstock::event {
namespace {

std::string Write(Kind kind, const FieldValue& value) {
  Column column;
  column.kind = kind;
  Buffer out;
  EXPECT_TRUE(WriteValue(out, column, value, WriteMode{}));
  return std::string(out.view());
}

// numeric's stored form: header, weight (long form only), base-10000 digits.
std::string Stored(std::vector<int> words) {
  std::string bytes;
  for (const int word : words) {
    const auto stored = static_cast<uint16_t>(word);
    bytes.append(reinterpret_cast<const char*>(&stored), 2);
  }
  return bytes;
}

TEST(DocumentValue, NumericIsExact) {
  EXPECT_EQ(Write(Kind::kNumber, Bytes(Stored({0x8000 | 2 << 7, 1, 5000}))), "1.50");
  // 123456789012345678901234567890.123, which no double holds
  EXPECT_EQ(Write(Kind::kNumber, Bytes(Stored({0x8000 | 3 << 7 | 7, 12, 3456, 7890, 1234, 5678,
                                               9012, 3456, 7890, 1230}))),
            "123456789012345678901234567890.123");
  EXPECT_EQ(Write(Kind::kNumber, Bytes(Stored({0xC000}))), "\"NaN\"");
  EXPECT_EQ(Write(Kind::kNumber, Bytes(Stored({0xD000}))), "\"Infinity\"");
  EXPECT_EQ(Write(Kind::kNumber, Bytes(Stored({0xF000}))), "\"-Infinity\"");
}

TEST(DocumentValue, NumbersThatParsersRefuseAreStrings) {
  // weight 249: 1000 digits; 250: 1001 at the least
  const std::string longest = Write(Kind::kNumber, Bytes(Stored({0x0000, 249, 1000})));
  EXPECT_EQ(longest, "1" + std::string(999, '0') + "");
  const std::string longer = Write(Kind::kNumber, Bytes(Stored({0x0000, 250, 1})));
  EXPECT_EQ(longer, "\"1" + std::string(1000, '0') + "\"");
}

TEST(DocumentValue, Money) {
  Column column;
  column.kind = Kind::kMoneyNumber;
  auto write = [&column](int64_t units, int digits) {
    column.money_digits = digits;
    Buffer out;
    EXPECT_TRUE(WriteValue(out, column, Number(units), WriteMode{}));
    return std::string(out.view());
  };
  EXPECT_EQ(write(123456, 2), "1234.56");
  EXPECT_EQ(write(-5, 2), "-0.05");
  EXPECT_EQ(write(0, 3), "0.000");
  EXPECT_EQ(write(42, 0), "42");
  EXPECT_EQ(write(std::numeric_limits<int64_t>::min(), 2), "-92233720368547758.08");
}

TEST(DocumentValue, DatesAndTimes) {
  EXPECT_EQ(Write(Kind::kDay, Number(0)), "\"2000-01-01\"");
  EXPECT_EQ(Write(Kind::kDay, Number(kDateInfinity)), "\"infinity\"");
  EXPECT_EQ(Write(Kind::kDay, Number(kDateMinusInfinity)), "\"-infinity\"");
  EXPECT_EQ(Write(Kind::kClock, Number(45296789012)), "\"12:34:56.789012\"");
  EXPECT_EQ(Write(Kind::kClock, Number(kMicrosPerDay)), "\"24:00:00\"");
  EXPECT_EQ(Write(Kind::kUtcClock, Number(-kMicrosPerSecond)), "\"23:59:59Z\"");
  EXPECT_EQ(Write(Kind::kInstant, Number(1)), "\"2000-01-01T00:00:00.000001Z\"");
  EXPECT_EQ(Write(Kind::kInstant, Number(-1)), "\"1999-12-31T23:59:59.999999Z\"");
  EXPECT_EQ(Write(Kind::kInstant, Number(kTimestampInfinity)), "\"infinity\"");
  EXPECT_EQ(Write(Kind::kInstant, Number(kTimestampMinusInfinity)), "\"-infinity\"");
}

TEST(DocumentValue, Intervals) {
  auto write = [](int64_t micros, int32_t days, int32_t months) {
    const IntervalValue interval = {micros, days, months};
    return Write(Kind::kPeriod,
                 Bytes(std::string(reinterpret_cast<const char*>(&interval), sizeof interval)));
  };
  EXPECT_EQ(write(3 * kMicrosPerSecond / 2, 2, 14), "\"P1Y2M2DT0H0M1.5S\"");
  constexpr auto kMax32 = std::numeric_limits<int32_t>::max();
  constexpr auto kMin32 = std::numeric_limits<int32_t>::min();
  EXPECT_EQ(write(std::numeric_limits<int64_t>::max(), kMax32, kMax32), "\"infinity\"");
  EXPECT_EQ(write(std::numeric_limits<int64_t>::min(), kMin32, kMin32), "\"-infinity\"");
  EXPECT_EQ(write(0, kMax32, 0), "\"P0Y0M2147483647DT0H0M0S\"");
}

// A bulk request has one document a line; inside strings a line break is an escape already.
TEST(DocumentValue, JsonLosesItsLineBreaksOnly) {
  EXPECT_EQ(Write(Kind::kRawJson, Bytes("{\n  \"a\": \"x\\ny\",\r\n\t\"b\": 1.0e5}\n")),
            "{  \"a\": \"x\\ny\",\t\"b\": 1.0e5}");
  EXPECT_EQ(Write(Kind::kRawJson, Bytes("12345678901234567890123")), "12345678901234567890123");
}

TEST(DocumentValue, Hstore) {
  EXPECT_EQ(Write(Kind::kObject, Bytes("\"a\"=>\"1\\\"\", \"b\"=>NULL")),
            "{\"a\":\"1\\\"\",\"b\":null}");
  EXPECT_EQ(Write(Kind::kObject, Bytes("")), "{}");
}

TEST(DocumentValue, BinaryBitsAndPoints) {
  EXPECT_EQ(Write(Kind::kBinary, Bytes("\xde\xad\xbe\xef")), "\"3q2+7w==\"");
  const std::string bits = std::string("\x0a\x00\x00\x00", 4) + "\xa5\x40";
  EXPECT_EQ(Write(Kind::kBitText, Bytes(bits)), "\"1010010101\"");
  const double xy[] = {1, -2.5};
  EXPECT_EQ(
      Write(Kind::kCoordinates, Bytes(std::string(reinterpret_cast<const char*>(xy), sizeof xy))),
      "{\"x\":1.0,\"y\":-2.5}");
}

TEST(DocumentValue, ArraysOfArrays) {
  Column column;
  column.kind = Kind::kList;
  column.element = std::make_unique<Column>();
  column.element->kind = Kind::kDay;
  const std::vector<FieldValue> first = {Number(0), FieldValue()};
  const std::vector<FieldValue> second = {Number(1), Number(kDateInfinity)};
  const std::vector<FieldValue> outer = {Items(FieldState::kItems, first),
                                         Items(FieldState::kItems, second)};
  Buffer out;
  EXPECT_TRUE(WriteValue(out, column, Items(FieldState::kValue, outer), WriteMode{}));
  EXPECT_EQ(out.view(), "[[\"2000-01-01\",null],[\"2000-01-02\",\"infinity\"]]");
  out.Clear();
  EXPECT_TRUE(WriteValue(out, column, Items(FieldState::kValue, {}), WriteMode{}));
  EXPECT_EQ(out.view(), "[]");
}

}  // namespace
}  // namespace penstock::event
