#include "output_plugin/event/time_text.h"

#include <gtest/gtest.h>

#include <string>

namespace penstock::event {
namespace {

template <typename F>
std::string Text(F&& write) {
  Buffer out;
  write(out);
  return std::string(out.view());
}

TEST(TimeText, CivilDatesRoundTrip) {
  for (int64_t days = -3000000; days < 3000000; days += 97) {
    EXPECT_EQ(DaysFromCivil(CivilFromDays(days)), days);
  }
  EXPECT_EQ(DaysFromCivil({1970, 1, 1}), 0);
  EXPECT_EQ(DaysFromCivil({2000, 1, 1}), kEpochDays);
  EXPECT_EQ(DaysFromCivil({-4712, 1, 1}), -2440550);
}

TEST(TimeText, IsoDates) {
  EXPECT_EQ(Text([](Buffer& out) { AppendIsoDate(out, 17424); }), "2017-09-15");
  EXPECT_EQ(Text([](Buffer& out) { AppendIsoDate(out, 6956716); }), "+21016-11-04");
  EXPECT_EQ(Text([](Buffer& out) { AppendIsoDate(out, -719163); }), "0000-12-31");
  EXPECT_EQ(Text([](Buffer& out) { AppendIsoDate(out, -735160); }), "-0043-03-15");
  EXPECT_EQ(Text([](Buffer& out) { AppendIsoDate(out, -2147472692); }), "-5877611-06-21");
}

TEST(TimeText, FractionDigits) {
  auto time = [](int64_t micros, int digits) {
    return Text([=](Buffer& out) { AppendIsoTime(out, micros, digits); });
  };
  EXPECT_EQ(time(0, kFewest), "00:00:00");
  EXPECT_EQ(time(14711789000, kFewest), "04:05:11.789");
  EXPECT_EQ(time(14711789123, 6), "04:05:11.789123");
  EXPECT_EQ(time(14711789123, 2), "04:05:11.78");
  EXPECT_EQ(time(14711000000, 0), "04:05:11");
  EXPECT_EQ(time(kMicrosPerDay - 1, kFewest), "23:59:59.999999");
}

TEST(TimeText, TimestampsOfTheWholeRange) {
  auto timestamp = [](int64_t micros) {
    return Text([=](Buffer& out) { AppendIsoTimestamp(out, micros, kFewest); });
  };
  EXPECT_EQ(timestamp(0), "2000-01-01T00:00:00");
  EXPECT_EQ(timestamp(-1), "1999-12-31T23:59:59.999999");
  EXPECT_EQ(timestamp(9223371331199999999), "+294276-12-31T23:59:59.999999");
}

TEST(TimeText, Intervals) {
  const IntervalValue mixed{4 * 3600000000 + 5 * 60000000 + 6780000, 3, 14};
  EXPECT_EQ(IntervalMicros(mixed), 37091106780000);
  EXPECT_EQ(IntervalMicros({0, 0, 1}), 2629800000000);
  EXPECT_EQ(IntervalMicros({0, 0, 2136000000}), std::numeric_limits<int64_t>::max());
  const IntervalValue lossy{37826884100, -49, 0};  // -49 days 10:30:26.8841
  EXPECT_EQ(IntervalMicros(lossy), -4195773115900);
  EXPECT_EQ(QuirkyIntervalMicros(lossy), -4195773115899);
  EXPECT_EQ(QuirkyIntervalMicros({2720000, 0, 0}), 2719999);
  EXPECT_EQ(QuirkyIntervalMicros(mixed), 37091106780000);
  EXPECT_EQ(QuirkyIntervalMicros({0, 0, -2136000000}), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(Text([&](Buffer& out) { AppendInterval(out, mixed, false); }), "P1Y2M3DT4H5M6.78S");
  EXPECT_EQ(Text([](Buffer& out) { AppendInterval(out, {-1000000, 1, -1}, false); }),
            "P0Y-1M1DT0H0M-1S");
  EXPECT_EQ(Text([](Buffer& out) { AppendInterval(out, {-1, 0, 0}, false); }),
            "P0Y0M0DT0H0M-0.000001S");
  const auto quirky = [](int64_t micros) {
    return Text([=](Buffer& out) { AppendInterval(out, {micros, 0, 0}, true); });
  };
  EXPECT_EQ(quirky(0), "P0Y0M0DT0H0M0S");
  EXPECT_EQ(quirky(-1), "P0Y0M0DT0H0M-0.000001S");
  EXPECT_EQ(quirky(-20000000), "P0Y0M0DT0H0M-20S");
  EXPECT_EQ(quirky(3720000), "P0Y0M0DT0H0M3.719999999S");
  EXPECT_EQ(quirky(-6940000), "P0Y0M0DT0H0M-6.939999999S");
  EXPECT_EQ(quirky(6500000), "P0Y0M0DT0H0M6.5S");
}

}  // namespace
}  // namespace penstock::event
